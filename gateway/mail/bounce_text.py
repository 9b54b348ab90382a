"""Delivery reports without RFC 3464: qmail, Exim, Exchange, Notes, carriers and all who wrote their own."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from gateway.mail.references import Prefix, prefix

SCANNED: Final = 64 * 1024

_DAEMONS: Final = (
    "mailer-daemon", "mailer_daemon", "post_master", "mailerdaemon", "mail-daemon", "postmaster", "mdaemon", "mail.delivery.system", "mail delivery system", "mail delivery subsystem", "mail deliver system", "maildelivery", "microsoftexchange329e", "mail administrator", "mail system", "mail router", "system administrator", "mail server", "ndr administrator", "bounce@", "bounces@", "daemon@", "system attendant", "mail-deamon", "delivery subsystem", "administrador del sistema", "systemadministrator", "administrateur syst", "mail_delivery", "courier mail server", "post master", "mailmarshal", "delivery agent",
)  # fmt: skip
_SUBJECTS: Final = (
    "undelivered mail", "undelivered message", "undelivered", "undeliverable", "undeliveralbe", "delivery status notification", "mail delivery failed", "mail delivery failure", "mail delivery error", "mail delivery problem", "mail delivery status", "mail delivery report", "delivery failure", "delivery failed", "delivery has failed", "delivery report", "delivery notification", "delivery problem", "delivery error", "delivery delayed", "delivery incomplete", "failure notice", "failure delivery", "failed mail", "failed delivery", "failed to deliver", "returned mail", "returned message", "returned email", "returned to sender", "mail returned", "message returned", "returning message", "mail system error", "mail error", "mail failure", "mail could not be delivered", "message could not be delivered", "could not be delivered", "couldn't be delivered", "could not send message", "cannot be delivered", "not delivered", "unable to deliver", "non-delivery", "non delivery", "nondeliverable", "nondelivery", "non-deliverable", "message delivery", "error sending your mail", "error mail", "bounced mail", "mail bounce", "user unknown", "unknown user", "warning: could not send", "could not send", "message delayed", "mail delayed", "delayed mail", "warning: message", "mail rejected", "rejected mail", "message rejected", "message not delivered", "message status - undeliverable", "dsn", "ndr", "mail notification", "auto-reply: delivery", "notification d'état de remise", "notification of limited inbox access", "rejected:",
    "olevererat", "olevererbart", "kunde inte levereras", "kan inte levereras", "leveransfel", "leveransstatus", "misslyckad leverans", "leveransmeddelande", "gick inte att leverera", "ikke levert", "kunne ikke leveres", "ikke leveres", "leveringsfeil", "leveringsstatus", "kan ikke leveres", "uleveret", "kunne ikke leveres", "ei voitu toimittaa", "toimitusvirhe", "palautettu", "unzustellbar", "nicht zustellbar", "nicht zugestellt", "zustellung fehlgeschlagen", "mailzustellung", "übermittlungsfehler", "unzustellbarkeitsbericht", "non remis", "non délivré", "échec de la remise", "échec de remise", "non distribuable", "retour à l'expéditeur", "no entregado", "no se puede entregar", "no se ha podido entregar", "notificación de estado de entrega", "devuelto", "não entregue", "não foi possível entregar", "falha na entrega", "mensagem devolvida", "mancato recapito", "mancata consegna", "non recapitabile", "consegna fallita", "niet bezorgd", "onbestelbaar", "niet afgeleverd", "niedoręczon", "nie można dostarczyć", "nie dostarczono", "zwrot", "nedoručiteľn", "nedoručiteln", "kézbesíthetetlen", "nelivrat", "не доставлено", "недоставлен", "не удалось доставить", "невозможно доставить", "teslim edilemedi", "メールエラー通知", "配信不能", "送信エラー", "配信エラー", "退信", "系统退信", "投递失败", "退回",
)  # fmt: skip
_BODIES: Final = (
    "requested action not taken", "invalid user address", "error message below", "could not be delivered", "couldn't be delivered", "cannot be delivered", "can't be delivered", "can not be delivered", "was not delivered", "were not delivered", "wasn't delivered", "not be delivered to", "has not been delivered", "could not deliver", "couldn't deliver", "unable to deliver", "not able to deliver", "wasn't able to deliver", "was unable to deliver", "failed to deliver", "delivery failed", "delivery has failed", "delivery to the following recipient", "delivery to these recipients", "did not reach the following", "did not reach", "undeliverable", "undelivered", "had delivery errors", "had permanent fatal errors", "had transient non-fatal errors", "had permanent delivery errors", "had fatal delivery errors", "permanent fatal errors", "permanent error", "trouble delivering your message", "following recipients were unreachable", "following recipients was rejected", "following recipients could not", "recipients was rejected by", "recipients returned permanent", "couldn't be found or is unable to receive", "returned to you", "being returned", "is returned", "returning message to sender", "failure reasons", "transcript of session", "message is being returned", "returned message", "original message follows", "original message was received", "rejected your message", "refused to accept your message", "this is a permanent error", "mail could not", "message could not", "mail was not delivered", "mail is undeliverable", "message was not", "unknown user:", "user unknown", "no such user", "smtp error from remote", "remote host said", "remote server returned", "delivery error", "cannot send message", "delivery is delayed", "has been delayed", "is delayed for", "delivery delayed", "hasn't been delivered", "delivery attempts", "mailbox exceeded", "following address failed", "following address(es)", "following addresses", "reason for failure", "delivery notification", "exceeded the local limit", "does not exist", "undeliverable address", "group you tried to contact", "not have permission to post",
    "kunde inte levereras", "gick inte att leverera", "kan inte levereras", "har inte levererats", "kunne ikke leveres", "ikke levert", "ble ikke levert", "ei voitu toimittaa", "nicht zugestellt werden", "konnte nicht zugestellt", "nicht übermittelt", "n'a pas pu être remis", "n’a pas pu être remis", "n'a pu être", "non è stato possibile", "non può essere", "no se pudo entregar", "no se ha podido entregar", "no se ha entregado", "não pôde ser", "não foi possível entregar", "não foi entregue", "kon niet worden", "niet worden bezorgd", "nie mogła zostać", "nie można dostarczyć", "не может быть доставлено", "не было доставлено", "не удалось доставить", "送信できませんでした", "配信できませんでした", "送ることができません", "届けることができ", "存在しない", "投稿する権限", "无法投递", "退信",
)  # fmt: skip
_SEPARATORS: Final = re.compile(
    r"^[ \t>]{0,4}(?:-{2,}[ \t]{0,3})?(?:this is a copy of (?:the|your) message|below this line is (?:a copy|the original)|original message|returned message|message header|the header of the original|original message follows|the original message|unsent message|included is a copy|undelivered message|message text follows|original mail|copy of (?:the|your) (?:original )?message|returned mail|"
    r"the following is a copy|here is (?:a|your) (?:copy|original)|header of the original|message headers|message details:|ursprungligt meddelande|opprinnelig melding|ursprüngliche nachricht|message d'origine|original message headers)|^(?:received: from |return-path: )",
    re.IGNORECASE | re.MULTILINE,
)
_ADDRESS: Final = re.compile(r"[\w.!#$%&'*+/=?^{|}~-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63}){1,8}")
_FAILED_RECIPIENT: Final = re.compile(
    r"(?:rcpt to:\s{0,3}|final-recipient:\s{0,3}(?:rfc822;)?\s{0,3}|original-recipient:\s{0,3}(?:rfc822;)?\s{0,3}|recipient(?: address)?:\s{0,3}|unknown user:\s{0,3}|failed recipient:\s{0,3}|to:\s{0,3})<?([^\s<>,;:]{1,64}@[\w.-]{1,190}\w)",
    re.IGNORECASE,
)
# A line that is an address, or an address and what is said of it: how most systems name whom they failed.
_HEADED: Final = re.compile(
    r"""^[ \t]{0,20}(?:[*>-][ \t]{1,4})?["'<]{0,2}([\w.!#$%&'*+/=?^{|}~-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63}){1,8})["'>]{0,2}[ \t]{0,4}(?::|$|\[|\(|<mailto:|\.\.\.)""",
    re.MULTILINE,
)
# Parcels are not delivered either; a report on mail names an address, and speaks of mail.
_OF_MAIL: Final = re.compile(
    r"smtp|mailbox|recipient|your mail\b|remote domain|e-?mail|mejl|e-post|メール|\b[45]\d\d[ -]|(?<![\d.])[45]\.\d{1,3}\.\d"
)
_MOST_RECIPIENTS: Final = 50
_MESSAGE_ID: Final = re.compile(
    r"^[> \t]{0,4}message-id:[ \t]{0,4}\s{0,2}(<[^<>\s]{1,900}>)", re.IGNORECASE | re.MULTILINE
)


