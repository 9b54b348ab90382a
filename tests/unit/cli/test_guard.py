"""What an exception becomes at the very top, and how rows are printed."""

from __future__ import annotations

import json
from datetime import UTC, datetime

import pytest
import typer

from gateway.cli import printing
from gateway.cli.guard import guarded
from gateway.errors import ConfigurationError, GatewayError, Problem, TryAgainError


@pytest.mark.parametrize(
    ("error", "status", "said"),
    [
        (ConfigurationError([Problem("rules.yaml", 4, 2, "unknown group")]), 1, "rules.yaml:4:2: unknown group"),
        (TryAgainError("locked"), 75, "try again later: locked"),
        (GatewayError("no"), 1, "no"),
        (BrokenPipeError(), 0, ""),
        (KeyboardInterrupt(), 130, ""),
    ],
)
def test_every_expected_trouble_has_its_sentence_and_status(capsys, error, status, said):
    def command():
        raise error

    with pytest.raises(typer.Exit) as left:
        guarded(command)
    assert (left.value.exit_code, capsys.readouterr().err.strip()) == (status, said)


@pytest.mark.parametrize(("returned", "status"), [(None, 0), (0, 0), (1, 1), (2, 2)])
def test_a_command_leaves_with_what_it_returns(returned, status):
    with pytest.raises(typer.Exit) as left:
        guarded(lambda: returned)
    assert left.value.exit_code == status


def test_a_bug_is_not_hidden():
    def command():
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        guarded(command)


def test_rows_are_lines_of_json_for_programs(capsys):
    printing.lines([{"å": 1}, {"b": [2]}])
    assert [json.loads(line) for line in capsys.readouterr().out.splitlines()] == [{"å": 1}, {"b": [2]}]


def test_rows_are_a_table_for_people_and_markup_is_text(capsys):
    printing.table(("id", "subject"), [(1, "[red]Hej[/red]"), (2, None)])
    assert "[red]Hej[/red]" in capsys.readouterr().out
    printing.table(("id",), [], "no messages")
    assert capsys.readouterr().out == "no messages\n"


def test_an_id_is_shown_whole_however_long_the_other_columns_are(capsys, monkeypatch):
    monkeypatch.setenv("COLUMNS", "80")
    long = [(10 + n, "2026-11-22 03:30", "held", "ACME-1001", "mallory@evil.example", "w" * 90) for n in range(3)]
    printing.table(("id", "received (UTC)", "state", "ticket", "from", "reason"), long)
    shown = capsys.readouterr().out.splitlines()
    assert [line.split()[0] for line in shown[2:]] == ["10", "11", "12"]
    assert all(len(line) <= 80 and "ACME-1001" in line for line in shown[2:])


def test_what_is_folded_is_shown_whole(capsys, monkeypatch):
    monkeypatch.setenv("COLUMNS", "40")
    printing.table(("when", "what"), [("2026-11-22 03:30", "x" * 50)], fold=True)
    assert capsys.readouterr().out.count("x") == 50


@pytest.mark.parametrize(
    ("natural", "terminal", "shown"),
    [
        ([2, 16, 4], 80, [2, 16, 4]),
        ([2, 16, 60, 90], 80, [2, 16, 26, 27]),  # the longest give way first
        ([16, 16, 16], 40, [11, 11, 12]),  # all are short, and the terminal is shorter
    ],
)
def test_the_longest_columns_give_way(natural, terminal, shown):
    assert printing.widths(natural, terminal) == shown


def test_a_card_leaves_out_what_is_empty(capsys):
    printing.card({"ticket_id": 5, "count": 0, "note": "", "people": ["a", "b"], "from": {"name": "x", "address": ""}})
    shown = [line.split(None, 2) for line in capsys.readouterr().out.splitlines()]
    assert shown == [["ticket", "id:", "5"], ["count:", "0"], ["people:", "a,", "b"], ["from:", "name", "x"]]


@pytest.mark.parametrize(
    ("person", "shown"),
    [
        ("x", "x"),
        ({"name": "A", "address": "a@x"}, "A <a@x>"),
        ({"name": "a@x", "address": "a@x"}, "a@x"),
        ({"address": "a@x"}, "a@x"),
        ({}, ""),
    ],
)
def test_people_are_printed_as_far_as_they_are_known(person, shown):
    assert printing.who(person) == shown


@pytest.mark.parametrize("moment", ["2026-11-21T23:30:00+01:00", datetime(2026, 11, 21, 22, 30, tzinfo=UTC)])
def test_times_in_tables_are_utc(moment):
    assert printing.short_time(moment) == "2026-11-21 22:30"
    assert printing.short_time(None) == ""
