"""What trusted hops proved about a sender: Authentication-Results and spam verdicts (RFC 8601)."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Final

from gateway.inbound.signature import from_domain, has_partial_signature, is_aligned, verify
from gateway.inbound.trace_fields import Field, read_fields, trusted_fields
from gateway.inbound.trust import Trust
from gateway.mail import address, spam_verdict
from gateway.mail.proof import Proof, Verdict

_RESULTS: Final = "authentication-results"
_GOOGLE: Final = "mx.google.com"
_LONGEST_EVIDENCE: Final = 400
_LONGEST_RESULTS: Final = 4096
_MOST_RESULTS: Final = 8
# An authserv-id is a token or quoted string, perhaps with a version; Exchange Online begins with a result instead.
_NO_AUTHSERV_ID: Final = re.compile(r"\s*[a-z][a-z0-9-]*\s*=", re.IGNORECASE)
_LEVEL: Final = re.compile(r"(?:\A|[\s;]scl:|\Ascl:)\s{0,3}(-?\d{1,2})(?=\s*(?:;|\Z))")
_SCORE: Final = re.compile(r"score=(-?\d+(?:\.\d+)?)\s+required=(-?\d+(?:\.\d+)?)")
_RSPAMD: Final = {"reject": "yes", "add header": "yes", "rewrite subject": "yes", "greylist": "suspect"}
_SUSPECT: Final = 0.8  # share of the required score


@dataclass(frozen=True, slots=True)
class _Result:
    """One method's result and the domain it is about, normalised; None where it names none."""

    method: str
    result: str
    domain: str | None


def judge(raw: bytes, trust: Trust, peer: str | None) -> Proof:
    """Return what the trusted hop said of the sender's domain and of spam; never raises.

    `peer` is the address of the SMTP client, None for a mailbox or a local socket. Only the header section is
    read, and of that the first 256 kB. Without a trusted hop nothing counts, and neither do ARC, DKIM
    signatures themselves or Received-SPF (A06, A09); with "verify" it is just the signatures, over the whole mail,
    and DNS is asked: call it where waiting is allowed.
    """
    if trust.kind == "verify":
        return verify(raw)
    if trust.kind == "none" or not trust.covers(peer):
        return Proof()
    fields = read_fields(raw)
    trusted = trusted_fields(fields, trust)
    # Exchange writes its verdict at the end of the section; who forged one there would only spoil his own mail.
    spam = _spam(fields if trust.kind == "microsoft365" else trusted, trust)
    domain = from_domain(fields)
    if domain is None:
        return Proof(spam=spam)
    lines = list(islice(_lines(trusted, trust), _MOST_RESULTS))
    if not lines:
        return _internal(trusted, trust, peer, domain, spam)
    verdict, method = _weigh([list(_read(line, trust)) for line in lines], domain)
    if verdict is Verdict.PASS and has_partial_signature(fields, domain):
        # A signature over a part of the body passes whatever was appended (A08).
        verdict, method = Verdict.NONE, None
    if verdict is Verdict.NONE:
        return _internal(trusted, trust, peer, domain, spam, lines[0])
    return Proof(verdict, method, domain, lines[0][:_LONGEST_EVIDENCE], spam)


def _lines(trusted: Sequence[Field], trust: Trust) -> Iterator[str]:
    """Yield the result fields of the configured hop, topmost first."""
    wanted = {"authserv_id": trust.authserv_id, "google": _GOOGLE}.get(trust.kind)
    for field in trusted:
        if field.name != _RESULTS:
            continue
        if wanted is None:
            if _NO_AUTHSERV_ID.match(field.value):
                yield field.value
        elif wanted and _authserv_id(field.value) == wanted:
            yield field.value


def _authserv_id(value: str) -> str:
    """Return the identifier exactly as written, so that no comment or letter case makes another look like ours."""
    words = value.partition(";")[0].split()
    return words[0] if len(words) == 1 or (len(words) == 2 and words[1] == "1") else ""


def _read(line: str, trust: Trust) -> Iterator[_Result]:
    """Yield the results of one field; nothing where it is malformed or too long to be a hop's.

    It still counts as the topmost: a field below it, perhaps a stranger's, must not take its place.
    """
    if len(line) > _LONGEST_RESULTS:
        return
    import authres  # only for those who trust somebody

    whole = f"unnamed; {line}" if trust.kind == "microsoft365" else line
    try:
        results = authres.AuthenticationResultsHeader.parse(f"Authentication-Results: {whole}").results
    except Exception:  # noqa: BLE001  # a stranger's text: authres has its own errors, and others of its tokeniser
        return
    for result in results:
        properties = {(each.type, each.name): str(each.value) for each in result.properties}
        yield _Result(str(result.method).lower(), str(result.result).lower(), _about(result.method, properties))


