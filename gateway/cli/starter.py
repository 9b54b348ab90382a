"""`gateway init`: a commented starter."""

from __future__ import annotations

import shutil
from pathlib import Path

from gateway.settings import shipped


def init(folder: Path) -> int:
    """Write gateway.toml, rules.yaml, templates and branding; what is there already stays as it is."""
    from gateway.settings.starter import starter_files

    folder.mkdir(parents=True, exist_ok=True)
    for name, text in starter_files().items():
        _write(folder / name, text)
    for name in ("templates/mail", "branding"):
        _copy(shipped() / name, folder / name)
    print(f"\nNext: gateway check --config {folder / 'gateway.toml'}")
    return 0


def _write(file: Path, text: str) -> None:
    if file.exists():
        print(f"kept     {file}")
        return
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text, "utf-8")
    print(f"written  {file}")


def _copy(source: Path, target: Path) -> None:
    if target.exists():
        print(f"kept     {target}")
        return
    shutil.copytree(source, target)
    print(f"written  {target}")
