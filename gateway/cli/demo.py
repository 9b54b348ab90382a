"""`gateway demo`: the main job on real mails, told step by step; leaves a page with every mail that left."""

from __future__ import annotations

import shutil
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

from gateway.cli.story.page import Chapter
from gateway.cli.story.page import page as render
from gateway.cli.story.stage import Stage, StepFailedError
from gateway.cli.story.steps import STEPS, Told


def demo(out: Path | None) -> int:
    """Play every step; exit 1 at the first that does not hold."""
    folder = Path(tempfile.mkdtemp(prefix="gateway-demo-"))
    page = (out or Path("demo")) / "index.html"
    started = time.monotonic()
    print("A support address becomes a help desk. Everything below happens over real sockets on this machine.\n")
    stage = Stage(folder)
    played: list[Chapter] = []
    try:
        with stage:
            failed = _play(Told(stage), played)
    except StepFailedError as trouble:
        failed = str(trouble)
    if failed:
        print(f"\nFailed: {failed}\nThe gateway's log is in {folder / 'gateway.log'}")
        return 1
    shutil.rmtree(folder)
    _leave(page, played)
    print(f"\n{len(STEPS)} steps, {len(stage.outside.mails)} mails, {time.monotonic() - started:.1f} s.")
    print(f"See every mail as its reader saw it: {page}")
    return 0


def _play(told: Told, played: list[Chapter]) -> str | None:
    for number, step in enumerate(STEPS, 1):
        title = (step.__doc__ or "").strip()
        letters, mails = len(told.stage.letters), len(told.stage.told)
        print(f"{number:2}. {title}", flush=True)
        try:
            outcome = step(told)
        except StepFailedError as trouble:
            return f"step {number}: {trouble}"
        print(f"    {outcome}", flush=True)
        played.append(Chapter(title, outcome, told.stage.letters[letters:], told.stage.told[mails:]))
    played[-1].mails.extend(told.stage.untold)
    return None


def _leave(page: Path, played: Sequence[Chapter]) -> None:
    page.parent.mkdir(parents=True, exist_ok=True)
    for old in page.parent.glob("[0-9][0-9]-*.eml"):
        old.unlink()
    for number, mail in enumerate((mail for chapter in played for mail in chapter.mails), 1):
        (page.parent / f"{number:02}-{mail.event}-{mail.envelope.rcpt_to[0]}.eml").write_bytes(mail.raw)
    page.write_text(render(played), "utf-8")
