"""The story, step by step. Each step says what it does, does it over real sockets, and checks what came of it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from email.headerregistry import Address

from gateway.cli.story import letters
from gateway.cli.story.stage import Arrived, Stage, StepFailedError

KARIN = Address("Karin Berg", "karin.berg", "kund.example")
OLA = Address("Ola Nordmann", "ola", "nord.example")
ANNA = Address("Anna Åkesson", "anna", "acme.example")
MALLORY = "mallory@evil.example"


@dataclass(slots=True)
class Told:
    """What the story keeps between its steps."""

    stage: Stage
    got: dict[str, Arrived] = field(default_factory=dict)
    reference: str = ""


def must(holds: object, otherwise: str) -> None:
    """Fail the step where something that must hold does not."""
    if not holds:
        raise StepFailedError(otherwise)


def karin_writes(told: Told) -> str:
    """Karin, a customer, writes from Outlook about an invoice."""
    mail = letters.letter(
        KARIN,
        "Faktura 123456 är fel",
        "Hej!\n\nVi har fått faktura 123456 två gånger. Kan ni ta bort den ena?\n\nMed vänlig hälsning\nKarin Berg\n",
        rich=True,
    )
    told.stage.send(KARIN.addr_spec, letters.proven(mail))
    receipt = told.stage.next(KARIN.addr_spec, "registered")
    told.got["receipt"] = receipt
    told.reference = str(receipt.mail["X-Ticket-Reference"])
    must(receipt.mail["Auto-Submitted"] == "auto-replied", "the receipt must say that a machine wrote it")
    must("två gånger" not in receipt.text, "a receipt must not repeat the customer's text")
    return f"Ticket {told.reference}; Karin has a receipt: “{receipt.mail['Subject']}”."


def a_rule_places_it(told: Told) -> str:
    """A rule knows the word “faktura” and places the ticket; the group is told."""
    told.got["notice"] = told.stage.next(ANNA.addr_spec, "registered")
    ticket = told.stage.ticket(told.reference)
    must(ticket["template"] == "invoice-question", "the rule must choose the template")
    must(ticket["group"] == "finance", "the rule must choose the group")
    must("två gånger" in told.got["notice"].text, "the operator's mail must hold the customer's words")
    return f"Template {ticket['template']}, group {ticket['group']}; Anna has the whole story in her inbox."


def anna_asks_and_waits(told: Told) -> str:
    """Anna answers from her mail client: a question, and the line #vänta."""
    text = "#vänta\n\nHej Karin!\n\nVilken av dem har du betalat, den från mars eller den från april?\n\nVänliga hälsningar\nAnna"
    told.stage.send(
        ANNA.addr_spec, letters.proven(letters.reply(told.got["notice"].raw, ANNA, text)), _reply_to(told.got["notice"])
    )
    asked = told.stage.next(KARIN.addr_spec, "waiting")
    told.got["asked"] = asked
    must("#vänta" not in asked.text, "no command may reach a customer")
    must("mars eller" in asked.text, "the question must reach the customer")
    must(asked.mail["Auto-Submitted"] is None, "a person wrote it")
    must(told.stage.ticket(told.reference)["status"] == "waiting", "the ticket must wait")
    return "Karin got the question in ACME's own look; the ticket waits for her."


def karin_answers(told: Told) -> str:
    """Karin answers; her client quotes everything below."""
    told.stage.send(
        KARIN.addr_spec, letters.proven(letters.reply(told.got["asked"].raw, KARIN, "Den från mars.", rich=True))
    )
    told.got["answer"] = told.stage.next(ANNA.addr_spec, "customer-wrote")
    ticket = told.stage.ticket(told.reference)
    must(ticket["status"] == "open", "her answer must open the ticket")
    new = ticket["entries"][-1]["text"].strip()
    must(new == "Den från mars.", f"only her new words count, not the quote: {new!r}")
    return "Only her new words are in the ticket; it is open again and Anna is told."


def anna_resolves(told: Told) -> str:
    """Anna resolves with #löst."""
    text = "Tack! Vi har krediterat fakturan från april.\n\nVänliga hälsningar\nAnna\n\n#löst"
    told.stage.send(
        ANNA.addr_spec, letters.proven(letters.reply(told.got["answer"].raw, ANNA, text)), _reply_to(told.got["answer"])
    )
    solved = told.stage.next(KARIN.addr_spec, "resolved")
    told.got["solved"] = solved
    must("#löst" not in solved.text, "no command may reach a customer")
    must(told.stage.ticket(told.reference)["status"] == "resolved", "the ticket must be resolved")
    return "One mail with her words and until when an answer reopens it."