def _about(method: str, properties: dict[tuple[str, str], str]) -> str | None:
    keys = {
        "dmarc": [("header", "from")],
        "dkim": [("header", "d"), ("header", "i")],
        "spf": [("smtp", "mailfrom"), ("smtp", "mail")],
    }.get(str(method).lower(), [])
    written = next((properties[key] for key in keys if key in properties), None)
    if not written:
        return None
    known = address.normalise(f"x@{written.rpartition('@')[2]}")
    return known.rpartition("@")[2] if known else None


def _weigh(fields: Sequence[Sequence[_Result]], domain: str) -> tuple[Verdict, str | None]:
    """Weigh the hop's results, topmost field first. A pass counts in the topmost only, a fail anywhere.

    An aligned dmarc pass outweighs a failed dkim or spf: that is what DMARC is for. Without one, a fail of the
    sender's own domain is a fail.
    """
    everything = [result for results in fields for result in results]
    if any(each.method == "dmarc" and each.result == "fail" for each in everything):
        return Verdict.FAIL, "dmarc"
    for method in ("dmarc", "dkim"):
        if any(each.method == method and each.result == "pass" and _aligned(each, domain) for each in fields[0]):
            return Verdict.PASS, method
    for method in ("dkim", "spf"):
        if any(each.method == method and each.result == "fail" and _aligned(each, domain) for each in everything):
            return Verdict.FAIL, method
    return Verdict.NONE, None


def _aligned(result: _Result, domain: str) -> bool:
    """Say whether the result is about the From domain.

    DMARC names it itself; what DKIM and SPF leave open the hop's DMARC result has already decided.
    """
    if result.domain is None:
        return False
    return result.domain == domain if result.method == "dmarc" else is_aligned(result.domain, domain)


def _internal(
    trusted: Sequence[Field], trust: Trust, peer: str | None, domain: str, spam: str | None, line: str = ""
) -> Proof:
    """Return the proof by Exchange Online's internal mark, which it takes out of mail from outside.

    It is worth something in a mailbox only: over SMTP anybody can write it.
    """
    marks = [field for field in trusted if field.name == "x-ms-exchange-organization-authas"]
    if trust.kind == "microsoft365" and peer is None and [mark.value for mark in marks] == ["Internal"]:
        return Proof(Verdict.PASS, "provider", domain, "X-MS-Exchange-Organization-AuthAs: Internal", spam)
    return Proof(domain=domain if line else None, evidence=line[:_LONGEST_EVIDENCE], spam=spam)


def _spam(trusted: Sequence[Field], trust: Trust) -> str | None:
    """Return the hop's verdict on spam: yes before suspect before no."""
    found = {verdict for field in trusted if (verdict := _spam_verdict(field, trust))}
    return next((verdict for verdict in ("yes", "suspect", "no") if verdict in found), None)


def _spam_verdict(field: Field, trust: Trust) -> str | None:
    value = field.value.lower()
    exchange = field.name in {"x-ms-exchange-organization-scl", "x-forefront-antispam-report"}
    if trust.kind == "microsoft365" or exchange:
        return _confidence(value) if exchange and trust.kind == "microsoft365" else None
    match field.name:
        case "x-spam-flag" | "x-spam" | "x-spam-status" if value.startswith("yes"):
            return "yes"
        case "x-spam-status" if value.startswith("no"):
            score = _SCORE.search(value)
            near = score is not None and 0 < float(score[2]) * _SUSPECT <= float(score[1])
            return "suspect" if near else "no"
        case "x-spam-flag" | "x-spam" if value.startswith("no"):
            return "no"
        case "x-rspamd-action":
            return _RSPAMD.get(value, "no")
        case "x-spam-level":  # without the score that was required it says nothing
            return None
        case _:
            return spam_verdict.spam([(field.name, field.value)])


def _confidence(value: str) -> str | None:
    """Read Exchange's spam confidence level, alone or among other things: -1 to 1 is no, from 5 on it is spam."""
    found = _LEVEL.search(value)
    if found is None:
        return None
    level = int(found[1])
    return "yes" if level >= 5 else "suspect" if level >= 2 else "no"
