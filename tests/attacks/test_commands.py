"""A13, A14, A73, A76, A77 and A78: orders in every form a client gives them, and people who come and go."""

from __future__ import annotations

import html
import re
from collections.abc import Callable
from email import policy
from email.message import EmailMessage
from email.utils import make_msgid

import pytest

from tests.attacks.scene import Opened, Scene, everything, unused
from tests.support import letters
from tests.support.sink import Delivery

VERBS = (
    "#close", "#löst", "#LOST", "#resolve", "#note", "#anteckning", "#take", "#ta", "#wait 3bd", "#vänta", "#assign bo", "#tilldela bo",
    "#priority high", "#tag +vip", "#cc +x@partner.example", "#pause 5d", "#time 20m", "#title Nytt", "#unassign", "#watch",
    "#clsoe", "#lösst", "#nosuchverb", "#discard", "#merge 1001", "#external a@x.example 3bd", "#help",
)  # fmt: skip
WORDS = "Hej! Vi har bytt den trasiga delen."
Body = tuple[str | None, str | None]  # text, HTML


def _paragraphs(*lines: str, tag: str = "p") -> str:
    return "".join(f"<{tag}>{html.escape(line) or '&nbsp;'}</{tag}>" for line in lines)


FORMS: dict[str, Callable[[str, Delivery], Body]] = {
    "top": lambda verb, _: (f"{verb}\n{WORDS}\n", None),
    "after empty lines": lambda verb, _: (f"\n\n{verb}\n\n\n{WORDS}\n", None),
    "middle": lambda verb, _: (f"{WORDS}\n{verb}\nMer text kommer här.\n", None),
    "above the closing": lambda verb, _: (f"{WORDS}\n\n{verb}\n\nMvh\nAnna\n", None),
    "below the signature": lambda verb, _: (f"{WORDS}\n\n-- \nAnna Åkesson\n{verb}\n", None),
    "below the closing": lambda verb, _: (f"{WORDS}\n\nMvh\nAnna\n\n{verb}\n", None),
    "quoted": lambda verb, _: (f"{WORDS}\n\n> {verb}\n", None),
    "indented": lambda verb, _: (f"{WORDS}\n\n   \t{verb}\n", None),
    "no-break space, wide number sign": lambda verb, _: (f"{WORDS}\n\n\u00a0\uff03{verb[1:]}\n", None),
    "zero width": lambda verb, _: (f"{WORDS}\n\n\u200b{verb[:1]}\u200d{verb[1:]}\ufeff\n", None),
    "list in text": lambda verb, _: (f"{WORDS}\n\n* {verb}\n- {verb}\n", None),
    "bold in text": lambda verb, _: (f"{WORDS}\n\n*{verb}*\n", None),
    "html paragraphs": lambda verb, _: (None, _paragraphs(verb, WORDS)),
    "html only, last": lambda verb, _: (None, _paragraphs(WORDS, "", verb)),
    "html list": lambda verb, _: (None, f"<p>{WORDS}</p><ul><li>{html.escape(verb)}</li></ul>"),
    "html bold": lambda verb, _: (f"{verb}\n\n{WORDS}\n", f"<p><b>{html.escape(verb)}</b></p><p>{WORDS}</p>"),
    "html split by spans": lambda verb, _: (f"{verb}\n\n{WORDS}\n", f"<p><span>#</span><b>{html.escape(verb[1:3])}</b>{html.escape(verb[3:])}</p><p>{WORDS}</p>"),
    "html table cell": lambda verb, _: (None, f"<table><tr><td>{html.escape(verb)}</td></tr><tr><td>{WORDS}</td></tr></table>"),
    "html line break": lambda verb, _: (f"{verb}\n{WORDS}", f"<div>{html.escape(verb)}<br>{WORDS}</div>"),
    "html number entity": lambda verb, _: (None, f"<p>&#35;{html.escape(verb[1:])}</p><p>{WORDS}</p>"),
    "html hidden": lambda verb, _: (WORDS, f'<p>{WORDS}</p><p style="display:none">{html.escape(verb)}</p>'),
    "html only in html": lambda verb, _: (WORDS, f"<p>{html.escape(verb)}</p><p>{WORDS}</p>"),
    "html pre": lambda verb, _: (None, f"<pre>{html.escape(verb)}\n{WORDS}</pre>"),
    "gmail": lambda verb, _: (f"{verb}\n\n{WORDS}", f'<div dir="ltr"><div>{html.escape(verb)}</div><div><br></div><div>{WORDS}</div></div>'),
    "outlook": lambda verb, _: (f"{WORDS}\n\n{verb}", letters._OUTLOOK.format(body=f'<p class="MsoNormal">{WORDS}<o:p></o:p></p><p class="MsoNormal"><o:p>&nbsp;</o:p></p><p class="MsoNormal">{html.escape(verb)}<o:p></o:p></p>')),
    "ios": lambda verb, _: (f"{WORDS}\n\n{verb}\n\nSkickat från min iPhone", f'<html><body dir="auto">{WORDS}<div><br></div><div>{html.escape(verb)}</div><br id="lineBreakAtBeginningOfSignature"><div dir="ltr">Skickat från min iPhone</div></body></html>'),
    "android": lambda verb, _: (f"{verb}\n{WORDS}\n\nSkickat från Outlook för Android", f'<div style="font-family:sans-serif" dir="auto">{html.escape(verb)}</div><div dir="auto">{WORDS}</div><div id="ms-outlook-mobile-signature">Hämta <a href="https://aka.ms/x">Outlook för Android</a></div>'),
}  # fmt: skip
# A line that a reader takes for an order: a number sign and a letter, whatever stands invisibly or as decoration in front.
ORDER = re.compile(r"^[\s\u200b-\u200f\u2060\ufeff>*_\-•·]*[#\uff03][\u200b-\u200f\u2060\ufeff]*[^\W\d_]", re.MULTILINE)


