"""Between the frozen types and the values of a row."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache
from typing import Any

from gateway.mail import address as mail_address
from gateway.mail.message import Address, Envelope
from gateway.mail.proof import Proof, Verdict

address_key = lru_cache(4096)(mail_address.key)
"""The form addresses are compared in; one commit asks for the same few again and again."""


def address_json(address: Address) -> dict[str, str]:
    """Return the address as interfaces show it."""
    return {"name": address.name, "address": address.address}


def addresses_json(addresses: Iterable[Address]) -> list[dict[str, str]]:
    """Return a list of addresses as interfaces show it."""
    return [address_json(address) for address in addresses]


def addresses_of(values: Sequence[Mapping[str, str]] | None) -> tuple[Address, ...]:
    """Read back `addresses_json`."""
    return tuple(Address(value["name"], value["address"]) for value in values or ())


def proof_json(proof: Proof) -> dict[str, Any]:
    """Return the proof without what says nothing."""
    found = {"method": proof.method, "domain": proof.domain, "evidence": proof.evidence or None, "spam": proof.spam}
    return {"verdict": str(proof.verdict), **{name: value for name, value in found.items() if value is not None}}


def proof_of(value: Mapping[str, Any] | None) -> Proof:
    """Read back `proof_json`."""
    known = dict(value or {})
    return Proof(**{**known, "verdict": Verdict(known.get("verdict", Verdict.NONE))})


def envelope_values(envelope: Envelope) -> dict[str, Any]:
    """Return the columns of the journal that hold the envelope."""
    return {
        "source": envelope.source,
        "mailbox": envelope.mailbox,
        "folder": envelope.folder,
        "uidvalidity": envelope.uidvalidity,
        "uid": envelope.uid,
        "mail_from": envelope.mail_from,
        "rcpt_to": list(envelope.rcpt_to),
        "peer": envelope.peer,
    }


def envelope_of(row: Any) -> Envelope:
    """Read back `envelope_values`."""
    return Envelope(
        mail_from=row.mail_from,
        rcpt_to=tuple(row.rcpt_to or ()),
        source=row.source,
        mailbox=row.mailbox,
        peer=row.peer,
        uidvalidity=row.uidvalidity,
        uid=row.uid,
        folder=row.folder,
    )
