"""`gateway run`."""

from __future__ import annotations

import os
from pathlib import Path

from gateway.cli.opening import settings_of
from gateway.settings import effective


def run(config: Path | None) -> int:
    """Start the daemon in this process."""
    from gateway.daemon import app, logs

    settings = settings_of(config)
    environment = dict(os.environ)  # noqa: TID251  # handed on to the service manager's protocol
    logs.start(settings.log.format, settings.log.level, journald="JOURNAL_STREAM" in environment)
    print(effective(settings))
    return app.run(settings, environment)
