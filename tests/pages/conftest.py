"""A real browser, headless, for one page at a time; nothing leaves the machine."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from gateway.render.library import Library

ROOT = Path(__file__).parents[2]
FLAGS = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-default-apps",
    "--mute-audio",
    "--virtual-time-budget=20000",
]


@pytest.fixture(scope="session")
def library() -> Library:
    return Library.load([ROOT / "templates" / "mail"], [ROOT / "branding"])


@pytest.fixture
def browse(tmp_path: Path) -> Callable[[str], str]:
    """Load a page and return its document as the browser has it after scripts ran."""

    def load(page: str) -> str:
        file = tmp_path / "page.html"
        file.write_text(page, "utf-8")
        chromium = shutil.which("chromium") or shutil.which("chromium-browser") or "/usr/bin/chromium"
        command = [
            chromium,
            *FLAGS,
            f"--user-data-dir={tmp_path / 'profile'}",
            "--window-size=1400,1000",
            "--dump-dom",
            file.as_uri(),
        ]
        done = subprocess.run(command, capture_output=True, timeout=100, check=True)
        return done.stdout.decode()

    return load