def karin_thanks(told: Told) -> str:
    """Karin says thanks; that reopens nothing."""
    told.stage.send(KARIN.addr_spec, letters.proven(letters.reply(told.got["solved"].raw, KARIN, "Tack så mycket!")))
    told.stage.next(ANNA.addr_spec, "customer-wrote")
    ticket = told.stage.ticket(told.reference)
    must(ticket["status"] == "resolved", "thanks must not reopen")
    return "Shown to Anna, attached to the ticket, status unchanged."


def a_bounce(told: Told) -> str:
    """Ola writes from Norway; the receipt to him bounces."""
    mail = letters.letter(
        OLA,
        "Skriveren virker ikke",
        "Hei!\n\nSkriveren i tredje etasje virker ikke lenger.\n\nVennlig hilsen\nOla Nordmann\n",
    )
    told.stage.send(OLA.addr_spec, letters.proven(mail))
    receipt = told.stage.next(OLA.addr_spec, "registered")
    must("Takk for" in receipt.text, "a Norwegian must be answered in Norwegian")
    told.got["ola"] = told.stage.next(ANNA.addr_spec, "registered")
    back = letters.bounce(receipt.raw, OLA.addr_spec, receipt.envelope.mail_from)
    told.stage.send("", back.as_bytes(), receipt.envelope.mail_from)
    told.stage.next(ANNA.addr_spec, "bounced")
    return "The report came back to a signed address: the operators know, and nobody mails in circles."


def a_vacation_answer(told: Told) -> str:
    """Karin has gone on holiday; her responder answers the gateway's mail."""
    told.stage.eventually(lambda: not told.stage.waiting(), "mails are waiting that should have left")
    before = told.stage.count(KARIN.addr_spec)
    away = letters.vacation(told.got["solved"].raw, KARIN)
    told.stage.send(KARIN.addr_spec, letters.proven(away))
    told.stage.eventually(
        lambda: any("semester" in e["text"] for e in told.stage.ticket(told.reference)["entries"]),
        "the vacation answer must be in the ticket",
    )
    must(told.stage.ticket(told.reference)["status"] == "resolved", "a vacation answer changes no status")
    told.stage.eventually(lambda: not told.stage.waiting(), "something waits that a vacation answer made")
    must(told.stage.count(KARIN.addr_spec) == before, "a machine is never answered")
    return "Kept in the ticket, quietly; no status changed, no answer sent."


def a_forged_operator(told: Told) -> str:
    """Mallory writes in Anna's name and wants the ticket closed."""
    forged = letters.letter(ANNA, f"Re: [{told.reference}] Faktura 123456 är fel", "#avsluta\n")
    told.stage.send(MALLORY, forged.as_bytes())
    told.stage.next(ANNA.addr_spec, "confirmation")
    ticket = told.stage.ticket(told.reference)
    must(ticket["status"] == "resolved", "a forged order must do nothing")
    return "Held. Nothing was done; the real Anna is asked: “Var det du?”"


def a_mistyped_command(told: Told) -> str:
    """Anna answers Ola but mistypes: #lösst."""
    text = "Hei Ola!\n\nSkriveren har fått ny toner.\n\n#lösst"
    told.stage.send(
        ANNA.addr_spec, letters.proven(letters.reply(told.got["ola"].raw, ANNA, text)), _reply_to(told.got["ola"])
    )
    held = told.stage.next(ANNA.addr_spec, "held")
    must("#lösst" in held.text and "#löst" in held.text, "the mail must name the line and the nearest verb")
    told.got["held"] = held
    return "Nothing went to Ola. Anna gets her text back with three buttons."


def anna_decides(told: Told) -> str:
    """Anna presses “do it”: the held mail is done as she meant it."""
    told.stage.send(
        ANNA.addr_spec,
        letters.proven(letters.reply(told.got["held"].raw, ANNA, "#ta-emot")),
        _reply_to(told.got["held"]),
    )
    reference = str(told.got["held"].mail["X-Ticket-Reference"])
    told.stage.eventually(lambda: told.stage.ticket(reference)["status"] == "resolved", "the held mail must be done")
    told.stage.next(ANNA.addr_spec, "bounced")
    must(told.stage.count(OLA.addr_spec) == 1, "nothing more may go to an address that bounced")
    return f"{reference} is resolved. Ola's address bounced before: nothing is sent there, and Anna hears that he did not get her words."


def nothing_is_left(told: Told) -> str:
    """Everything that was to leave has left."""
    told.stage.eventually(lambda: not told.stage.waiting(), "mails are waiting that should have left")
    return "Nothing waits in journal or outbox."


STEPS: tuple[Callable[[Told], str], ...] = (
    karin_writes,
    a_rule_places_it,
    anna_asks_and_waits,
    karin_answers,
    anna_resolves,
    karin_thanks,
    a_bounce,
    a_vacation_answer,
    a_forged_operator,
    a_mistyped_command,
    anna_decides,
    nothing_is_left,
)


def _reply_to(notice: Arrived) -> str:
    return str(notice.mail["Reply-To"].addresses[0].addr_spec)
