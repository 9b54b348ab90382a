"""The only SQL: schema, migrations, journal, tickets, outbox, timers."""
