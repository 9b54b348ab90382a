"""The admin's rules: conditions, actions, engine; pure."""
