"""Which desk a message came to, and what rules of event `received` may say of it."""

from __future__ import annotations

from dataclasses import replace

import pytest

from gateway.decide.sorting import desk_for, gather, sort
from gateway.mail.message import Address, Envelope, MailClass
from gateway.mail.proof import Verdict

DESK, SHOP = Address("", "support@acme.example"), Address("", "shop@acme.example")
ELSEWHERE = Address("", "info@umbrella.example")


@pytest.mark.parametrize(
    ("to", "cc", "rcpt", "headers", "mailbox", "expected"),
    [
        ((SHOP,), (DESK,), "support@acme.example", (), None, ("shop", True)),
        ((ELSEWHERE,), (SHOP,), "support@acme.example", (), None, ("shop", True)),
        ((ELSEWHERE,), (), "shop+abc@acme.example", (), None, ("shop", True)),
        ((), (), "x@relay.example", (("Delivered-To", "shop@acme.example"),), None, ("shop", True)),
        ((), (), "x@relay.example", (("X-Original-To", "<shop@acme.example>"),), None, ("shop", True)),
        ((), (), "x@relay.example", (), "shopbox", ("shop", False)),
        ((), (), "x@relay.example", (), "otherbox", ("acme", False)),
        ((), (), "x@relay.example", (), None, ("acme", False)),
    ],
)  # fmt: skip
def test_the_desk_is_the_first_one_addressed_else_the_mailboxs_else_the_first(
    play, terms, to, cc, rcpt, headers, mailbox, expected
):
    incoming = play.incoming(
        play.letter(to=to, cc=cc, headers=headers), envelope=Envelope("a@x", (rcpt,), "imap", mailbox)
    )
    assert desk_for(incoming, terms) == expected


def test_a_mail_nobody_addressed_to_a_desk_says_so_in_its_trace(play, terms, now):
    incoming = play.incoming(play.letter(to=()), envelope=Envelope("a@x", (), "imap", "shopbox"))
    arrived = sort(incoming, terms, now)
    assert (arrived.desk, arrived.trace) == ("shop", ("no desk address in the mail: desk shop",))


def rule(play, then, **mail):
    terms = play.under(f"rules: [{{name: R, event: received, then: {then}}}]")
    from datetime import UTC, datetime

    return sort(play.incoming(play.letter(**mail)), terms, datetime(2026, 11, 24, tzinfo=UTC))


def test_a_rule_moves_to_another_desk(play):
    assert rule(play, "{desk: shop}").desk == "shop"


def test_a_rule_names_a_reference_of_somebody_else(play):
    arrived = rule(play, "{foreign_reference: T-77}")
    assert arrived.foreign == ("T-77",)
    assert gather(arrived.incoming, arrived.foreign).foreign == ("T-77",)


@pytest.mark.parametrize(("spam", "verdict"), [("true", "yes"), ("false", "no")])
def test_a_rule_says_that_it_is_spam_or_none(play, spam, verdict):
    incoming = rule(play, f"{{treat_as_spam: {spam}}}").incoming
    assert (incoming.mail.spam, incoming.proof.spam) == (verdict, verdict)


def test_a_rule_says_what_class_it_is(play):
    mail = rule(play, "{treat_as: automatic}").incoming.mail
    assert (mail.mail_class, mail.why[-1]) == (MailClass.AUTOMATIC, "a rule says so")


@pytest.mark.parametrize(
    ("source", "mail", "expected"),
    [
        ("reply-to", {"reply_to": (ELSEWHERE,)}, ELSEWHERE.address),
        ("reply-to", {}, "karin@umbrella.example"),
        ("sender", {"sender": ELSEWHERE}, ELSEWHERE.address),
        ("sender", {}, "karin@umbrella.example"),
    ],
)
def test_a_rule_says_whose_mail_a_form_sent(play, source, mail, expected):
    assert rule(play, f"{{sender_from: {source}}}", **mail).incoming.mail.sender_from.address == expected


def test_what_a_hop_proved_of_a_form_proves_nothing_of_whom_it_names(play):
    incoming = rule(play, "{sender_from: reply-to}", reply_to=(ELSEWHERE,)).incoming
    assert incoming.proof.verdict is Verdict.NONE


def test_a_strangers_reply_to_makes_him_none_of_ours(play):
    mallory, anna = Address("", "mallory@evil.example"), Address("", "anna@home.example")
    arrived = rule(play, "{sender_from: reply-to}", sender_from=mallory, reply_to=(anna,))
    assert arrived.incoming.mail.sender_from.address == mallory.address


def test_nothing_changes_without_rules(play, terms, now):
    incoming = play.incoming(play.letter())
    arrived = sort(incoming, terms, now)
    assert (arrived.incoming, arrived.verdict, arrived.foreign, arrived.trace) == (incoming, None, (), ())


def test_who_may_join_is_asked_of_the_desk(play, terms, now):
    arrived = sort(play.incoming(play.letter(reference="ACME-1042")), terms, now)
    incoming = replace(arrived.incoming, found=play.found(play.ticket))
    assert arrived.place(incoming, terms).how == "subject"
