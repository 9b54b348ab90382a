"""Migrations, written by hand; run by `gateway.store.migrate`."""
