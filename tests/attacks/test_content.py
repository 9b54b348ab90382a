"""A23, A40, A41, A42, A43 and A45: what can be put into a mail."""

from __future__ import annotations

import re
import socket
import threading
from collections.abc import Iterator
from email import policy
from email.message import EmailMessage
from email.utils import make_msgid
from pathlib import Path

import pytest

from tests.attacks.scene import Scene, everything, unused
from tests.support import letters
from tests.support.waiting import eventually

TEMPLATES = (
    "{{ cycler.__init__.__globals__.os.popen('echo pw$((6*7))ned').read() }}", "{{ 1337*1337 }}", "{% for x in range(9) %}ha{% endfor %}",
    "${1337*1337}", "#{1337*1337}", "{0.__class__}", "{ticket.__init__.__globals__}", "%(subject)s", "{# gone #}", "<%= 1337*1337 %>",
    "\ue000\ue001", "\x02T0\x03", "@@T1@@", "{{ '{{' }} 1337*1337 {{ '}}' }}",
)  # fmt: skip
EVALUATED = ("1787569", "pw42ned", "hahaha", "<class", "uid=")


def test_a40_template_language_stays_text_in_every_mail_and_at_every_place(scene: Scene):
    """The text goes round twice: to the operator, into his answer's quote, to the customer."""
    customer = unused("tess")
    said = "\n\n".join(TEMPLATES)
    mail = EmailMessage(policy=policy.SMTP)
    mail["From"], mail["To"] = f'"{{{{ 1337*1337 }}}} Tess" <{customer}>', letters.DESK
    mail["Subject"], mail["Message-ID"] = "Mall {{ 1337*1337 }} {% if %} ${x} {0.__class__}", make_msgid()
    mail.set_content(said)
    mail.add_alternative("".join(f"<p>{line.replace('<', '&lt;')}</p>" for line in TEMPLATES), subtype="html")
    mail.add_attachment(b"x", maintype="text", subtype="plain", filename="{{ 1337*1337 }}.txt")
    scene.send(letters.proven(mail.as_bytes()))
    receipt = scene.mail(customer, "registered")
    reference = str(receipt.message["X-Ticket-Reference"])
    notice = scene.to_anna(reference, "registered")
    for part in (notice.text, notice.subject):
        assert "{{ 1337*1337 }}" in part
    scene.send(letters.operator(notice.raw, "Hej!\n\nDu skrev {{ 1337*1337 }} och {% raw %}.", client="gmail"))
    answer = scene.mail(customer, "answered")
    assert "Du skrev {{ 1337*1337 }} och {% raw %}." in answer.text
    scene.send(letters.proven(letters.reply(answer.raw, "Ja, {{ 1337*1337 }}!", sender=customer, client="apple")))
    scene.to_anna(reference, "customer-wrote")
    ticket = scene.ticket(reference)
    assert ticket["entries"][0]["text"].count("{{ 1337*1337 }}") == 1
    for mail_out in scene.about(reference):
        seen = everything(mail_out)
        assert [word for word in EVALUATED if word in seen] == [], mail_out.subject
    assert "{% for x in range(9) %}ha{% endfor %}" in notice.text


NAMES = {
    "../../etc/cron.d/x": "x", "..\\..\\x.bat": "x.bat", "/etc/passwd": "passwd", "C:\\Windows\\evil.dll": "evil.dll",
    "invoice\u202efdp.exe": None, "\u200b.htaccess": None, "\u200b\u200d..\u2060/.ssh/authorized_keys": None, "CON.txt": None,
    ".htaccess": None, "a\r\nBcc: e@x": None, "a\x00.txt": None, "x" * 5000 + ".txt": None, "rapport.pdf.exe": None, "": None,
    "...": None, "\u2024\u2024/x": None, "tab\tname.txt": None, "nel\u0085ls\u2028.txt": None, "e\u0301.txt": None,
}  # fmt: skip
CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff/\\]")


