"""`gateway mail preview`."""

from __future__ import annotations

from pathlib import Path

from gateway.cli.opening import settings_of


def preview(out: Path, config: Path | None) -> int:
    """Write the gallery with the organisation's own templates and brands."""
    from gateway.cli.preview import preview as write
    from gateway.daemon.rulebook import library

    return write(out, library(settings_of(config)))
