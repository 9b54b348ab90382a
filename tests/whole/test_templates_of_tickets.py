"""Ticket templates from the first mail to the last (RU4), with signatures and their pictures (OUT3)."""

from __future__ import annotations

import re
from html import unescape
from pathlib import Path

import pytest

from tests.support.house import House
from tests.support.sink import Delivery

pytestmark = pytest.mark.timeout(300)
PNG = b"\x89PNG\r\n\x1a\n"

HOUSE_RULES = """\
desks:
  acme:
    name: ACME Support
    addresses: [support@acme.example]
    prefix: ACME
    brand: acme
    languages: [sv, en]
    fields: {invoice: {label: {sv: Fakturanummer}}}
operators:
  anna: {name: Anna Åkesson, addresses: [anna@acme.example], language: sv}
  bo: {name: Bo Ek, addresses: [bo@acme.example], language: en}
groups:
  first-line: {members: [anna]}
  finance: {members: [anna, bo]}
categories: {invoice: {label: {sv: Faktura, en: Invoice}}}
statuses:
  ordered: {stands_for: external, label: {sv: {operator: Beställd hos leverantör, customer: Beställd}, en: Ordered}}
ticket_templates:
  invoice-question:
    group: finance
    type: question
    category: invoice
    priority: high
    process: request
    description: {sv: "Frågor om fakturor: {{ ticket.subject }}", en: Questions about invoices}
    instruction: {sv: Slå upp fakturan först., en: Look the invoice up first.}
    steps: [Slå upp, Svara]
    required: [invoice]
    solution: {sv: "En kopia är skickad till {{ requester.address }}."}
    answers:
      copy-sent: {sv: "Hej {{ requester.first_name }}! En kopia av fakturan är skickad till dig.", en: A copy has been sent.}
      paid: {sv: Fakturan är redan betald., en: The invoice is paid already.}
    when: {subject: {contains: faktura}}
rules:
  - name: Parts
    event: answered
    when: {text: {contains: beställer delen}}
    then: {status: ordered}
"""


def prepare(folder: Path) -> None:
    signatures = folder / "branding" / "acme" / "signatures"
    signatures.mkdir(parents=True)
    (signatures.parent / "brand.yaml").write_text("name: ACME\nsignature_width: 80\n", "utf-8")
    (signatures / "acme.md").write_text("Hälsar {{ operator.name }}\n", "utf-8")
    (signatures / "anna.md").write_text("Allt gott från Anna\n", "utf-8")
    (signatures / "anna.png").write_bytes(PNG + b"anna")
    (signatures / "bo@acme.md").write_text("Bo, här på ACME\n", "utf-8")


def pictures(mail: Delivery) -> dict[str, bytes]:
    """Return the inline pictures of a mail by their Content-ID."""
    return {part["Content-ID"].strip("<>"): part.get_content() for part in mail.message.walk() if part["Content-ID"]}


def test_a_template_gives_what_it_says_and_the_operator_reads_it_in_his_language(house: House):
    case = house.write("Faktura 4711", "Kan ni skicka en kopia?")
    anna, bo = case.notice(), case.notice("bo@acme.example")
    ticket = case.ticket
    given = ("template", "group", "type", "category", "priority", "process", "steps")
    assert [ticket[name] for name in given] == [
        "invoice-question", "finance", "question", "invoice", "high", "request", ["Slå upp", "Svara"],
    ]  # fmt: skip
    for mail, words in (
        (anna, ("Frågor om fakturor: Faktura 4711", "Slå upp fakturan först.")),
        (bo, ("Questions about invoices", "Look the invoice up first.")),
    ):
        for word in (*words, "Slå upp", "Svara"):
            assert word in mail.text
            assert word in unescape(mail.html)
    assert "Svara: copy-sent" in anna.html
    assert "Hej%20Karin%21%20En%20kopia" in anna.html, "a ready answer is in the customer's language, filled"
    assert "Hej%20Karin%21%20En%20kopia" in bo.html
    assert "Frågor om" not in case.receipt.text, "nothing of it is for the customer"


def test_it_cannot_be_resolved_while_a_required_field_is_empty_and_then_the_templates_solution_is_told(house: House):
    case = house.write("Faktura 4712", "Kan ni skicka en kopia?")
    case.operator(case.notice(), "#löst")
    held = case.notice("anna@acme.example", "held")
    assert "#fält fakturanummer=" in held.text
    assert case.ticket["status"] == "new"
    case.operator(case.notice(), "#fält fakturanummer=4712\n#löst")
    solved = case.got("resolved")
    ticket = case.becomes(status="resolved")
    assert ticket["fields"] == {"invoice": "4712"}
    assert ticket["solution"] == f"En kopia är skickad till {case.address}."
    assert ticket["solution"] in solved.text


