"""Delivery reports change a mail and mute an address only where they prove to be about a mail of ours (IN9, A57)."""

from __future__ import annotations

import pytest

from gateway.mail.message import DeliveryReport, MailClass, RecipientReport
from gateway.tickets.case import Case, KnownMessage
from gateway.tickets.effects import AddEntry, FileMail, MarkMail, Mute, Tell
from gateway.tickets.model import Kind, Visibility

KARIN = "karin@umbrella.example"


def report(action="failed", permanent=True, address=KARIN, original="<ours@acme>"):
    return DeliveryReport((RecipientReport(address, action, "5.1.1", permanent),), original)


def bounce(play, given=None, **found):
    found.setdefault("messages", (KnownMessage("<ours@acme>", 7, 5, 3, KARIN),))
    return play.mail(
        "550 5.1.1 no such user", None, mail_class=MailClass.DELIVERY_REPORT, delivery_report=given or report(),
        found=play.found(play.ticket, **found), case=Case(play.ticket),
    )  # fmt: skip


def test_a_permanent_failure_marks_the_mail_mutes_the_address_and_tells_us(play):
    decision = bounce(play)
    assert play.of(MarkMail, decision) == [MarkMail(3, "failed", "5.1.1", "failed")]
    assert play.of(Mute, decision) == [Mute(KARIN, "bounced 5.1.1")]
    assert play.told(decision) == {"anna@acme.example": "bounced"}
    assert play.not_told(decision) == {"bo@acme.example": "muted by himself"}
    (told,) = play.of(Tell, decision)
    assert told.facts["bounce"]["recipient"] == KARIN
    (entry,) = play.of(AddEntry, decision)
    assert (entry.kind, entry.visibility, entry.folded) == (Kind.EVENT, Visibility.INTERNAL, True)


@pytest.mark.parametrize(
    ("action", "state"), [("delayed", "deferred"), ("delivered", "sent"), ("relayed", "sent"), ("expanded", "sent")]
)
def test_what_is_not_permanent_is_noted_and_wakes_nobody(play, action, state):
    decision = bounce(play, report(action, permanent=False))
    assert [mark.state for mark in play.of(MarkMail, decision)] == [state]
    assert not play.of(Mute, decision)
    assert play.told(decision) == {}


def test_our_message_id_counts_only_for_whom_it_was_sent_to(play):
    decision = bounce(play, report(address="someone@else.example"))
    assert not play.of(Mute, decision)
    (entry,) = decision.effects
    assert not entry.verified


def test_a_return_address_of_ours_is_believed_whatever_the_report_names(play):
    verp = play.bearer(None, purpose="report", carrier="verp", mail_id=9)
    decision = bounce(play, report(original=None), bearers=(verp,), messages=())
    assert [mark.mail_id for mark in play.of(MarkMail, decision)] == [9]


def test_a_report_without_recipients_or_about_nothing_of_ours_is_filed(play):
    decision = play.mail("?", None, mail_class=MailClass.DELIVERY_REPORT, delivery_report=DeliveryReport((), None))
    assert [type(e) for e in decision.effects] == [FileMail]
    assert [type(e) for e in play.mail(mail_class=MailClass.DELIVERY_REPORT).effects] == [FileMail]


def test_who_bounced_is_not_told_of_it(play):
    decision = bounce(
        play, report(address="anna@acme.example"), messages=(KnownMessage("<ours@acme>", 7, 5, 3, "anna@acme.example"),)
    )
    assert "anna@acme.example" not in play.told(decision)


@pytest.mark.parametrize("way", ["return-address", "message-id"])
def test_who_got_one_mail_can_mute_nobody_else_with_it(play, way):
    victim, mallory = RecipientReport("olle@umbrella.example", "failed", "5.1.1", True), "mallory@evil.example"
    forged = DeliveryReport((victim, RecipientReport(mallory, "failed", "5.1.1", True)), "<ours@acme>")
    verp = play.bearer(None, purpose="report", carrier="verp", mail_id=9, address=mallory)
    found = {
        "return-address": {"bearers": (verp,)},
        "message-id": {"messages": (KnownMessage("<ours@acme>", 7, 5, 3, mallory),)},
    }[way]
    decision = bounce(play, forged, **found)
    assert [mute.address for mute in play.of(Mute, decision)] == [mallory]


def test_a_mailbox_that_is_full_is_told_but_its_address_is_not_muted(play):
    full = DeliveryReport((RecipientReport(KARIN, "failed", "5.2.2", permanent=False),), "<ours@acme>")
    decision = bounce(play, full)
    assert [mark.state for mark in play.of(MarkMail, decision)] == ["failed"]
    assert not play.of(Mute, decision)
    assert play.told(decision) == {"anna@acme.example": "bounced"}


def test_a_report_about_several_mails_of_ours_acts_on_each(play):
    olle = "olle@umbrella.example"
    both = DeliveryReport(
        (RecipientReport(KARIN, "failed", "5.1.1", True), RecipientReport(olle, "delayed", "4.4.1", False)), None
    )
    bearers = tuple(
        play.bearer(None, hash=str(mail), purpose="report", carrier="verp", mail_id=mail, address=address)
        for mail, address in ((3, KARIN), (4, olle))
    )
    decision = bounce(play, both, bearers=bearers, messages=())
    assert [(mark.mail_id, mark.state) for mark in play.of(MarkMail, decision)] == [(3, "failed"), (4, "deferred")]
    assert [mute.address for mute in play.of(Mute, decision)] == [KARIN]
    (told,) = play.of(Tell, decision)
    assert told.facts["bounce"]["recipient"] == KARIN


@pytest.mark.parametrize(("second", "muted"), [("failed", [KARIN]), ("delivered", [])])
def test_an_address_that_forwards_is_muted_only_where_it_reaches_nobody(play, second, muted):
    """Whom it forwards to is named by the report, never the address itself."""
    behind = DeliveryReport(
        (
            RecipientReport("a@behind.example", "failed", "5.1.1", True),
            RecipientReport("b@behind.example", second, "5.1.1" if second == "failed" else "2.0.0", second == "failed"),
        ),
        None,
    )
    verp = play.bearer(None, purpose="report", carrier="verp", mail_id=9, address=KARIN)
    decision = bounce(play, behind, bearers=(verp,), messages=())
    assert [mark.state for mark in play.of(MarkMail, decision)] == ["failed"]
    assert [mute.address for mute in play.of(Mute, decision)] == muted


def test_a_proved_report_about_a_mail_of_no_ticket_still_marks_it(play):
    verp = play.bearer(None, purpose="report", carrier="verp", mail_id=9, ticket_id=None, address="root@acme.example")
    given = DeliveryReport((RecipientReport("root@acme.example", "failed", "5.1.1", True),), None)
    decision = play.mail(
        "?", None, mail_class=MailClass.DELIVERY_REPORT, delivery_report=given, found=play.found(bearers=(verp,))
    )
    assert [type(effect) for effect in decision.effects] == [MarkMail, Mute, FileMail]
