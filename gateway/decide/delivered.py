"""Whether a message that seems to be ours was delivered to the mailbox it lies in, and so was never written there."""

from __future__ import annotations

from typing import Final

from gateway.mail.message import InboundMail
from gateway.mail.proof import Proof, Verdict

_AT_DELIVERY: Final = frozenset({"delivered-to", "x-delivered-to", "x-original-to", "envelope-to"})
_ORIGIN: Final = "x-ms-exchange-organization-authas"


def was_delivered(mail: InboundMail, proof: Proof) -> bool:
    """Say whether the server that keeps the mailbox took it from somebody else.

    A server can be told by the address itself to deliver into a folder (`support+Sent@`, RFC 5233), and an archive
    mixes what came with what was sent: From is anybody's there. A client that files what it sent writes none of the
    fields of a delivery, and one who writes from outside can take away none that the server adds.
    """
    if proof.verdict is Verdict.FAIL:
        return True
    origin = mail.header(_ORIGIN)
    if origin is not None and origin.strip().lower() == "anonymous":
        return True
    return any(name.strip().lower() in _AT_DELIVERY for name, _ in mail.headers)