@dataclass(frozen=True, slots=True)
class Notice:
    """A free report, taken apart: what the server says, and the mail it speaks of."""

    said: str
    original: str


def is_a_report(headers: Sequence[tuple[str, str]], text: str) -> bool:
    """Whether headers and words are those of a mail system that reports on a mail it could not deliver."""
    by = _by_name(headers)
    if "x-failed-recipients" in by:
        return True
    subject = by.get("subject", "").casefold().replace("’", "'")
    if prefix(subject) is not Prefix.NONE and not _from_daemon(by):
        return False
    titled = any(phrase in subject for phrase in _SUBJECTS)
    daemon = _from_daemon(by)
    if not daemon and not (titled and _is_automatic(by)):
        return False  # a person's mail: its words need not be read
    body = parted(text).said[:8000].casefold().replace("’", "'")
    words = " ".join(body.split())
    worded = any(phrase in words for phrase in _BODIES)
    if daemon:
        return titled or worded or ("null sender" in body)
    return worded and _ADDRESS.search(body) is not None and _OF_MAIL.search(body) is not None


def _is_automatic(by: dict[str, str]) -> bool:
    return (
        by.get("return-path", "-").strip() in ("<>", "")
        or by.get("auto-submitted", "no").casefold() != "no"
        or "reply" in by.get("from", "")
        or "multipart/report" in by.get("content-type", "")
    )


