"""Every durable step of every flow: the process ends there, or the step fails; the end is that of a quiet day (R3)."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest

from reliability.crash_points import NAMES


@pytest.mark.timeout(600)
# The end of the process for each flow, a step that fails for one of them: `make reliability` goes through all.
@pytest.mark.parametrize(("flow", "kind"), [*((name, "crash") for name in NAMES), ("command", "failure")])
def test_no_durable_step_is_one_too_many(flow: str, kind: str) -> None:
    # A process of its own: it forks at every point, and must have no other thread.
    command = [sys.executable, "-m", "reliability.crash_points", "--flow", flow, "--kind", kind, "--json"]
    ended = subprocess.run(command, capture_output=True, text=True, check=False)
    assert ended.stdout, ended.stderr[-3000:]
    report = json.loads(ended.stdout)
    assert report["faults"] == {}
    assert {"journal commit", "commit ticket", "mark sent"} <= set(report["names"])
    assert report["points"] == len(report["names"]) >= 9