def test_a43_names_of_attachments_are_only_names(scene: Scene):
    sender = unused("namn")
    parts = []
    for number, name in enumerate(NAMES):
        encoded = "".join(f"%{byte:02X}" for byte in name.encode())
        parts.append(
            f"--b\r\nContent-Type: application/octet-stream\r\nContent-Disposition: attachment; filename*=utf-8''{encoded}\r\n"
            f"\r\nfile {number}\r\n"
        )
    head = f"From: {sender}\r\nTo: {letters.DESK}\r\nSubject: bilagor\r\nMessage-ID: {make_msgid()}\r\nMIME-Version: 1.0\r\n"
    body = 'Content-Type: multipart/mixed; boundary="b"\r\n\r\n--b\r\nContent-Type: text/plain\r\n\r\nSe bilagor.\r\n'
    raw = letters.proven((head + body + "".join(parts) + "--b--\r\n").encode())
    scene.send(raw)
    reference = str(scene.mail(sender, "registered").message["X-Ticket-Reference"])
    notice = scene.to_anna(reference, "registered")
    attachments = scene.ticket(reference)["entries"][0]["attachments"]
    assert len(attachments) == len(NAMES)
    for attachment, (hostile, plain) in zip(attachments, NAMES.items(), strict=True):
        name = attachment["name"]
        assert not CONTROL.search(name), (hostile, name)
        assert len(name.encode()) <= 120, hostile
        assert name, hostile
        assert not name.startswith("."), (hostile, name)
        assert plain is None or name == plain
    for part in notice.message.walk():
        assert not CONTROL.search(part.get_filename() or ""), part.get_filename()
    assert notice.message["Bcc"] is None
    kept = {path.name for path in Path(scene.daemon.state).rglob("*") if path.is_file()}
    assert not {name for name in kept if "passwd" in name or "htaccess" in name or name.endswith((".bat", ".exe"))}
    assert not (scene.daemon.folder / "x").exists()


def bomb(sender: str, subject: str, headers: str = "", body: str = "x\r\n", content_type: str = "text/plain") -> bytes:
    head = f"From: {sender}\r\nTo: {letters.DESK}\r\nSubject: {subject}\r\nMessage-ID: {make_msgid()}\r\nMIME-Version: 1.0\r\n"
    return f"{head}{headers}Content-Type: {content_type}\r\n\r\n{body}".encode()


def nested_rfc822(depth: int) -> str:
    return "Content-Type: message/rfc822\r\n\r\n" * depth + "bottom\r\n"


BOMBS = {
    "long-subject": lambda s: bomb(s, "ord " * 250_000),
    "long-references": lambda s: bomb(s, "long-references", "References: " + "<a@b> " * 170_000 + "\r\n"),
    "long-to": lambda s: bomb(s, "long-to", "Cc: " + "a@b.example, " * 80_000 + "\r\n"),
    "comma-to": lambda s: bomb(s, "comma-to", "Cc: " + "@," * 20_000 + "\r\n"),
    "parens-to": lambda s: bomb(s, "parens-to", "Cc: " + "(" * 500_000 + "\r\n"),
    "many-headers": lambda s: bomb(s, "many-headers", "".join(f"X-{n}: y\r\n" for n in range(100_000))),
    "nested-rfc822": lambda s: bomb(s, "nested-rfc822", "", nested_rfc822(10_000), "message/rfc822"),
    "siblings": lambda s: bomb(s, "siblings", "", "--b\r\n\r\nx\r\n" * 100_000, 'multipart/mixed; boundary="b"'),
    "no-boundary": lambda s: bomb(s, "no-boundary", "", "--b\r\n\r\nx\r\n", "multipart/mixed"),
    "two-boundaries": lambda s: bomb(s, "two-boundaries", "", "--b\r\n\r\nx\r\n", "multipart/mixed; boundary=b; boundary=c"),
    "long-boundary": lambda s: bomb(s, "long-boundary", "", "x\r\n", f'multipart/mixed; boundary="{"b" * 1_000_000}"'),
    "parameters": lambda s: bomb(s, "parameters", "", "x\r\n", "text/plain" + "".join(f"; p{n}=v" for n in range(20_000))),
    "nested-html": lambda s: bomb(s, "nested-html", "", "<div>" * 100_000 + "x", "text/html"),
    "one-line-html": lambda s: bomb(s, "one-line-html", "", "<b" + " a='b'" * 200_000 + ">", "text/html"),
    "quotes": lambda s: bomb(s, "quotes", "", ">" * 2_000_000, "text/plain"),
    "encoded-words": lambda s: bomb(s, "=?utf-8?q?" + "=?utf-8?q?" * 20_000),
    "charset": lambda s: bomb(s, "charset", "", "x\r\n", "text/plain; charset=" + "x" * 500_000),
    "base64": lambda s: bomb(s, "base64", "Content-Transfer-Encoding: base64\r\n", "=" * 2_000_000, "text/plain"),
    "rfc2231": lambda s: bomb(s, "rfc2231", "", "x\r\n", "text/plain" + "".join(f"; name*{n}*=%41" for n in range(20_000))),
    "nested-multipart": lambda s: letters.poison("nested-multipart", sender=s, depth=10_000),
}  # fmt: skip


