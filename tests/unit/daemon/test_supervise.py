"""Threads that do not die silently."""

from __future__ import annotations

import threading

from gateway.daemon.supervise import Crew
from gateway.errors import TryAgainError

PATIENCE = 30.0


def run(step):
    """Run a step in a crew until it says that it is done; return how the thread was meanwhile."""
    crew, done = Crew(), threading.Event()
    crew.run("x", lambda: step(done))
    assert done.wait(PATIENCE)
    beat = (crew.beats[0].error, crew.beats[0].failures)
    crew.stop()
    assert crew.join(PATIENCE) == []
    return beat


def failing(error, times):
    calls = []

    def step(done):
        calls.append(1)
        if len(calls) <= times:
            raise error
        done.set()

    return step


def test_a_step_that_fails_is_run_again_and_health_knows_the_trouble():
    assert run(failing(RuntimeError("a bug"), 2)) in {("RuntimeError('a bug')", 2), (None, 0)}
    assert run(failing(TryAgainError("away"), 1)) in {("away", 1), (None, 0)}


def test_a_loop_waits_only_when_there_was_nothing_to_do():
    crew, waited, work = Crew(), threading.Event(), [1, 1, 0]
    seen = []

    def step():
        seen.append(work[0])
        return work.pop(0) if len(work) > 1 else 0

    def wait():
        seen.append("wait")
        waited.set()
        crew.stopping.wait(PATIENCE)

    crew.loop("x", step, wait)
    assert waited.wait(PATIENCE)
    crew.stop()
    assert crew.join(PATIENCE) == []
    assert seen[:4] == [1, 1, 0, "wait"]


def test_who_does_not_end_in_time_is_named():
    crew, free = Crew(), threading.Event()
    crew.run("slow", lambda: free.wait(PATIENCE))
    crew.stop()
    assert crew.join(0.01) == ["slow"]
    free.set()
    assert crew.join(PATIENCE) == []
