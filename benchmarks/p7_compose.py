"""P7, compose: one branded mail, text and HTML (customers: with inline logo), after the templates are loaded."""

from __future__ import annotations

import time
from email import policy
from email.message import EmailMessage
from pathlib import Path
from statistics import median

from benchmarks.figure import Figure
from gateway.render import samples
from gateway.render.compose import compose
from gateway.render.library import Library

REPOSITORY = Path(__file__).resolve().parents[1]
ROUNDS = 2000
KINDS = (
    ("registered", "requester"),
    ("answered", "requester"),
    ("registered", "operator"),
    ("customer-wrote", "operator"),
)


def measure(folder: Path) -> list[Figure]:  # noqa: ARG001  # nothing is written
    """Compose four kinds of mail in turn; the first of each builds its skeleton and is not counted."""
    library = Library.load([REPOSITORY / "templates" / "mail"], [REPOSITORY / "branding"])
    notices = [samples.notice(event, audience, "sv") for event, audience in KINDS]
    mails = [compose(notice, library, _no_file) for notice in notices]
    assert all(b"Content-ID:" in mail.raw for mail in mails[:2]), "customers see the logo"
    times = []
    for round_ in range(ROUNDS):
        notice = notices[round_ % len(notices)]
        began = time.perf_counter()
        compose(notice, library, _no_file)
        times.append(time.perf_counter() - began)
    bare = _standard_library(mails[0].text, mails[0].html, len(mails[0].raw) // 4)
    ours = median(times) * 1000
    return [
        Figure(
            "P7",
            "compose one mail",
            ours,
            "ms",
            "EmailMessage, same parts, no template",
            bare,
            "< 1 ms",
            ours < 1,
            f"median of {ROUNDS}, mean {sum(times) / ROUNDS * 1000:.2f} ms; {', '.join(f'{e} {a}' for e, a in KINDS)}",
        )
    ]


def _no_file(sha256: str) -> bytes:
    raise LookupError(sha256)


def _standard_library(text: str, html: str, logo: int) -> float:
    """Return ms of the standard library for a mail with these parts, already written."""
    times = []
    for _ in range(ROUNDS // 4):
        began = time.perf_counter()
        mail = EmailMessage(policy=policy.SMTP)
        mail["From"], mail["To"], mail["Subject"] = (
            "support@acme.example",
            "karin@umbrella.example",
            "Skrivaren är trasig",
        )
        mail.set_content(text)
        mail.add_alternative(html, subtype="html")
        mail.get_payload()[1].add_related(bytes(logo), "image", "png", cid="<logo>")  # type: ignore[index,union-attr]  # it is a list here
        mail.as_bytes()
        times.append(time.perf_counter() - began)
    return median(times) * 1000
