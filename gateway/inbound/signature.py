"""DKIM signatures of received mail: which cannot count, and our own check of the others."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Final

from gateway.inbound.trace_fields import Field, read_fields
from gateway.mail import address
from gateway.mail.proof import Proof, Verdict

_MOST: Final = 5  # signatures tried on one mail
_DNS_SECONDS: Final = 5


def from_domain(fields: Sequence[Field]) -> str | None:
    """Return the domain of the one well-formed From; "From :" counts as one, too, so that it cannot hide."""
    sender = address.identity([field.value for field in fields if field.name.rstrip() == "from"])
    return None if sender is None else sender.domain


def is_aligned(signer: str, domain: str) -> bool:
    """Say whether a signing domain stands for the From domain: itself or a parent.

    Relaxed alignment also takes a child, but that needs the list of public suffixes to be safe.
    """
    return signer == domain or ("." in signer and domain.endswith(f".{signer}"))


def has_partial_signature(fields: Sequence[Field], domain: str) -> bool:
    """Say whether a signature near the From domain has a body length, l= (RFC 6376 §8.2): it says nothing of the rest."""
    for field in fields:
        if field.name.rstrip() != "dkim-signature":
            continue
        tags = _tags(field.value)
        known = address.normalise(f"x@{tags.get('d', '')}") or ""
        signer = known.rpartition("@")[2]
        if "l" in tags and (is_aligned(signer, domain) or signer.endswith(f".{domain}")):
            return True
    return False


def verify(raw: bytes, dns: Callable[..., bytes | None] | None = None) -> Proof:
    """Check the signatures ourselves, where no hop in front does (extra `dkim`); without the extra nothing is proved.

    A failed signature is no signature (RFC 6376 §6.3), so there is no FAIL. `dns` replaces the look-up of TXT records.
    """
    fields = read_fields(raw)
    domain = from_domain(fields)
    if domain is None or has_partial_signature(fields, domain):
        return Proof()
    for number, signer in enumerate(_signers(fields)[:_MOST]):
        if is_aligned(signer, domain) and _holds(raw, number, dns):
            return Proof(Verdict.PASS, "dkim", domain, f"DKIM-Signature d={signer}, verified here")
    return Proof()


def _signers(fields: Sequence[Field]) -> list[str]:
    """Return d= of each signature, in order; empty where it is none."""
    written = [_tags(field.value).get("d", "") for field in fields if field.name.rstrip() == "dkim-signature"]
    return [(address.normalise(f"x@{domain}") or "").rpartition("@")[2] for domain in written]


def _tags(value: str) -> dict[str, str]:
    pairs = (tag.partition("=") for tag in value.split(";"))
    return {name.strip(): "".join(content.split()) for name, _, content in pairs}


def _holds(raw: bytes, number: int, dns: Callable[..., bytes | None] | None) -> bool:
    try:
        import dkim
    except ImportError:
        return False
    try:
        checked = dkim.DKIM(raw, timeout=_DNS_SECONDS)
        return bool(checked.verify(number) if dns is None else checked.verify(number, dnsfunc=dns))
    except Exception:  # noqa: BLE001  # a stranger's signature over a stranger's mail, and DNS besides
        return False
