"""End the gateway at every durable step there is, one after the other: `python -m reliability.crash_points`.

Each step that makes something durable has a name (`Store.write`, the blob store, before and after the smarthost has a
mail). For n = 1, 2, … a child process works on a fresh copy of the house and ends by `os._exit` at its n-th step; then
the house is opened again on what is left, the sender hands over what it got no answer for, and the work goes on until
nothing waits. The same with the n-th step failing ("disk full") instead of ending the process. Afterwards the house
must look as it does where nothing went wrong, until a flow passes its last step. Exit status 1 where one does not.
"""

from __future__ import annotations

import argparse
import json
import logging
import os
import shutil
import sys
import tempfile
import traceback
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path

from gateway.mail.received import Received
from gateway.render.library import Library
from gateway.settings import shipped
from gateway.store.claim import release_claims
from gateway.store.engine import Store
from reliability.end_state import EndState, Faults, compare
from reliability.flows import FLOWS, Flow, flows
from reliability.wire import FullError, Wire
from tests.work.conftest import House, open_house

NAMES = (*(flow.name for flow in FLOWS), "imap")
KINDS = ("crash", "failure")
_ENDED = 9  # the exit status of a child that ended at its step
_MOST_STEPS = 400
_TURNS = 40  # of a minute each: more than any backoff of one failure needs


@dataclass
class Steps:
    """Counts durable steps; at number `at` it ends the process, or raises."""

    at: int
    ends: bool
    seen: list[str] = field(default_factory=list)

    def __call__(self, name: str) -> None:
        """Be told that a step is about to be made durable."""
        self.seen.append(name)
        if len(self.seen) == self.at:
            if self.ends:
                os._exit(_ENDED)
            raise FullError(28, "No space left on device")


@dataclass(frozen=True, slots=True)
class Report:
    """What one flow's enumeration found."""

    flow: str
    kind: str  # crash | failure
    points: int
    names: tuple[str, ...]
    faults: dict[str, Faults]

    def text(self) -> str:
        """Return one line for people, and one for each fault."""
        head = f"{self.flow:<9} {self.kind:<8} {self.points:>4} points  {'ok' if not self.faults else 'FAULTS'}\n"
        return head + "".join(f"    {point}: {faults}\n" for point, faults in self.faults.items())


def enumerate_points(flow: Flow, folder: Path, library: Library, *, ends: bool) -> Report:
    """Fail at the n-th step, n = 1, 2, … until the flow passes; compare each end with that of a quiet run."""
    start = folder / "start"
    start.mkdir(parents=True)
    items = _prepared(flow, start, library)
    quiet = _run(flow, start, folder / "quiet", library, items, Steps(0, ends))
    faults: dict[str, Faults] = {}
    names: list[str] = []
    for point in range(1, _MOST_STEPS):
        place = folder / f"{point}"
        ended = _run(flow, start, place, library, items, Steps(point, ends))
        shutil.rmtree(place)
        if ended.passed:
            return Report(flow.name, "crash" if ends else "failure", point - 1, tuple(names), faults)
        names.append(ended.step)
        if found := compare(quiet.state, ended.state):
            faults[f"{point} {ended.step}"] = found
    raise RuntimeError(f"{flow.name}: more than {_MOST_STEPS} steps")


@dataclass(frozen=True, slots=True)
class _Ended:
    state: EndState
    step: str
    passed: bool


def _prepared(flow: Flow, place: Path, library: Library) -> Sequence[Received]:
    store = Store(f"sqlite:///{place}/gateway.db", place / "state")
    store.upgrade()
    store.close()
    house = _open(place, library, lambda _: None, "before")
    items = flow.prepare(house)
    house.store.close()
    return items


def _open(place: Path, library: Library, step: Callable[[str], None], worker: str) -> House:
    house = open_house(place, library, step, worker)
    house.smarthost = Wire(place / "wire", step)
    house.deps = replace(house.deps, relays=[house.smarthost])
    with house.store.write("start") as conn:
        release_claims(conn)
    return house