def reply(notice: Delivery, body: Body) -> bytes:
    text, markup = body
    mail = EmailMessage(policy=policy.SMTP)
    mail["From"], mail["To"], mail["Subject"] = letters.ANNA, str(notice.message["Reply-To"]), f"Re: {notice.subject}"
    mail["Message-ID"], mail["In-Reply-To"] = make_msgid(domain="acme.example"), notice.message_id
    if text is None:
        mail.set_content(markup, subtype="html", cte="quoted-printable")
    else:
        mail.set_content(text, cte="quoted-printable")
        if markup is not None:
            mail.add_alternative(markup, subtype="html", cte="quoted-printable")
    return letters.proven(mail.as_bytes())


def orders_in(mail: Delivery) -> list[str]:
    """Return the lines of a mail, text or HTML, that read as orders."""
    lines = re.sub(
        r"(?i)<(?:br|/p|/div|/li|/td|/tr|/pre|/h\d)[^>]*>",
        "\n",
        re.sub(r"(?is)<style.*?</style>|<head.*?</head>", "", mail.html),
    )
    seen = html.unescape(re.sub(r"<[^>]*>", "", lines))
    return [found[0] for text in (mail.text, seen) for found in ORDER.finditer(text)]


@pytest.fixture(scope="module")
def form_tickets(scene: Scene) -> dict[str, Opened]:
    return {form: scene.opens("Delen är trasig.", subject=f"Form {number}") for number, form in enumerate(FORMS)}


