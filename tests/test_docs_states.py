"""docs/states.md is the table and the drawing of gateway.tickets.states, cell by cell."""

from __future__ import annotations

from pathlib import Path

from gateway.tickets.model import Status
from gateway.tickets.states import TRANSITIONS, Refusal, Trigger

PAGE = (Path(__file__).parents[1] / "docs" / "states.md").read_text(encoding="utf-8")


def cell(status: Status, trigger: Trigger) -> str:
    target = TRANSITIONS[status][trigger]
    if isinstance(target, Refusal):
        return f"*{target.code}*"
    return "–" if target is status else str(target)


def table() -> list[str]:
    return [f"| {trigger} | {' | '.join(cell(status, trigger) for status in Status)} |" for trigger in Trigger]


def drawing() -> list[str]:
    arrows: dict[tuple[Status, Status], list[Trigger]] = {}
    for status in Status:
        for trigger in Trigger:
            target = TRANSITIONS[status][trigger]
            if not isinstance(target, Refusal) and target is not status:
                arrows.setdefault((status, target), []).append(trigger)
    return [f"    {start} --> {end}: {', '.join(triggers)}" for (start, end), triggers in arrows.items()]


def test_the_table_is_the_one_of_the_code():
    rows = [line for line in PAGE.split("\n") if line.startswith("| ") and not line.startswith("| trigger")]
    assert rows == table(), "docs/states.md should read:\n" + "\n".join(table())


def test_the_drawing_has_every_arrow_and_no_other():
    arrows = [line for line in PAGE.split("\n") if " --> " in line and "[*]" not in line]
    assert arrows == drawing(), "docs/states.md should read:\n" + "\n".join(drawing())
