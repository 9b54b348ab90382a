"""The life of a ticket: model, states, events, effects, threading; pure."""