@pytest.mark.timeout(600)
def test_a77_no_order_reaches_a_customer_in_whatever_form(scene: Scene, form_tickets: dict[str, Opened]):
    """Every form takes a fourth of the verbs, another fourth each; over all forms every verb is tried in many."""
    for number, (form, made) in enumerate(FORMS.items()):
        opened = form_tickets[form]
        for verb in VERBS[number % 4 :: 4]:
            scene.send(reply(opened.notice, made(verb, opened.notice)))
    scene.settled()
    customers = {opened.customer: form for form, opened in form_tickets.items()}
    wrong = [
        (customers[mail.recipients[0]], orders_in(mail), mail.text[:300])
        for mail in scene.sink.mails
        if mail.recipients[0] in customers and orders_in(mail)
    ]
    assert wrong == []
    outsiders = {
        to for mail in scene.sink.mails for to in mail.recipients if not to.endswith(("@acme.example", "@cust.example"))
    }
    assert outsiders <= {"x@partner.example", "a@x.example"}, "who an operator named, and nobody else"
    answered = [
        mail
        for mail in scene.sink.mails
        if mail.recipients[0] in customers and mail.message["X-Ticket-Event"] != "registered"
    ]
    assert len(answered) >= 10, "and many did get the answer"
    assert all(
        "bytt den trasiga delen" in mail.text for mail in answered if mail.message["X-Ticket-Event"] == "answered"
    )


def test_a14_orders_of_a_customer_are_text(scene: Scene):
    opened = scene.opens("#assign bo\n#priority high\n#note\n\nHej, den är trasig.", subject="Order")
    scene.send(
        letters.proven(
            letters.reply(opened.receipt.raw, "#take\n#löst\n#merge 1001\nMer text.", sender=opened.customer)
        )
    )
    scene.to_anna(opened.reference, "customer-wrote")
    ticket = scene.ticket(opened.reference)
    assert (ticket["status"], ticket["owner"], ticket["priority"]) == ("new", None, None)
    assert [entry["visibility"] for entry in ticket["entries"]] == ["public", "public"]


def test_a14_an_order_in_a_quote_below_is_not_obeyed(scene: Scene):
    """The customer plants orders, the operator answers on top with the whole quoted, from four clients."""
    for client in ("outlook", "gmail", "apple", "plain"):
        opened = scene.opens("Hej\n\n#close\n#assign bo\n\nMvh", subject="Planterat")
        scene.send(letters.operator(opened.notice.raw, "Hej! Vi tittar på det.", client=client))
        answer = scene.mail(opened.customer, "answered")
        assert "Vi tittar på det." in answer.text
        ticket = scene.ticket(opened.reference)
        assert (ticket["status"], ticket["owner"]) == ("open", "anna"), client


def test_a73_reply_all_adds_nobody_unasked_and_mails_no_address_of_ours(scene: Scene):
    friend = unused("friend", "partner.example")
    opened = scene.opens(subject="Svara alla")
    scene.send(letters.operator(opened.notice.raw, "Hej! Vilken skrivare?"))
    asked = scene.mail(opened.customer, "answered")
    raw = letters.reply(
        asked.raw, "Den röda. Jag lägger till min kollega.", sender=opened.customer, client="gmail",
        cc=f"{friend}, Support <support@acme.example>, support+x@acme.example, Anna <anna@acme.example>",
    )  # fmt: skip
    scene.send(raw, to=letters.DESK)  # nobody proved her
    scene.to_anna(opened.reference, "customer-wrote")
    scene.settled()
    people = {p["address"] for p in scene.ticket(opened.reference)["participants"]}
    assert people == {opened.customer}
    notice = scene.to_anna(opened.reference, "customer-wrote")
    scene.send(letters.operator(notice.raw, "Tack, då vet vi."))
    answer = scene.mail(opened.customer, "answered", opened.reference, 2)
    assert scene.sink.to(friend) == []
    for mail in scene.about(opened.reference):
        assert not any(to.startswith("support") for to in mail.recipients)
    head = " ".join(str(answer.message[name] or "") for name in ("From", "To", "Cc", "Reply-To"))
    assert "anna@" not in head
    assert friend not in head
    assert "bo@acme.example" not in everything(answer)


