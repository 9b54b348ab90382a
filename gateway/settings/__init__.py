"""What ops set: gateway.toml, the environment, secrets. `load` gives one frozen value or every mistake."""

from __future__ import annotations

from gateway.settings.effective import effective
from gateway.settings.load import load, read_rules
from gateway.settings.schema import Settings
from gateway.settings.shipped import shipped
from gateway.settings.values import Rate, Secret

__all__ = ["Rate", "Secret", "Settings", "effective", "load", "read_rules", "shipped"]