def resident(pid: int) -> int:
    """Return a process's own memory in kB."""
    return int(re.search(r"^VmRSS:\s+(\d+)", Path(f"/proc/{pid}/status").read_text(), re.MULTILINE)[1])  # type: ignore[index]


def drop(scene: Scene, sender: str, raw: bytes) -> str:
    """Hand it over as it is: no library of ours could write some of these."""
    with scene.wire() as wire:
        wire.up_to_data(sender)
        end = b".\r\n" if raw.endswith(b"\r\n") else b"\r\n.\r\n"
        return wire.say(raw.replace(b"\r\n.", b"\r\n..") + end)


@pytest.mark.timeout(600)
def test_a45_bombs_cost_one_mail_its_parse_and_nobody_anything_else(scene: Scene):
    """Twice over: what a process takes for its largest mail is bounded, and not taken again."""
    sent: set[str] = set()
    assert scene.opens("Jag är först.", subject="Före bomberna").reference
    scene.settled(60)
    before = resident(scene.daemon.pid)
    for time in (1, 2):
        for name, make in BOMBS.items():
            sender = unused(f"bomb{name}")
            sent.add(sender)
            assert drop(scene, sender, make(sender)).startswith(("250", "552")), name
        honest = scene.opens("Jag är ärlig.", subject=f"Efter bomberna {time}")
        assert honest.reference
        scene.settled(180)
    rows = [r for r in scene.daemon.json("journal", "list", "--limit", "1000") if r["mail_from"] in sent]
    assert {r["mail_from"]: r["state"] for r in rows} == dict.fromkeys(sent, "done")
    requesters = {t["requester"] for t in scene.daemon.json("ticket", "list", "--limit", "1000")}
    assert sent <= requesters, "each is a ticket"
    # What is free goes back every five seconds (daemon/app.py).
    eventually(lambda: resident(scene.daemon.pid) - before < 50_000, saying=lambda: f"{resident(scene.daemon.pid)} kB")
    after = resident(scene.daemon.pid)
    assert after - before < 50_000, f"kB: {before} before, {after} after"
    assert after < 250_000, "kB"


@pytest.fixture
def beacon() -> Iterator[tuple[int, list[bytes]]]:
    """A web server that only counts: (port, what was asked)."""
    asked: list[bytes] = []
    with socket.create_server(("127.0.0.1", 0)) as listening:
        listening.settimeout(0.2)
        over = threading.Event()

        def count() -> None:
            while not over.is_set():
                try:
                    client, _ = listening.accept()
                except TimeoutError:
                    continue
                with client:
                    client.settimeout(2)
                    asked.append(client.recv(1000))

        thread = threading.Thread(target=count)
        thread.start()
        yield listening.getsockname()[1], asked
        over.set()
        thread.join()


HOSTILE = """\
<html><head><base href="http://127.0.0.1:PORT/"><meta http-equiv="refresh" content="0;url=http://127.0.0.1:PORT/m">
<link rel="stylesheet" href="http://127.0.0.1:PORT/l.css"><style>@import url(http://127.0.0.1:PORT/i.css);
p {background: url(http://127.0.0.1:PORT/b.png)} .foot {display: none}</style></head><body background="http://127.0.0.1:PORT/bg">
<p>Hej, bilden syns inte.</p><img src="http://127.0.0.1:PORT/pixel.gif" width=1><img src="//127.0.0.1:PORT/x"><img srcset="http://127.0.0.1:PORT/s 2x">
<img src="cid:nobody@evil.example"><img src="data:image/svg+xml;base64,PHN2ZyBvbmxvYWQ9YWxlcnQoMSk+"><svg onload=alert(1)><script>alert(2)</script></svg>
<a href="javascript:alert(3)">klicka</a> <a href=" java&#9;script:alert(4)">igen</a> <a href="data:text/html,<script>alert(5)</script>">data</a>
<form action="http://127.0.0.1:PORT/f"><input name=password><button>Logga in</button></form><iframe src="http://127.0.0.1:PORT/if"></iframe>
<video poster="http://127.0.0.1:PORT/v"></video><object data="http://127.0.0.1:PORT/o"></object><embed src="http://127.0.0.1:PORT/e">
<div style="position:fixed;top:0;background:url('http://127.0.0.1:PORT/st')" onclick="alert(6)">över allt</div>
<table background="http://127.0.0.1:PORT/t"><td style="background-image:u\\72l(http://127.0.0.1:PORT/esc)">cell</td></table>
<!--[if mso]><img src="http://127.0.0.1:PORT/mso"><![endif]--></div></div></div></td></tr></table></body></html>
<p>efter slutet</p><plaintext><noscript><p title="</noscript><img src=x onerror=alert(7)>">"""
ACTIVE = re.compile(
    r"<(script|svg|iframe|object|embed|form|input|base|meta http-equiv=.?refresh|link|video|plaintext|noscript)\b|\son\w+\s*=\s*['\"]?alert"
    r"|javascript:|java\s+script:|data:text|@import|position:\s*fixed|url\(",
    re.IGNORECASE,
)


