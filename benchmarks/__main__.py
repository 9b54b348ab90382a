"""`python -m benchmarks [P1 P7 …]`: measure, print the table, write benchmarks/results/latest.json."""

from __future__ import annotations

import argparse
import importlib
import json
import os
import platform
import sys
import tempfile
import traceback
from datetime import UTC, datetime
from pathlib import Path

from benchmarks.figure import Figure, table

MODULES = {
    "P1": "p1_intake", "P2": "p2_end_to_end", "P3": "p3_postgresql", "P5": "p5_imap", "P6": "p6_rules",
    "P7": "p7_compose", "P8": "p8_memory", "P9": "p9_backlog", "P10": "p10_start",
}  # fmt: skip
RESULTS = Path(__file__).resolve().parent / "results" / "latest.json"


def measured(name: str) -> list[Figure]:
    """Return the figures of one goal; a benchmark that fails is a figure that is not met, and the others go on."""
    print(f"measuring {name} ...", file=sys.stderr, flush=True)
    try:
        with tempfile.TemporaryDirectory(prefix="gateway-bench-") as folder:
            found: list[Figure] = importlib.import_module(f"benchmarks.{MODULES[name]}").measure(Path(folder))
            return found
    except Exception as error:
        traceback.print_exc()
        return [Figure(name, "not measured", 0.0, "", met=False, note=f"{type(error).__name__}: {str(error)[:200]}")]


def main() -> int:
    """Return 0 where every goal was measured, with --strict only where every one was met as well."""
    parser = argparse.ArgumentParser(
        description="The figures of the performance goals, each beside a reference of the same run."
    )
    parser.add_argument(
        "goals", nargs="*", default=list(MODULES), metavar="GOAL", help=f"of {' '.join(MODULES)}; default all"
    )
    parser.add_argument("--strict", action="store_true", help="exit 1 where a goal is missed")
    arguments = parser.parse_args()
    chosen = arguments.goals
    if unknown := set(chosen) - set(MODULES):
        parser.error(f"unknown: {' '.join(sorted(unknown))}")
    figures = [figure for name in chosen for figure in measured(name)]
    print(f"\n{table(figures)}")
    # A load average above the number of cores says: somebody else was measured, too; only ratios hold then.
    load = round(os.getloadavg()[0], 1)
    print(f"{os.cpu_count()} cores, load average {load}")
    machine = {"cores": os.cpu_count(), "load": load, "python": platform.python_version(), "kernel": platform.release()}
    report = {
        "at": datetime.now(UTC).isoformat(timespec="seconds"),
        "machine": machine,
        "figures": [figure.as_json() for figure in figures],
    }
    RESULTS.parent.mkdir(exist_ok=True)
    RESULTS.write_text(json.dumps(report, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    missed = [figure for figure in figures if figure.met is False]
    return int(any(figure.what == "not measured" for figure in missed) or (arguments.strict and bool(missed)))


if __name__ == "__main__":
    sys.exit(main())
