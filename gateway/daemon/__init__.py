"""Composition root, supervision, schedule, systemd, health, logs."""
