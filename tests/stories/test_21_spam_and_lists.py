"""What a filter says, what a list in front of the desk does to a mail, who is written to again after a bounce."""

from __future__ import annotations

import hashlib
from email.utils import parseaddr
from typing import Any

import pytest

from tests.support import letters
from tests.support.daemon import RULES
from tests.support.house import Case, House
from tests.support.waiting import eventually

pytestmark = pytest.mark.timeout(300)
HOUSE_RULES = RULES.replace(
    "    prefix: ACME\n", "    prefix: ACME\n    arrives_via: [support.lists.acme.example]\n"
).replace("groups:", "admins: [bo]\ngroups:")
ANNA = "anna@acme.example"


def _row(house: House, raw: bytes) -> Any:
    """Wait until a message is worked on; return its journal row."""
    digest = hashlib.sha256(raw).hexdigest()

    def done() -> Any:
        rows = [row for row in house.daemon.json("journal", "list") if row["sha256"] == digest]
        return rows[0] if rows and rows[0]["state"] != "received" else None

    return eventually(done, 30, lambda: house.daemon.log[-2000:])


def _send(house: House, raw: bytes, **how: Any) -> Any:
    house.daemon.send(raw, **how)
    return _row(house, raw)


def _contact(house: House, address: str) -> Any:
    (contact,) = house.daemon.json("contact", "show", address)
    return contact


# --- spam (IN11)


def test_what_a_trusted_filter_calls_spam_is_held_without_a_mail_and_may_be_let_in(house: House):
    sender = house.customer("Piller")
    row = _send(house, letters.proven(letters.plain("Köp piller nu", "Billigt!\n", sender=sender, X_Spam_Flag="YES")))
    assert (row["state"], row["reason"]) == ("held", "spam")
    house.daemon.idle()
    assert house.mails(parseaddr(sender)[1]) == []
    assert not [mail for mail in house.mails(ANNA) if "piller" in mail.subject], "of spam nobody is told at once"
    house.daemon.gateway("journal", "accept", str(row["id"]))
    eventually(lambda: [mail for mail in house.mails(ANNA, "registered") if "Köp piller nu" in mail.subject], 30)


def test_a_reply_of_who_takes_part_is_never_spam(house: House):
    case = house.write("Skrivaren", "Den är trasig.")
    case.reply(case.receipt, "Den är fortfarande trasig.", X_Spam_Flag="YES")
    eventually(lambda: len(case.ticket["entries"]) == 2, 30, lambda: str(case.ticket))


def test_suspected_spam_is_a_ticket_without_a_receipt(house: House):
    sender = house.customer("Kanske")
    status = "No, score=4.4 required=5.0"
    row = _send(house, letters.proven(letters.plain("Kanske skräp", "Hej\n", sender=sender, X_Spam_Status=status)))
    assert row["ticket_id"]
    house.daemon.idle()
    assert house.mails(parseaddr(sender)[1]) == []
    assert [mail for mail in house.mails(ANNA, "registered") if "Kanske skräp" in mail.subject]


def test_an_operator_calls_a_ticket_spam_and_nobody_hears_of_it(house: House):
    case = house.write("Vinn en bil", "Klicka här.")
    case.operator(case.notice(), "#skräp")
    ticket = case.becomes(status="closed")
    assert ticket["tags"] == ["spam"]
    house.daemon.idle()
    assert [mail.message["X-Ticket-Event"] for mail in case.had()] == ["registered"]


# --- a list in front of the desk (IN13)

GOOGLE = {
    "List_ID": "<support.lists.acme.example>", "List_Post": "<mailto:support@lists.acme.example>", "Precedence": "list",
    "X_Google_Group_Id": "104", "List_Unsubscribe": "<mailto:googlegroups-manage+104+unsubscribe@lists.acme.example>",
}  # fmt: skip


def test_a_google_group_that_wrote_itself_into_from_is_looked_through(house: House):
    karin = house.customer()
    munged = letters.plain(
        "Genom gruppen", "Skrivaren är trasig.\n", sender="'Karin Berg' via Support <support@acme.example>",
        to="support@lists.acme.example", X_Original_From=karin, Reply_To=karin, **GOOGLE,
    )  # fmt: skip
    house.daemon.send(letters.proven(munged), "support+bncBC@lists.acme.example", ["support@acme.example"])
    receipt = house.mail(parseaddr(karin)[1], "registered")
    ticket = house.daemon.ticket(str(receipt.message["X-Ticket-Reference"]))
    assert ticket["requester"]["address"] == parseaddr(karin)[1]
    assert [entry["proof"] for entry in ticket["entries"]] == ["none"], "what the list signed proves nobody"


def test_a_mailman_list_in_front_of_the_desk_makes_no_difference(house: House):
    karin = house.customer()
    mail = letters.plain(
        "Genom listan", "Skrivaren är trasig.\n", sender=karin, to="support@lists.acme.example", List_Id="Support <support.lists.acme.example>",
        X_Mailman_Version="3.3.8", Precedence="list", X_BeenThere="support@lists.acme.example",
    )  # fmt: skip
    house.daemon.send(letters.proven(mail), "support-bounces@lists.acme.example", ["support@acme.example"])
    reference = str(house.mail(parseaddr(karin)[1], "registered").message["X-Ticket-Reference"])
    assert [who["address"] for who in house.daemon.ticket(reference)["participants"]] == [parseaddr(karin)[1]]


