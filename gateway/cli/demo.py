"""`gateway demo`: the main job on real mails, told step by step; leaves a page with every mail that left."""

from __future__ import annotations

import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

from gateway.cli.story.stage import Arrived, Stage, StepFailedError
from gateway.cli.story.steps import STEPS, Told


def demo(out: Path | None) -> int:
    """Play every step; exit 1 at the first that does not hold."""
    folder = Path(tempfile.mkdtemp(prefix="gateway-demo-"))
    page = (out or Path("demo")) / "index.html"
    started = time.monotonic()
    print("A support address becomes a help desk. Everything below happens over real sockets on this machine.\n")
    stage = Stage(folder)
    try:
        with stage:
            failed = _play(Told(stage))
    except StepFailedError as trouble:
        failed = str(trouble)
    if failed:
        print(f"\nFailed: {failed}\nThe gateway's log is in {folder / 'gateway.log'}")
        return 1
    _leave(page, stage.outside.mails)
    print(f"\n{len(STEPS)} steps, {len(stage.outside.mails)} mails, {time.monotonic() - started:.1f} s.")
    print(f"See every mail as its reader saw it: {page}")
    return 0


def _play(told: Told) -> str | None:
    for number, step in enumerate(STEPS, 1):
        print(f"{number:2}. {(step.__doc__ or '').strip()}", flush=True)
        try:
            print(f"    {step(told)}", flush=True)
        except StepFailedError as trouble:
            return f"step {number}: {trouble}"
    return None


def _leave(page: Path, mails: Sequence[Arrived]) -> None:
    from gateway.render.gallery import Shown
    from gateway.render.gallery import page as render

    page.parent.mkdir(parents=True, exist_ok=True)
    shown = [Shown(f"{m.event} → {', '.join(m.envelope.rcpt_to)}", str(m.mail["Subject"]), m.raw) for m in mails]
    page.write_text(render(shown, "What left during the demo"), "utf-8")
