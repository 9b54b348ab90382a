"""Options that many commands take."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

Config = Annotated[Path | None, typer.Option("--config", help="gateway.toml; default: see `gateway init`.")]
Json = Annotated[bool, typer.Option("--json", help="JSON Lines on stdout, nothing else.")]
Limit = Annotated[int, typer.Option("--limit", min=1, help="At most so many rows.")]
