"""A70 to A78: the worst class, a customer who sees what is ours alone."""

from __future__ import annotations

import re
from email import policy
from email.message import EmailMessage
from email.utils import make_msgid

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.attacks.scene import Opened, Scene, everything
from tests.support import letters
from tests.support.sink import Delivery

STAFF = {"anna@acme.example", "bo@acme.example", "root@acme.example"}
SHINGLE = 12


def to_outsiders(scene: Scene, reference: str) -> list[Delivery]:
    return [mail for mail in scene.about(reference) if not set(mail.recipients) <= STAFF]


def shingles(text: str) -> set[bytes]:
    """Return every piece of 12 bytes of what was written, however its white space is laid."""
    line = " ".join(text.split()).encode()
    return {line[at : at + SHINGLE] for at in range(len(line) - SHINGLE + 1)}


def seen_bytes(mail: Delivery) -> bytes:
    """Return all of a mail as bytes: as sent, decoded, markup taken out, white space in one way."""
    text = everything(mail)
    plain = re.sub(r"<[^>]*>", "", text)
    return b"\n".join(" ".join(part.split()).encode() for part in (text, plain, mail.raw.decode("utf-8", "replace")))


def leaks(mails: list[Delivery], secrets: list[str]) -> list[tuple[str, bytes]]:
    found = []
    for mail in mails:
        seen = seen_bytes(mail)
        found += [(mail.subject, piece) for secret in secrets for piece in shingles(secret) if piece in seen]
    return found


NOUNS = ("zebran", "kvittot", "ryktet", "domen", "skulden", "löftet", "avtalet", "felet", "chefen", "sonen")
VERBS = ("ljuger", "brister", "gömmer", "tvistar", "vacklar", "förnekar", "hotar", "dröjer", "spricker", "tiger")
STEPS = (
    "note",
    "note-file",
    "note-top-and-bottom",
    "answer",
    "answer-quoting-all",
    "customer",
    "resolve",
    "bo-notes",
)
step = st.tuples(
    st.sampled_from(STEPS), st.sampled_from(NOUNS), st.sampled_from(VERBS), st.integers(1000, 9999),
    st.sampled_from(("outlook", "gmail", "apple", "plain")),
)  # fmt: skip


class History:
    """One ticket, played step by step; what is internal is kept to be looked for."""

    def __init__(self, scene: Scene) -> None:
        self.scene = scene
        self.opened = scene.opens("Vi behöver hjälp med skrivaren.", subject="Ett helt vanligt ärende")
        self.secrets: list[str] = []
        self.anna: Delivery = self.opened.notice
        self.bo: Delivery = scene.mail("bo@acme.example", "registered", self.opened.reference)
        self.theirs: Delivery = self.opened.receipt

    def play(self, kind: str, noun: str, verb: str, number: int, client: str) -> None:
        secret = f"Internt {noun} {verb} x{number}y{len(self.secrets)}z i källaren"
        match kind:
            case "note":
                self._anna(f"#note\n{secret}", secret, client)
            case "note-file":
                self._anna(f"#note\n{secret}", secret, client, file=True)
            case "note-top-and-bottom":
                self._anna(f"{secret}\n\nMvh\nAnna\n\n#anteckning", secret, client)
            case "bo-notes":
                self.secrets.append(secret)
                self._send(letters.operator(self.bo.raw, f"#notat\n{secret}", sender=letters.BO, client=client))
            case "answer":
                self._anna(f"Hej! Vi tittar på det, ärende nummer {number}.", None, client)
            case "answer-quoting-all":
                self._anna(f"Hej! Se nedan, svar {number}.", None, client)
            case "resolve":
                self._anna(f"Nu ska det fungera, försök {number}.\n\n#löst", None, client)
            case "customer":
                answer = letters.reply(
                    self.theirs.raw,
                    f"Det är fortfarande trasigt, gång {number}.",
                    sender=self.opened.customer,
                    client=client,
                )
                self._send(letters.proven(answer))

    def _anna(self, text: str, secret: str | None, client: str, *, file: bool = False) -> None:
        if secret:
            self.secrets.append(secret)
        raw = letters.operator(self.anna.raw, text, client=client)
        if file:
            raw = with_file(raw, f"{secret}".encode(), f"{secret}.bin")
        self._send(raw)

    def _send(self, raw: bytes) -> None:
        self.scene.send(raw)
        self.scene.settled()
        about = self.scene.about(self.opened.reference)
        newest = {
            address: mail
            for mail in about
            for address in mail.recipients
            if mail.message["X-Ticket-Event"] not in {"held", "confirmation", "transcript"}
        }
        told = [mail for mail in about if "anna@acme.example" in mail.recipients]
        # An answer to a colleague's note stays with us; one to what the customer wrote goes out.
        self.anna = [mail for mail in told if mail.message["X-Ticket-Event"] in {"registered", "customer-wrote"}][-1]
        self.bo = newest.get("bo@acme.example", self.bo)
        self.theirs = newest.get(self.opened.customer, self.theirs)


