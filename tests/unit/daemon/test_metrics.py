"""The text format: families in order, values escaped, nothing that is not in the table."""

from __future__ import annotations

import pytest

from gateway.daemon.metrics import render


def test_a_family_has_its_help_and_type_once_and_its_samples_sorted():
    text = render([
        ("gateway_outbox_rows", ("ready",), 3), ("gateway_journal_rows", ("parked",), 1),
        ("gateway_outbox_rows", ("deferred",), 2), ("gateway_oldest_hold_seconds", (), 12.5),
    ])  # fmt: skip
    assert text == (
        "# HELP gateway_journal_rows received messages that are not done\n"
        "# TYPE gateway_journal_rows gauge\n"
        'gateway_journal_rows{state="parked"} 1\n'
        "# HELP gateway_outbox_rows written mails that did not leave\n"
        "# TYPE gateway_outbox_rows gauge\n"
        'gateway_outbox_rows{state="deferred"} 2\n'
        'gateway_outbox_rows{state="ready"} 3\n'
        "# HELP gateway_oldest_hold_seconds age of the oldest message that waits for a person\n"
        "# TYPE gateway_oldest_hold_seconds gauge\n"
        "gateway_oldest_hold_seconds 12.5\n"
    )


def test_a_name_from_a_file_cannot_end_its_quotes_or_its_line():
    text = render([("gateway_rule_troubles", ('a"} 1\ngateway_build_info{x="\\',), 1)])
    assert text.splitlines()[-1] == r'gateway_rule_troubles{rule="a\"} 1\ngateway_build_info{x=\"\\"} 1'


def test_a_metric_nobody_documented_is_an_error():
    with pytest.raises(KeyError):
        render([("gateway_secret", (), 1)])