def test_a74_no_address_program_or_place_of_an_operator_leaves(scene: Scene):
    opened = scene.opens(subject="Vem")
    raw = letters.operator(
        opened.notice.raw, "Hej! Nu är det klart.", client="gmail", X_Mailer="Hemlig 1.0", User_Agent="Mutt/2.2", X_Originating_IP="[192.0.2.77]",
        Organization="Hemliga AB", X_Face="x", Disposition_Notification_To="anna@acme.example",
    )  # fmt: skip
    scene.send(b"Received: from laptop ([192.0.2.77]) by mx.acme.example; Sat, 21 Nov 2026 12:00:00 +0000\r\n" + raw)
    answer = scene.mail(opened.customer, "answered")
    own = re.search(rb"(?im)^message-id: <([^>]*)>", raw)
    assert own is not None
    for ours in ("anna@acme.example", "Hemlig", "Mutt", "192.0.2.77", own[1].decode()):
        assert ours not in everything(answer), ours
    assert {"received", "x-mailer", "user-agent", "disposition-notification-to"}.isdisjoint(
        name.lower() for name in answer.message
    )


def test_a76_who_was_taken_out_hears_nothing_more(scene: Scene):
    opened = scene.opens(subject="Med kopia")
    friend = unused("friend", "partner.example")
    scene.send(letters.operator(opened.notice.raw, f"#cc +{friend}\n\nHej! Nu är din kollega med."))
    scene.mail(opened.customer, "answered")
    scene.settled()
    assert friend in {p["address"] for p in scene.ticket(opened.reference)["participants"]}
    bo = scene.mail("bo@acme.example", "registered", opened.reference)
    scene.send(letters.operator(scene.to_anna(opened.reference, "registered").raw, f"#cc -{friend}"))
    scene.settled()
    before = len(scene.sink.to(friend))
    late = letters.reply(
        opened.receipt.raw, "Sent svar från en utesluten.", sender=friend, client="plain", to=letters.DESK
    )
    scene.send(late, friend)
    scene.send(letters.operator(opened.notice.raw, "Hej igen! Bara till dig."))
    scene.mail(opened.customer, "answered", opened.reference, 2)
    scene.settled()
    assert bo
    assert len(scene.sink.to(friend)) == before
    entries = [e for e in scene.ticket(opened.reference)["entries"] if "utesluten" in e["text"]]
    assert all(e["verified"] is False and e["visibility"] == "internal" for e in entries)


@pytest.mark.parametrize("honest", [True, False])
def test_a78_an_operators_out_of_office_is_no_answer_and_confirms_nothing(scene: Scene, *, honest: bool):
    opened = scene.opens(subject="Frånvaro")
    forged = letters.plain(f"Re: [{opened.reference}] x", "#close\r\n", sender=letters.ANNA)
    scene.send(forged, "mallory@evil.example")
    row = scene.journal(forged)[0]
    asked = scene.sink.to("anna@acme.example", "confirmation")[-1]
    for answered in (opened.notice, asked):
        away = letters.vacation(answered.raw, sender=letters.ANNA, honest=honest)
        to = re.search(r"[\w.+-]+@acme\.example", str(answered.message["Reply-To"] or answered.message["From"]))
        assert to is not None
        scene.send(letters.proven(away), "" if honest else "anna@acme.example", to[0])
    scene.settled()
    assert scene.ticket(opened.reference)["status"] == "new"
    assert scene.journal(forged)[0]["state"] == row["state"] == "held"
    assert [mail for mail in scene.sink.to(opened.customer) if "semester" in everything(mail)] == []


def test_a13_an_operators_name_on_a_strangers_address_is_shown_as_what_it_is(scene: Scene):
    names = (
        '"anna@acme.example"',
        '"Anna Åkesson"',
        '"\u0430nna@acme.example"',
        '"anna\u202e@acme.example"',
        '"an\u200bna@acme.example"',
    )
    for name in names:
        mallory = unused("mallory", "evil.example")
        opened = letters.plain("Namnet", "#assign bo\r\n\r\nHej\r\n", sender=f"{name} <{mallory}>")
        scene.send(opened, mallory)
        receipt = scene.mail(mallory, "registered")
        reference = str(receipt.message["X-Ticket-Reference"])
        notice = scene.to_anna(reference, "registered")
        assert scene.ticket(reference)["owner"] is None
        assert mallory in notice.text, name
        shown = str(notice.message["From"])
        assert "acme.example" not in shown.rpartition("<")[0], shown
        assert not re.search(r"[\u200b-\u200f\u202a-\u202e]", everything(notice)), name
