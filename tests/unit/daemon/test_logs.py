"""One line a happening, nothing a sender can forge (A49)."""

from __future__ import annotations

import json
import logging
import sys

import pytest

from gateway.daemon.logs import LONGEST, JsonLines, TextLines, neutral


def record(message="ingested", level=logging.INFO, error=None, **facts):
    made = logging.LogRecord("gateway.work.ingest", level, "x.py", 1, message, None, error)
    made.created = 1_795_000_000.0
    made.__dict__.update(facts)
    return made


@pytest.mark.parametrize("evil", ["\n", "\r", "\x1b", "\x85", "\u2028", "\u202e", "\x00"])
def test_nothing_that_breaks_or_turns_a_line_is_printed(evil):
    assert evil not in neutral(f"a{evil}b")
    assert evil not in TextLines(journald=False).format(record(why=f"a{evil}b"))


def test_values_are_short():
    assert len(neutral("x" * 5000)) == LONGEST + 1
    assert neutral("x" * LONGEST) == "x" * LONGEST


def test_a_line_names_source_and_facts_and_no_others():
    line = TextLines(journald=False).format(record(ticket="ACME-1", journal=5, body="secret"))
    assert line.endswith("info work.ingest: ingested journal=5 ticket=ACME-1")
    assert line.startswith("2026-11-18 ")


@pytest.mark.parametrize(("level", "number"), [(logging.INFO, 6), (logging.WARNING, 4), (logging.ERROR, 3)])
def test_journald_reads_the_level_in_front(level, number):
    assert TextLines(journald=True).format(record(level=level)).startswith(f"<{number}>")


def trouble():
    try:
        raise RuntimeError("a bug")
    except RuntimeError:
        return sys.exc_info()


def test_json_is_one_object_a_line_and_numbers_stay_numbers():
    line = JsonLines().format(record("no\nway", error=trouble(), journal=5, why="x"))
    assert "\n" not in line
    read = json.loads(line)
    assert (read["journal"], read["why"], read["source"], read["message"]) == (5, "x", "work.ingest", "no\\x0away")
    assert read["trace"][-1] == "RuntimeError: a bug"
    assert "    RuntimeError: a bug" in TextLines(journald=False).format(record(error=trouble()))


def test_a_trace_is_as_neutral_as_everything_else_whatever_the_error_quotes():
    try:
        raise ValueError("\x1b[2J\u2028" + "x" * 5000)
    except ValueError:
        error = sys.exc_info()
    for line in (JsonLines().format(record(error=error)), TextLines(journald=False).format(record(error=error))):
        assert "\x1b" not in line
        assert "\u2028" not in line
        assert "x" * (LONGEST + 1) not in line


def test_whose_mail_it_is_stands_there_only_where_there_is_trouble():
    facts = {"mail": 5, "to": "karin@umbrella.example"}
    assert "karin" not in TextLines(journald=False).format(record("sent", **facts))
    assert "karin" in TextLines(journald=False).format(record("bounced", logging.WARNING, **facts))
