"""How a reply becomes Sent, Deferred or Bounced."""

from __future__ import annotations

import pytest

from gateway.outbound.outcome import Bounced, Deferred, Sent, clean, outcome_of


@pytest.mark.parametrize(
    ("code", "text", "kind"),
    [
        (250, "2.0.0 Ok: queued as 4XyZ", Sent),
        (421, "4.3.2 shutting down", Deferred),
        (451, "4.7.1 greylisted", Deferred),
        (432, "4.3.2 Concurrent connections limit exceeded", Deferred),
        (550, "5.1.1 no such user", Bounced),
        (552, "5.3.4 too big", Bounced),
        (550, "5.4.5 Daily user sending limit exceeded", Deferred),
        (554, "5.2.0 STOREDRV.Submission.Exception:SubmissionQuotaExceededException", Deferred),
        (554, "5.7.1 spam", Bounced),
        (530, "5.7.0 authentication required", Deferred),
        (535, "5.7.8 bad credentials", Deferred),
        (-1, "", Deferred),
        (999, "nonsense", Deferred),
    ],
)
def test_a_reply_is_read(code: int, text: str, kind: type) -> None:
    assert isinstance(outcome_of(code, text), kind)


def test_configured_beginnings_mean_later() -> None:
    assert isinstance(outcome_of(554, "5.7.9 wait", ("554 5.7.9",)), Deferred)
    assert isinstance(outcome_of(554, "5.2.0 quota", ("554 5.7.9",)), Bounced)


@pytest.mark.parametrize(
    ("text", "remote"),
    [
        ("2.0.0 Ok: queued as 4XyZ123", "4XyZ123"),
        ("OK id=1tDxyz-0000-Ab", "1tDxyz-0000-Ab"),
        ("2.0.0 OK", None),
    ],
)
def test_the_name_the_smarthost_gave_it_is_kept(text: str, remote: str | None) -> None:
    assert outcome_of(250, text) == Sent(250, text, remote)


@pytest.mark.parametrize(
    ("text", "host", "remote"),
    [
        (
            "2.0.0 OK <AM0PR01MB1@AM0PR01MB1.eurprd01.prod.exchangelabs.com> [Hostname=AM0PR01MB1]", "",
            "<AM0PR01MB1@AM0PR01MB1.eurprd01.prod.exchangelabs.com>",
        ),
        (
            "2.6.0 <1.2.ab@acme.example> [InternalId=123, Hostname=EX1] Queued mail for delivery", "",
            "<1.2.ab@acme.example>",
        ),
        (
            "Ok 0102018f6b1c2d3e-aabbccdd-1122-3344-5566-77889900aabb-000000", "email-smtp.eu-west-1.amazonaws.com",
            "<0102018f6b1c2d3e-aabbccdd-1122-3344-5566-77889900aabb-000000@eu-west-1.amazonses.com>",
        ),
        (
            "Ok 0100018f6b1c2d3e-aabbccdd-1122-3344-5566-77889900aabb-000000", "email-smtp.us-east-1.amazonaws.com",
            "<0100018f6b1c2d3e-aabbccdd-1122-3344-5566-77889900aabb-000000@email.amazonses.com>",
        ),
        ("Ok 0102018f6b1c2d3e-aabbccdd-1122-3344-5566-77889900aabb-000000", "mx.acme.example", None),
        ("2.1.5 taken for <karin@kund.example>", "", None),
        ("2.0.0 OK  1732440000 5b1f17b1804b1-42c 25 - gsmtp", "smtp.gmail.com", None),
    ],
)  # fmt: skip
def test_a_message_id_that_the_smarthost_gave_is_told_in_brackets(text: str, host: str, remote: str | None) -> None:
    assert outcome_of(250, text, host=host) == Sent(250, text, remote)


def test_a_reply_is_one_short_line() -> None:
    assert clean(b"a\r\nb\x1b[31m" + b"x" * 1000).startswith("a b [31mxx")
    assert len(clean("x" * 10000)) == 500