# --- bounces (IN9)


def _bounced(house: House) -> Case:
    case = house.write("Skrivaren", "Den är trasig.")
    house.daemon.send(letters.bounce(case.receipt.raw, case.address, to="support@acme.example"), sender="")
    case.notice(event="bounced")
    assert _contact(house, case.address)["muted"] == "bounced 5.1.1"
    return case


def test_only_a_mail_that_is_surely_his_lets_a_bounced_address_go(house: House):
    case = _bounced(house)
    forged = letters.plain("Hej igen", "Jag är visst här.\n", sender=case.sender)
    assert _send(house, forged)["ticket_id"]
    assert _contact(house, case.address)["muted"] == "bounced 5.1.1", "anybody can write his name"
    house.daemon.send(letters.proven(letters.plain("Nu så", "Nu fungerar min post.\n", sender=case.sender)))
    eventually(lambda: _contact(house, case.address)["muted"] is None, 30)


def test_an_admin_says_that_a_bounced_address_works_again(house: House):
    case = _bounced(house)
    muted = house.daemon.json("contact", "list", "--muted")
    assert case.address in [contact["address"] for contact in muted]
    house.daemon.gateway("contact", "set", case.address, "--unmute")
    assert _contact(house, case.address)["muted"] is None
    case.operator(case.notice(), "Hej Karin! Nu är den lagad.")
    assert "Nu är den lagad." in case.got("answered").text


def test_a_full_mailbox_is_told_but_mutes_nobody(house: House):
    case = house.write("Skrivaren", "Den är trasig.")
    full = letters.bounce(
        case.receipt.raw, case.address, to="support@acme.example", status="5.2.2", diagnostic="552 5.2.2 Mailbox full"
    )
    house.daemon.send(full, sender="")
    assert case.address in case.notice(event="bounced").text
    assert _contact(house, case.address)["muted"] is None


def test_a_report_about_no_ticket_is_told_in_the_list_of_the_day(house: House):
    strange = letters.bounce(
        letters.plain("Nyhetsbrev", "x\n", to="okand@kund.example"), "okand@kund.example", to="support@acme.example"
    )
    row = _send(house, strange, sender="")
    assert (row["state"], row["ticket_id"]) == ("done", None)
    line = f"#{row['id']} leveransrapport"
    said = eventually(
        lambda: [m for m in house.mails("bo@acme.example", "alarm") if line in " ".join(m.text.split())], 90
    )
    assert said


# --- reactions, recalls, receipts, thanks (IN8, TH6)

QUIET = {
    "reaction": ("Re: {s}", "👍\n\nKarin Berg reacted via Gmail\n", {}),
    "reaction of Outlook": ("Re: {s}", "👍 Karin Berg reagerade på ditt meddelande:\n", {}),
    "recall": ("Återkalla: {s}", "Karin Berg vill återkalla meddelandet {s}.\n", {}),
    "read receipt": ("Läst: {s}", "Ditt meddelande\n\n  Ämne: {s}\n\nlästes den 24 november 2026 10:00.\n", {}),
    "vacation": ("Autosvar: {s}", "Jag är på semester.\n", {"Auto_Submitted": "auto-replied"}),
    "thanks": ("SV: {s}", "Tack för hjälpen!\n\nMvh\nKarin\n", {}),
}


def test_what_asks_for_nothing_is_attached_and_changes_nothing(house: House):
    case = house.write("Skrivaren", "Den är trasig.")
    case.operator(case.notice(), "Hej! Den är lagad.\n#löst")
    resolved = case.got("resolved")
    for subject, text, headers in QUIET.values():
        mail = letters.plain(
            subject.format(s=resolved.subject), text.format(s="Skrivaren"), sender=case.sender,
            In_Reply_To=resolved.message_id, **headers,
        )  # fmt: skip
        assert _send(house, letters.proven(mail))["ticket_id"]
    ticket = case.ticket
    assert ticket["status"] == "resolved"
    assert len(ticket["entries"]) == 2 + len(QUIET), [entry["text"] for entry in ticket["entries"]]
    house.daemon.idle()
    assert [mail.message["X-Ticket-Event"] for mail in case.had()] == ["registered", "resolved"]


@pytest.mark.parametrize("word", ["Löst!", "Det har löst sig.\n\nMvh\nKarin"])
def test_solved_as_the_whole_answer_closes(house: House, word: str):
    case = house.write("Skrivaren", "Den är trasig.")
    case.reply(case.receipt, word)
    case.becomes(status="closed")


# --- an absence is no consent (A78)


def test_an_absence_without_any_mark_that_begins_with_yes_confirms_nothing(house: House):
    case = house.write("Skrivaren", "Den är trasig.")
    unproven = letters.plain(f"Re: [{case.reference}] Skrivaren", "#prioritet hög\n", sender=letters.ANNA)
    held = _send(house, unproven)
    assert (held["state"], held["reason"]) == ("held", "unproven"), "nothing but his From"
    question = house.mail(ANNA, "confirmation")
    away = "Ja, jag är på semester till och med den 10 augusti."
    row = _send(house, letters.reply(question.raw, away, sender=letters.ANNA))
    house.daemon.idle()
    (again,) = [each for each in house.daemon.json("journal", "list") if each["id"] == held["id"]]
    assert again["state"] == "held", row
    house.daemon.send(letters.reply(question.raw, "Ja, det var jag.", sender=letters.ANNA))
    case.becomes(priority="high")