def test_a_ready_answer_goes_alone_or_around_his_own_words(house: House):
    case = house.write("Faktura 4713", "Kan ni skicka en kopia?")
    case.operator(case.notice(), "#svar copy-sent")
    alone = case.got("answered")
    assert "Hej Karin! En kopia av fakturan är skickad till dig." in alone.text
    assert "#svar" not in alone.text
    case.operator(case.notice(), "#svar copy-sent\n\nSäg till om den inte kommer fram.")
    both = case.got("answered", 2)
    ready, own = (both.text.index(words) for words in ("En kopia av fakturan är", "Säg till om den inte kommer fram."))
    assert ready < own, "the same ready answer again is no quote of the first"
    page = unescape(both.html)
    assert page.index("En kopia av fakturan") < page.index("Säg till om den inte kommer fram.")
    case.operator(case.notice(), "Ett ögonblick bara, så kollar jag.\n\n#svar paid")
    after = case.got("answered", 3)
    own, ready = (after.text.index(words) for words in ("Ett ögonblick bara", "Fakturan är redan betald."))
    assert own < ready


def test_an_english_customer_gets_the_english_text(house: House):
    sender = house.customer("Carl Smith", "example.com")
    case = house.write(
        "Faktura",
        "Hello,\n\nI would like to have a copy of the invoice, please. Could you send it to me?",
        sender=sender,
    )
    case.operator(case.notice(), "#svar paid")
    assert "The invoice is paid already." in case.got("answered").text


def test_a_wrong_name_of_a_ready_answer_is_held_and_told_with_the_names_there_are(house: House):
    case = house.write("Faktura 4714", "Kan ni skicka en kopia?")
    case.operator(case.notice(), "#svar kvitto")
    held = case.notice("anna@acme.example", "held")
    assert "copy-sent, paid" in " ".join(held.text.split())
    assert case.had("answered") == []


def test_an_operators_picture_stands_under_her_signature_in_the_html_alone(house: House):
    case = house.write("Skrivaren", "Den är trasig.")
    case.operator(case.notice(), "Jag kommer i eftermiddag.")
    mail = case.got("answered")
    tag = re.search(r'<img [^>]*alt="Anna Åkesson"[^>]*>', unescape(mail.html))
    assert tag is not None, mail.html
    cid = re.search(r'src="cid:([^"]+)"', tag[0])[1]
    assert pictures(mail) == {cid: PNG + b"anna"}
    assert 'width="80"' in tag[0]
    assert "Allt gott från Anna" in mail.text
    assert "cid:" not in mail.text
    assert "http" not in tag[0], "no remote content"


def test_an_operator_at_a_desk_has_a_signature_of_his_own_there(house: House):
    case = house.write("Faktura 4715", "Kan ni skicka en kopia?")
    case.operator(case.notice("bo@acme.example"), "Den är på väg.", sender="Bo Ek <bo@acme.example>")
    mail = case.got("answered")
    assert "Bo, här på ACME" in mail.text
    assert pictures(mail) == {}


def test_a_status_of_our_own_goes_by_its_label_for_operator_and_customer(house: House):
    case = house.write("Skärmen", "Den är svart.")
    case.operator(case.notice(), "En ny skärm är på väg till oss.\n\n#status ordered")
    told = case.got("answered")
    ticket = case.becomes(status="external", status_name="ordered")
    assert (ticket["status"], ticket["status_name"]) == ("external", "ordered")
    assert "Beställd" in told.text
    assert "hos leverantör" not in told.text
    case.reply(told, "När kommer den?")
    wrote = case.notice("anna@acme.example", "customer-wrote")
    assert "Beställd hos leverantör" in wrote.text
    case.operator(wrote, "#status öppet")
    case.becomes(status="open", status_name=None)


def test_a_rule_sets_a_status_of_our_own(house: House):
    case = house.write("Tangentbordet", "Det saknar en tangent.")
    case.operator(case.notice(), "Vi beställer delen i dag.")
    case.becomes(status="external", status_name="ordered")
    line = next(line for line in case.ticket["history"] if "status_name" in line["change"])
    assert "Parts" in line["cause"]