def test_a41_a42_hostile_html_does_nothing_and_asks_nobody(scene: Scene, beacon: tuple[int, list[bytes]]):
    port, asked = beacon
    customer = unused("html")
    markup = HOSTILE.replace("PORT", str(port))
    mail = EmailMessage(policy=policy.SMTP)
    mail["From"], mail["To"], mail["Subject"], mail["Message-ID"] = customer, letters.DESK, "Bilden", make_msgid()
    mail.set_content("Hej, bilden syns inte.\n")
    mail.add_alternative(markup, subtype="html")
    scene.send(letters.proven(mail.as_bytes()))
    reference = str(scene.mail(customer, "registered").message["X-Ticket-Reference"])
    notice = scene.to_anna(reference, "registered")
    assert "Hej, bilden syns inte." in notice.html
    reply = EmailMessage(policy=policy.SMTP)
    reply["From"], reply["To"], reply["Subject"] = letters.ANNA, str(notice.message["Reply-To"]), "Re: Bilden"
    reply["Message-ID"], reply["In-Reply-To"] = make_msgid(), notice.message_id
    reply.set_content("Hej, jag ser den inte heller.\n")
    reply.add_alternative(markup.replace("Hej, bilden syns inte.", "Hej, jag ser den inte heller."), subtype="html")
    scene.send(letters.proven(reply.as_bytes()))
    answer = scene.mail(customer, "answered")
    scene.settled()
    # The layout's own sheet of style stands in the head; what was written begins with the body.
    for out in scene.about(reference):
        body = re.sub(r"(?is)^.*?<body", "<body", out.html)
        found = ACTIVE.search(body)
        assert found is None, (out.subject, body[max(0, found.start() - 80) : found.end() + 80])
        assert not re.search(r"(?i)(src|srcset|background|poster|action)\s*=\s*['\"]?(http|//)", out.html), out.subject
        assert out.html.lower().count("</body>") <= 1
    assert "jag ser den inte heller" in answer.html
    assert asked == []


@pytest.mark.parametrize("name", ["=?utf-8?q?hi=0d=0aBcc=3a_e=40x.example?=", "=?utf-8?b?aGkNCkJjYzogZUB4LmV4YW1wbGU=?=", "=?utf-8?q?hi=0b=0c=c2=85=e2=80=a8Bcc=3a_e=40x.example?="])  # fmt: skip
def test_a23_line_feeds_in_headers_make_no_headers(scene: Scene, name: str):
    sender = unused("radbryt")
    raw = (
        f"From: {name} <{sender}>\r\nTo: {letters.DESK}\r\nSubject: {name}\r\nMessage-ID: {make_msgid()}\r\nMIME-Version: 1.0\r\n"
        'Content-Type: multipart/mixed; boundary="b"\r\n\r\n--b\r\n\r\nHej\r\n'
        f'--b\r\nContent-Type: application/pdf; name="{name}.pdf"\r\nContent-Disposition: attachment; filename="{name}.pdf"\r\n\r\nx\r\n--b--\r\n'
    )
    result = "Authentication-Results: mx.acme.example; dmarc=pass header.from=cust.example\r\n"
    scene.send((result + raw).encode(), sender, letters.DESK)
    receipt = scene.mail(sender, "registered")
    reference = str(receipt.message["X-Ticket-Reference"])
    scene.send(letters.operator(scene.to_anna(reference, "registered").raw, "Hej och tack!"))
    scene.mail(sender, "answered")
    for mail in scene.about(reference):
        assert mail.message["Bcc"] is None
        head = mail.raw.partition(b"\r\n\r\n")[0]
        assert not re.search(rb"(?im)^bcc", head)
        assert len(mail.recipients) == 1
        assert not re.search(r"[\x0b\x0c\x85\u2028]", mail.subject)
        assert mail.faults == ()
    assert scene.sink.to("e@x.example") == []