def with_file(raw: bytes, content: bytes, name: str) -> bytes:
    inner = raw.replace(b"MIME-Version: 1.0\r\n", b"")
    head, _, body = inner.partition(b"\r\n\r\n")
    lines = re.split(rb"\r\n(?![ \t])", head)
    typed = [line for line in lines if line.lower().startswith(b"content-")]
    rest = [line for line in lines if line not in typed]
    return b"".join((
        b"\r\n".join(rest), b'\r\nMIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary="outer"\r\n\r\n--outer\r\n',
        b"\r\n".join(typed), b"\r\n\r\n", body,
        b"\r\n--outer\r\nContent-Type: application/octet-stream\r\nContent-Transfer-Encoding: 8bit\r\n",
        b"Content-Disposition: attachment; filename*=utf-8''", "".join(f"%{byte:02X}" for byte in name.encode()).encode(),
        b"\r\n\r\n", content, b"\r\n--outer--\r\n",
    ))  # fmt: skip


@pytest.mark.timeout(600)
def test_a70_no_piece_of_an_internal_text_reaches_anybody_outside(scene: Scene):
    """Twelve bytes of a note's text, its file or its file's name, in any part or header of any mail."""
    played = 0

    @settings(max_examples=8, deadline=None, database=None, derandomize=True, suppress_health_check=list(HealthCheck))
    @given(st.lists(step, min_size=2, max_size=7))
    def history(steps: list[tuple[str, str, str, int, str]]) -> None:
        nonlocal played
        told = History(scene)
        for one in steps:
            told.play(*one)
            played += 1
        outside = to_outsiders(scene, told.opened.reference)
        assert outside, "at least the receipt"
        assert leaks(outside, told.secrets) == []
        assert {address for mail in outside for address in mail.recipients} == {told.opened.customer}

    history()
    assert played > 10


def test_a70_a_note_then_an_answer_then_a_resolution(scene: Scene):
    """The plain case, with proof that the search finds what is there."""
    told = History(scene)
    told.play("note-file", "zebran", "ljuger", 4711, "outlook")
    secret = told.secrets[0]
    told.play("bo-notes", "domen", "tiger", 4712, "gmail")
    told.play("answer", "x", "x", 1, "outlook")
    told.play("customer", "x", "x", 2, "apple")
    told.play("resolve", "x", "x", 3, "outlook")
    outside = to_outsiders(scene, told.opened.reference)
    assert len(outside) >= 3, scene.sink.summary()
    assert leaks(outside, told.secrets) == []
    staff = [mail for mail in scene.about(told.opened.reference) if set(mail.recipients) <= STAFF]
    assert leaks(staff, [secret]), "the colleagues do read it, and the search would find it"


