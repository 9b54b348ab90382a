"""Where the files that come with the gateway lie: rules.yaml, templates, branding."""

from __future__ import annotations

from pathlib import Path


def shipped() -> Path:
    """Return the folder of shipped files: package data in a wheel, else the top of the repository."""
    package = Path(__file__).resolve().parent.parent
    inside = package / "shipped"
    return inside if inside.is_dir() else package.parent
