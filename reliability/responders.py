"""Twenty machines and people that answer whatever they are sent: some say what they are, most do not."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from email import policy
from email.message import EmailMessage
from typing import Final

from tests.support import letters


@dataclass(frozen=True, slots=True)
class Answer:
    """A message a responder sends: its bytes and its envelope."""

    mail_from: str
    rcpt_to: str
    raw: bytes


Responder = Callable[[str, EmailMessage, str, int], list[Answer]]
"""Given its address, the mail it got, that mail's envelope sender and a running number; what it sends back."""


def _reply(
    address: str, got: EmailMessage, number: int, text: str, *, subject: str | None = None, to: str | None = None,
    threaded: bool = True, **headers: str,
) -> EmailMessage:  # fmt: skip
    mail = EmailMessage(policy=policy.SMTP)
    target = to or str(got["Reply-To"] or got["From"])
    mail["From"], mail["To"], mail["Subject"] = address, target, subject or f"Re: {got['Subject']}"
    mail["Message-ID"] = f"<a{number}@{address.partition('@')[2]}>"
    if threaded:
        mail["In-Reply-To"], mail["References"] = str(got["Message-ID"]), str(got["Message-ID"])
    for name, value in headers.items():
        mail[name.replace("_", "-")] = value
    mail.set_content(f"{text}\n\nnr {number}\n")
    return mail


def _sent(mail: EmailMessage, mail_from: str | None = None) -> list[Answer]:
    to = str(mail["To"]).partition("<")[2].rstrip(">") or str(mail["To"])
    return [Answer(str(mail["From"]) if mail_from is None else mail_from, to, mail.as_bytes())]


def _plain(text: str, mail_from: str | None = None, **how: str) -> Responder:
    def respond(address: str, got: EmailMessage, _sender: str, number: int) -> list[Answer]:
        return _sent(_reply(address, got, number, text, **how), mail_from)  # type: ignore[arg-type]

    return respond


def _bounces(address: str, got: EmailMessage, sender: str, _number: int) -> list[Answer]:
    report = letters.bounce(got.as_bytes(policy=policy.SMTP), address, to=sender)
    return [Answer("", sender, report)] if sender else []


def _bounces_to_from(address: str, got: EmailMessage, _sender: str, number: int) -> list[Answer]:
    text = f"Your message did not reach {address}: 550 user unknown"
    return _sent(_reply(address, got, number, text, subject="Undeliverable mail", threaded=False))


def _returns(address: str, got: EmailMessage, _sender: str, _number: int) -> list[Answer]:
    to = str(got["From"]).partition("<")[2].rstrip(">") or str(got["From"])
    return [Answer(address, to, got.as_bytes(policy=policy.SMTP))]


def _twice(address: str, got: EmailMessage, _sender: str, number: int) -> list[Answer]:
    return [
        answer
        for copy in (0, 1)
        for answer in _sent(_reply(address, got, 2 * number + copy + 1_000_000, "Vi har tagit emot ditt mejl."))
    ]


def _changing(address: str, got: EmailMessage, _sender: str, number: int) -> list[Answer]:
    domain = address.partition("@")[2]
    return _sent(_reply(f"auto-{number}@{domain}", got, number, "We have received your request."))


def _echo(address: str, got: EmailMessage, _sender: str, number: int) -> list[Answer]:
    body = got.get_body(("plain",))
    return _sent(_reply(address, got, number, body.get_content() if body else ""))


def _other_system(*, says: bool) -> Responder:
    def respond(address: str, got: EmailMessage, _sender: str, number: int) -> list[Answer]:
        subject = f"[OTHER-{number}] Vi har registrerat ditt ärende: {got['Subject']}"
        headers = {"Auto_Submitted": "auto-replied"} if says else {}
        return _sent(
            _reply(address, got, number, "Ditt ärende är mottaget.", subject=subject, threaded=says, **headers)
        )

    return respond


def _on_behalf(address: str, got: EmailMessage, _sender: str, number: int) -> list[Answer]:
    headers = {"List_Id": "<lista.kund.example>", "Precedence": "list"}
    return _sent(_reply(address, got, number, "Vidarebefordrat till listan.", **headers))


_AWAY: Final = "Jag är på semester och läser inte min e-post."
RESPONDERS: Final[dict[str, Responder]] = {
    "rfc3834": _plain(_AWAY, "", Auto_Submitted="auto-replied"),
    "vacation": _plain(_AWAY, Auto_Submitted="auto-replied (vacation)", subject="Autosvar"),
    "bulk": _plain("Tack för ditt mejl.", Precedence="bulk"),
    "x-autoreply": _plain("Thank you for contacting us.", X_Autoreply="yes"),
    "exchange": _plain(_AWAY, subject="Automatiskt svar: frånvarande", X_Auto_Response_Suppress="All"),
    "no-header-subject": _plain(_AWAY, subject="Frånvarande: semester"),
    "no-header": _plain("Tack för ditt mejl! Vi återkommer."),
    "no-header-no-thread": _plain("Vi återkommer så snart vi kan.", subject="Tack för ditt mejl"),
    "null-sender": _plain("Ditt mejl har mottagits.", ""),
    "noreply": _plain("Do not answer this mail.", subject="Request received"),
    "bounces": _bounces,
    "bounces-to-from": _bounces_to_from,
    "returns": _returns,
    "twice": _twice,
    "changing-address": _changing,
    "echo": _echo,
    "system-honest": _other_system(says=True),
    "system-silent": _other_system(says=False),
    "list": _on_behalf,
    "thanks": _plain("Tack!"),
}