QUOTING = {
    "text without marks": lambda notice: (f"Hej, det är lagat.\n\n{notice.text}", None),
    "quoted text": lambda notice: ("Hej, det är lagat.\n\n" + "".join(f"> {line}\n" for line in notice.text.split("\n")), None),
    "html without any border": lambda notice: (f"Hej, det är lagat.\n\n{notice.text}", f"<p>Hej, det är lagat.</p>{notice.html}"),
    "html in a plain div, no text part": lambda notice: (None, f"<div>Hej, det är lagat.</div><div>{notice.html}</div>"),
    "reply in the middle": lambda notice: (notice.text.replace("\n\n", "\n\nHej, det är lagat.\n\n", 2), None),
    "one secret line pasted": lambda notice: (f"Hej, det är lagat.\n\n{SECRET}\n\nMvh\nAnna", None),
    "one secret line, other case and spaces": lambda notice: (f"Hej, det är lagat.\n\n  {SECRET.upper().replace(' ', chr(0xA0))}  ", None),
    "one secret line in bold": lambda notice: (f"Hej, det är lagat.\n\n*{SECRET}*", f"<p>Hej, det är lagat.</p><p><b>{SECRET}</b></p>"),
    "secret only in the html": lambda notice: ("Hej, det är lagat.", f"<p>Hej, det är lagat.</p><p>{SECRET}</p>"),
    "secret in the html, broken by tags": lambda notice: ("Hej, det är lagat.", "<p>Hej, det är lagat.</p><p>" + SECRET.replace(" ", "</span> <span>") + "</p>"),
    "secret in the html, broken by line feeds": lambda notice: ("Hej, det är lagat.", "<p>Hej, det är lagat.</p><p>" + SECRET.replace(" ", "<br>") + "</p>"),
    "secret in the html, hidden": lambda notice: ("Hej, det är lagat.", f'<p>Hej, det är lagat.</p><p style="display:none">{SECRET}</p>'),
    "secret in a title": lambda notice: ("Hej, det är lagat.", f'<p title="{SECRET}">Hej, <a href="https://x.example/" title="{SECRET}">det</a> är lagat.</p>'),
    "key line pasted": lambda notice: ("Hej, det är lagat.\n\n" + next(line for line in notice.text.split("\n") if line.startswith("Nyckel")), None),
    "own header line": lambda notice: ("Hej, det är lagat.\n\n" + notice.text.split("\n------")[0], None),
    "forwarded as a file": lambda notice: ("Hej, det är lagat.", notice.raw),
}  # fmt: skip
SECRET = "Kunden ljuger om kvittot enligt chefen"


@pytest.fixture(scope="module")
def noted(scene: Scene) -> Opened:
    return scene.opens("Kvittot är borta.", subject="Kvittot")


def test_a71_an_answer_that_quotes_our_own_mail_takes_nothing_internal_along(scene: Scene):
    sent: dict[str, tuple[Opened, bytes]] = {}
    for name, made in QUOTING.items():
        opened = scene.opens("Kvittot är borta.", subject="Kvittot")
        scene.send(
            letters.operator(
                scene.mail("bo@acme.example", "registered", opened.reference).raw, f"#note\n{SECRET}", sender=letters.BO
            )
        )
        scene.to_anna(opened.reference, "changed")
        scene.send(
            letters.proven(letters.customer(f"Re: [{opened.reference}] x", "Hur går det?", sender=opened.customer))
        )
        notice = scene.to_anna(opened.reference, "customer-wrote")
        assert SECRET in notice.text, "the notice does hold the note"
        reply = EmailMessage(policy=policy.SMTP)
        reply["From"], reply["To"], reply["Subject"] = (
            letters.ANNA,
            str(notice.message["Reply-To"]),
            f"Re: {notice.subject}",
        )
        reply["Message-ID"], reply["In-Reply-To"] = make_msgid(domain="acme.example"), notice.message_id
        text, more = made(notice)
        if text is not None:
            reply.set_content(text)
        if isinstance(more, bytes):
            reply.add_attachment(
                more, maintype="message" if False else "application", subtype="octet-stream", filename="mejl.eml"
            )
        elif more is not None and text is None:
            reply.set_content(more, subtype="html")
        elif more is not None:
            reply.add_alternative(more, subtype="html")
        raw = letters.proven(reply.as_bytes())
        scene.send(raw)
        sent[name] = opened, raw
    rows = dict(zip(sent, scene.journal(*(raw for _, raw in sent.values())), strict=True))
    leaked = {}
    for name, (opened, _) in sent.items():
        outside = to_outsiders(scene, opened.reference)
        answers = [mail for mail in outside if mail.message["X-Ticket-Event"] == "answered"]
        assert rows[name]["state"] == "held" or answers, f"{name}: neither sent nor held"
        found = leaks(outside, [SECRET])
        key = next(line for line in sent[name][0].notice.text.split("\n") if line.startswith("Nyckel"))
        if found or any(key.split(": ")[1] in everything(mail) for mail in outside):
            leaked[name] = [piece for _, piece in found][:1]
        assert [mail for mail in answers if "skickas till" in everything(mail)] == [], name
    assert leaked == {}