def _run(flow: Flow, start: Path, place: Path, library: Library, items: Sequence[Received], steps: Steps) -> _Ended:
    """Run the flow on a copy of `start`, failing as `steps` says; then open again and work until nothing waits."""
    shutil.copytree(start, place)
    acknowledged = place / "acknowledged"
    acknowledged.touch()
    log = place / "steps"
    log.touch()
    flow.begin(place, items)
    within = _in_child if steps.at else _here
    status = within(lambda: _first(flow, place, library, items, steps))
    if status not in (0, _ENDED):
        raise RuntimeError(f"{flow.name}: the child ended with {status}")
    told = log.read_text().splitlines()
    if within(lambda: _second(flow, place, library, items)) != 0:
        raise RuntimeError(f"{flow.name}: could not go on after step {told[-1:]}")
    passed = len(told) < steps.at or steps.at == 0
    return _Ended(EndState.read(place / "end.json"), "" if passed else told[steps.at - 1], passed)


def _first(flow: Flow, place: Path, library: Library, items: Sequence[Received], steps: Steps) -> None:
    def step(name: str) -> None:
        with (place / "steps").open("a") as log:
            log.write(name + "\n")
        steps(name)

    house = _open(place, library, lambda _: None, "first")
    house.store._fail = step  # noqa: SLF001  # from here on: the start itself is no step of a flow
    house.smarthost.step = step
    _work(flow, house, place, items, turns=1 if steps.ends else _TURNS)
    house.store.close()


def _second(flow: Flow, place: Path, library: Library, items: Sequence[Received]) -> None:
    house = _open(place, library, lambda _: None, "second")
    house.later(minutes=1)
    _work(flow, house, place, items, turns=_TURNS)
    EndState.of(house, items).write(place / "end.json")
    house.store.close()


def _work(flow: Flow, house: House, place: Path, items: Sequence[Received], turns: int) -> None:
    """Hand over what was not acknowledged, then let every step run; what raises is tried again a minute later."""
    done = place / "acknowledged"
    for _ in range(turns):
        steps = [lambda: flow.hand_over(house, items, done), house.ingest, house.tick, house.send]
        quiet = True
        for step in steps:
            try:
                step()
            except Exception:  # noqa: BLE001  # as the step loop of the daemon: it goes on
                quiet = False
        if quiet and not EndState.waiting(house):
            return
        house.later(minutes=1)


def _here(work: Callable[[], None]) -> int:
    """Do the work in this process, so that the children after it find everything compiled and inlined."""
    work()
    return 0


def _in_child(work: Callable[[], None]) -> int:
    """Do the work in a forked process; return its exit status. No database is open in the parent."""
    number = os.fork()
    if number == 0:
        status = 1
        try:
            work()
            status = 0
        except BaseException:  # noqa: BLE001  # a child must never return into its parent's stack
            traceback.print_exc()
        os._exit(status)
    return os.waitstatus_to_exitcode(os.waitpid(number, 0)[1])


def main() -> int:
    """Parse the command line, enumerate, print a line for each flow."""
    parser = argparse.ArgumentParser(description="End the gateway at every durable step.")
    parser.add_argument("--flow", choices=NAMES, help="default: all")
    parser.add_argument("--kind", choices=KINDS, help="the process ends, or the step fails; default: both")
    parser.add_argument("--json", action="store_true", help="one object for each flow and kind")
    chosen = parser.parse_args()
    logging.disable()  # what fails here was made to fail
    library = Library.load([shipped() / "templates" / "mail"], [shipped() / "branding"])
    failed = False
    with tempfile.TemporaryDirectory() as temporary, flows() as all_flows:
        folder = Path(temporary)
        for flow in (flow for flow in all_flows if chosen.flow in (None, flow.name)):
            for kind in (chosen.kind,) if chosen.kind else KINDS:
                report = enumerate_points(flow, folder / flow.name / kind, library, ends=kind == "crash")
                sys.stdout.write(json.dumps(asdict(report)) + "\n" if chosen.json else report.text())
                sys.stdout.flush()
                failed = failed or bool(report.faults)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