def _from_daemon(by: dict[str, str]) -> bool:
    senders = f"{by.get('from', '')} {by.get('sender', '')}".casefold()
    path = by.get("return-path", "").casefold()
    return any(name in senders for name in _DAEMONS) or "mailer-daemon" in path


def _by_name(headers: Sequence[tuple[str, str]]) -> dict[str, str]:
    by: dict[str, str] = {}
    for name, value in headers:
        by.setdefault(name.lower(), value)
    return by


def parted(text: str) -> Notice:
    """Part the server's words from the copy of the original mail below them."""
    text = text[:SCANNED]
    found = _SEPARATORS.search(text, 1)
    while found is not None and not text[: found.start()].strip():
        found = _SEPARATORS.search(text, found.end())
    if found is None or _is_about_received(text, found.start(), found[0]):
        found = _second(text, found)
    return Notice(text, "") if found is None else Notice(text[: found.start()], text[found.start() :])


def _is_about_received(text: str, start: int, found: str) -> bool:
    """Sendmail opens a report with "The original message was received at …"; that does not end it."""
    return text[start : start + len(found) + 14].strip(" \t>-").casefold().startswith("the original message was")


def _second(text: str, found: re.Match[str] | None) -> re.Match[str] | None:
    return None if found is None else _SEPARATORS.search(text, found.end())


def recipients(headers: Sequence[tuple[str, str]], notice: Notice, original_headers: str) -> tuple[str, ...]:
    """Find whom the mail did not reach: named by header, in the words, or the addressee of the original mail."""
    failed = [value for name, value in headers if name.lower() == "x-failed-recipients"]
    named = [address for value in failed for address in _ADDRESS.findall(value)]
    if not named:
        named = [match[1] for match in _FAILED_RECIPIENT.finditer(notice.said)]
    if not named:
        own = _own_addresses(headers, original_headers or notice.original)
        named = _others(_HEADED.findall(notice.said), own) or _others(_ADDRESS.findall(notice.said), own)
    if not named:
        named = _addressees(original_headers or notice.original)
    return tuple(dict.fromkeys(named))[:_MOST_RECIPIENTS]


def _others(addresses: Sequence[str], own: set[str]) -> list[str]:
    return [address for address in addresses if address.casefold() not in own and not _is_daemon(address)]


def _is_daemon(address: str) -> bool:
    return address.casefold().startswith(("mailer-daemon", "postmaster", "no-reply", "noreply", "abuse", "support@"))


def _own_addresses(headers: Sequence[tuple[str, str]], original: str) -> set[str]:
    lines = [
        f"{name}: {value}"
        for name, value in headers
        if name.lower() in ("from", "to", "sender", "delivered-to", "envelope-to")
    ]
    own = {address.casefold() for line in lines for address in _ADDRESS.findall(line)}
    for line in original[:8000].split("\n"):
        if line.casefold().startswith(("from:", "return-path:", "sender:", "message-id:", "reply-to:")):
            own.update(address.casefold() for address in _ADDRESS.findall(line))
    return own


def _addressees(original: str) -> list[str]:
    return [
        address
        for line in original[:16000].split("\n")
        if line.strip().casefold().startswith(("to:", "rcpt to:"))
        for address in _ADDRESS.findall(line)
    ]


def message_id(*texts: str) -> str | None:
    """Find the Message-ID of the original mail in the first text that has one."""
    for text in texts:
        if found := _MESSAGE_ID.search(text[:SCANNED]):
            return found[1]
    return None
