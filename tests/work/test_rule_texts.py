"""Texts of rules about a ticket that is just being opened know its number: the commit that gives it one puts it in."""

from __future__ import annotations

from gateway.store import tickets

ANSWER = """
rules:
  - name: Known trouble
    when: {subject: {contains: Skrivaren}}
    then:
      answer: {sv: "Vi vet om det. Ditt ärende är {{ ticket.reference }}.", en: "We know. {{ ticket.reference }}"}
      note: "Se {{ ticket.reference }} hos leverantören."
      alarm: {mail: [anna], text: "{{ ticket.reference }} kom in"}
"""


def entries(house):
    with house.store.read() as conn:
        return tickets.load_case(conn, house.ticket().id).entries


def test_the_answer_the_note_and_the_alarm_of_a_rule_name_the_new_ticket(house, rules):
    mails = house.under(rules + ANSWER).write("Den är trasig {{ ticket.reference }}")
    texts = [entry.text for entry in entries(house)]
    assert "Vi vet om det. Ditt ärende är ACME-1001." in texts
    assert "Se ACME-1001 hos leverantören." in texts
    said = {str(mail["X-Ticket-Event"]): mail.get_body(("plain",)).get_content() for mail in mails}
    assert "Ditt ärende är ACME-1001." in said["answered"]
    assert "ACME-1001 kom in" in said["alarm"]


def test_what_the_customer_wrote_stays_as_it_is(house, rules):
    house.under(rules + ANSWER).write("Den är trasig {{ ticket.reference }}")
    assert entries(house)[0].text == "Den är trasig {{ ticket.reference }}"
