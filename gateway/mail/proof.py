"""What trusted hops proved about a sender; judged at intake, stored with the journal row."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Verdict(StrEnum):
    """The result for the From domain, after trust was weighed (commands.md: authority)."""

    PASS = "pass"  # noqa: S105  # an aligned pass (dmarc, dkim or the provider's internal mark) from a trusted hop
    FAIL = "fail"  # a trusted result says fail
    NONE = "none"  # nothing trusted was said


@dataclass(frozen=True, slots=True)
class Proof:
    """Verdict, the method that gave it and the line it was read from."""

    verdict: Verdict = Verdict.NONE
    method: str | None = None  # dmarc | dkim | spf | provider
    domain: str | None = None  # the domain that was proved
    evidence: str = ""  # the header line, shortened; for the audit trail
    spam: str | None = None  # yes | suspect | no: a trusted spam verdict
