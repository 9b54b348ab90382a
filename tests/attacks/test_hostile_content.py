"""A41 to A49, further: nothing asked of the network, archives left shut, charsets, patterns of rules, the log."""

from __future__ import annotations

import base64
import io
import json
import re
import shutil
import socket
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from email import policy
from email.message import EmailMessage
from email.utils import make_msgid
from pathlib import Path

import pytest

from tests.attacks.scene import PATIENCE, Scene, everything, unused
from tests.support import letters
from tests.support.daemon import Daemon
from tests.support.sink import Sink
from tests.support.waiting import eventually

RULES = """\
desks:
  acme:
    name: ACME Support
    addresses: [support@acme.example]
    prefix: ACME
    operator_reply: "support+{token}@acme.example"
operators:
  anna: {name: Anna Åkesson, addresses: [anna@acme.example]}
  bo: {name: Bo Ek, addresses: [bo@acme.example]}
groups:
  first-line: {members: [anna, bo]}
rules:
  - name: Nested
    event: registered
    when: {text: {regex: "^(a+)+$"}}
    then: {tags: [nested]}
  - name: Overlapping
    event: registered
    when: {subject: {regex: "^(a|aa)+$"}}
    then: {tags: [overlap]}
  - name: Turned round
    event: registered
    when: {not: {text: {regex: "^(a|aa)+$"}}}
    then: {tags: [turned]}
  - name: Honest
    event: registered
    when: {text: {regex: "(?i)åäö"}}
    then: {tags: [honest]}
"""


@pytest.fixture(scope="module")
def scene(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Scene]:
    """A daemon that logs as JSON and whose rules hold patterns that take for ever."""
    folder = tmp_path_factory.mktemp("content") / "gateway"
    with Sink() as sink, Daemon(folder, sink=sink, rules=RULES, settings={"log": {"format": "json"}}) as daemon:
        yield Scene(daemon, sink)


# --- A41: what is relayed, and as what -----------------------------------------------------------------------------


def html_mail(sender: str, subject: str, markup: str, text: str = "Se nedan.\n") -> bytes:
    mail = EmailMessage(policy=policy.SMTP)
    mail["From"], mail["To"], mail["Subject"], mail["Message-ID"] = sender, letters.DESK, subject, make_msgid()
    mail.set_content(text)
    mail.add_alternative(markup, subtype="html")
    return mail.as_bytes()


def test_a41_words_hidden_from_a_reader_are_no_order_and_eat_no_footer(scene: Scene):
    """`display:none` text, a style that hides ours, tags that are never closed, a comment that never ends."""
    customer = unused("hidden")
    hidden = (
        '<div style="display:none">#close hemlig order</div><style>.footer,.card{display:none!important}*{color:#fff}</style>'
        "<p>Synligt.</p><!-- aldrig slut <p>borta</p>"
    )
    scene.send(letters.proven(html_mail(customer, "Gömd text", f"<html><body>{hidden}", "Synligt.\n")))
    reference = str(scene.mail(customer, "registered").message["X-Ticket-Reference"])
    notice = scene.to_anna(reference, "registered")
    assert "Synligt." in notice.html
    body = re.sub(r"(?is)^.*?<body", "<body", notice.html)
    assert "!important" not in body
    assert "aldrig slut" not in body
    assert reference in notice.html, "what is ours is still there"
    for tag in ("div", "table", "td", "body"):
        opened = len(re.findall(rf"<{tag}[\s>]", notice.html))
        assert opened == notice.html.count(f"</{tag}>"), tag


def test_a41_a_picture_of_another_mail_is_not_shown_by_its_name(scene: Scene):
    customer = unused("bild")
    scene.send(
        letters.proven(html_mail(customer, "Bild", '<p>Se <img src="cid:logo@acme"><img src="cid:finns-inte"></p>'))
    )
    reference = str(scene.mail(customer, "registered").message["X-Ticket-Reference"])
    notice = scene.to_anna(reference, "registered")
    shown = re.findall(r"src=[\"']?cid:([^\"'> ]+)", notice.html)
    carried = {str(part["Content-ID"]).strip("<>") for part in notice.message.walk() if part["Content-ID"]}
    assert set(shown) <= carried, "each picture that is named is in the mail"
    assert not [name for name in shown if name in {"logo@acme", "finns-inte"}]


def test_a41_what_nobody_proved_reaches_no_customer(scene: Scene):
    opened = scene.opens(subject="Oprövat")
    forged = html_mail("anna@acme.example", f"Re: [{opened.reference}] x", "<b>Betala hit</b>", "Betala hit.\n")
    scene.send(forged, "mallory@evil.example")
    assert scene.journal(forged)[0]["state"] == "held"
    assert [m for m in scene.sink.to(opened.customer) if "Betala" in everything(m)] == []
    for mail in scene.sink.to("anna@acme.example", "confirmation"):
        assert "<b>Betala hit</b>" not in mail.html


# --- A42: without a network ----------------------------------------------------------------------------------------

_ALONE = shutil.which("unshare")


def may_be_alone() -> bool:
    return (
        _ALONE is not None and subprocess.run([_ALONE, "-n", "true"], check=False, capture_output=True).returncode == 0
    )


def attempts(pid: int) -> dict[str, int]:
    """Return what a process's network stack was asked to send, and could not."""
    lines = [line.split() for line in Path(f"/proc/{pid}/net/snmp").read_text().splitlines()]
    table = {
        (head[0], name): int(value)
        for head, row in zip(lines[::2], lines[1::2], strict=True)
        for name, value in zip(head[1:], row[1:], strict=True)
    }
    wanted = (("Ip:", "OutRequests"), ("Ip:", "OutNoRoutes"), ("Tcp:", "ActiveOpens"), ("Udp:", "OutDatagrams"))
    return {f"{group}{name}": table[group, name] for group, name in wanted}


def lmtp(path: Path, raw: bytes) -> str:
    with socket.socket(socket.AF_UNIX) as line:
        line.settimeout(30)
        line.connect(str(path))
        file = line.makefile("rb")
        for said in (None, "LHLO x", "MAIL FROM:<karin@cust.example>", f"RCPT TO:<{letters.DESK}>", "DATA"):
            if said is not None:
                line.sendall(said.encode() + b"\r\n")
            while file.readline()[3:4] == b"-":
                pass
        line.sendall(raw + b".\r\n")
        answer = file.readline().decode()
        file.close()
        return answer


@pytest.mark.skipif(not may_be_alone(), reason="`unshare -n` is not allowed here")
def test_a42_reading_and_rendering_ask_nobody_anything(tmp_path: Path):
    """A daemon without a network, fed by a socket in a folder: nobody is called, no name is looked up."""
    place = tmp_path / "lmtp.sock"
    settings = {"listen": {"smtp": None, "lmtp": {"socket": str(place), "trust": {"authserv_id": "mx.acme.example"}}}}
    program = (str(_ALONE), "-n", sys.executable, "-m", "gateway.cli")
    markup = (
        '<html><head><base href="http://127.0.0.1:9/"><link rel=stylesheet href="http://tracker.example/l.css">'
        '<style>@import url(http://tracker.example/i.css);</style></head><body background="http://tracker.example/b">'
        '<img src="http://127.0.0.1:9/pixel.gif"><p>Hej.</p><iframe src="file:///etc/passwd"></iframe>'
        '<svg><image xlink:href="http://tracker.example/s"/></svg><link rel="dns-prefetch" href="//tracker.example">'
    )
    with Daemon(tmp_path / "gateway", settings=settings, program=program) as daemon:
        assert lmtp(place, letters.proven(html_mail("karin@cust.example", "Ensam", markup, "Hej.\n"))).startswith("250")
        rows = eventually(
            lambda: [r for r in daemon.json("outbox", "list") if r["event"] == "registered"],
            PATIENCE,
            lambda: daemon.log,
        )
        shown = [daemon.gateway("outbox", "show", str(row["id"]), "--raw") for row in rows]
        assert any("Hej." in raw for raw in shown), "it was read and rendered"
        assert not [raw for raw in shown if re.search(r"src=3D.?.?http", raw)]
        assert attempts(daemon.pid) == dict.fromkeys(attempts(daemon.pid), 0)


# --- A44 -----------------------------------------------------------------------------------------------------------

EICAR = rb"X5O!P%@AP[4\PZX54(P^)7CC)7}$" + b"EICAR-STANDARD-ANTIVIRUS-TEST-FILE!$H+H*"


def zipped(**files: bytes) -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return made.getvalue()


def test_a44_archives_stay_shut_and_programs_do_not_leave_by_themselves(scene: Scene):
    """A bomb of a thousand to one, a bomb in a bomb, EICAR, a program in disguise, a mail in a mail in a mail."""
    bomb = zipped(a=b"0" * 30_000_000)
    inner = letters.plain("innerst", "#close\r\n", sender="anna@acme.example")
    for level in range(5):
        head = (
            f"From: a@b.example\r\nSubject: nivå {level}\r\nMIME-Version: 1.0\r\nContent-Type: message/rfc822\r\n\r\n"
        )
        inner = head.encode() + inner
    files = {
        "42.zip": bomb, "bomb-in-bomb.zip": zipped(b=bomb), "eicar.com": EICAR, "eicar.zip": zipped(e=EICAR), "a.pdf.exe": b"MZ" + b"0" * 500,
        "makro.docm": zipped(**{"word/vbaProject.bin": b"x" * 99}), "mail.eml": inner, "skript.js": b"alert(1)", "genväg.lnk": b"L\0\0\0",
    }  # fmt: skip
    customer = unused("arkiv")
    raw = letters.proven(letters.customer("Arkiv", "Se filerna.", sender=customer, attachments=tuple(files.items())))
    before = sum(path.stat().st_size for path in Path(scene.daemon.state).rglob("*") if path.is_file())
    scene.send(raw)
    reference = str(scene.mail(customer, "registered").message["X-Ticket-Reference"])
    notice = scene.to_anna(reference, "registered")
    ticket = scene.ticket(reference)
    kept = {a["name"]: a for a in ticket["entries"][0]["attachments"]}
    assert len(kept) == len(files), "all are kept"
    assert {kept[name]["size"] for name in ("eicar.com", "42.zip")} == {len(EICAR), len(bomb)}, "as they came"
    after = sum(path.stat().st_size for path in Path(scene.daemon.state).rglob("*") if path.is_file())
    assert after - before < 10_000_000, "nothing was unpacked"
    carried = {str(part.get_filename()) for part in notice.message.walk() if part.get_filename()}
    assert not [name for name in carried if name.lower().endswith((".exe", ".com", ".js", ".lnk"))], carried
    assert "eicar.com" in notice.text, "but it is named"
    assert ticket["status"] == "new"


# --- A46 -----------------------------------------------------------------------------------------------------------

CHARSETS = {
    "x-bomb": b"f\xc3\xb6rst", "hex": b"666f", "idna": b"xn--a", "unicode_escape": rb"\u202e\u000a<script>alert(1)</script>", "rot13": b"uryyb",
    "utf-7": b"+ADw-script+AD4-alert(1)+ADw-/script+AD4-", "utf-16": "förstå".encode("utf-16-le"), "us-ascii": "förstå".encode(),
    "utf-8": "förstå".encode("latin-1"), "iso-8859-1": "förstå".encode(), "base64": b"Zm9v", "zlib": b"x\x9c", "punycode": b"frst-6qa",
    "": b"tom", "utf-8\r\n x": b"rad", "../../etc/passwd": b"x", "raw_unicode_escape": rb"\u202e", "undefined": b"x", "mbcs": b"x", "utf-32": b"x\0\0\0",
    "x" * 5000: b"lang", "quopri": b"=41", "uu": b"begin 644 x", "bz2": b"BZh9",
}  # fmt: skip


def test_a46_no_charset_runs_a_codec_hides_text_or_loses_a_mail(scene: Scene):
    """Each in the body, in an encoded subject, and in a file name; one ticket and one receipt each."""
    senders = {}
    for number, (charset, content) in enumerate(CHARSETS.items()):
        sender = unused("tecken")
        senders[sender] = charset
        word = base64.b64encode(content).decode()
        plain = re.sub(r"\s", "", charset)[:40]
        head = (
            f"From: {sender}\r\nTo: {letters.DESK}\r\nSubject: =?{plain}?b?{word}?= nummer {number}\r\nMessage-ID: {make_msgid()}\r\n"
            f"MIME-Version: 1.0\r\nContent-Type: text/plain; charset=\"{charset}\"\r\nContent-Disposition: inline; filename*={plain}''%41\r\n\r\n"
        )
        result = "Authentication-Results: mx.acme.example; dmarc=pass header.from=cust.example\r\n"
        scene.send(result.encode() + head.encode() + content + b"\r\n", sender, letters.DESK)
    scene.settled()
    tickets = {t["requester"]: t for t in scene.daemon.json("ticket", "list", "--limit", "1000")}
    assert {sender: charset for sender, charset in senders.items() if sender not in tickets} == {}
    assert {len(scene.sink.to(sender)) for sender in senders} == {1}
    shown = {}
    for sender, charset in senders.items():
        told = scene.about(tickets[sender]["reference"])
        shown[charset] = next(mail.text for mail in told if "anna@acme.example" in mail.recipients)
        for mail in told:
            assert "<script" not in mail.html.lower(), charset
            assert not re.search("[\u202a-\u202e]", everything(mail)), charset
    for charset in ("us-ascii", "utf-8"):
        assert "\nförstå\n" in shown[charset], charset
    assert "förstå" in shown["utf-16"], "without a byte order mark"
    assert re.search("\nf(ö|Ã¶)rst(å|Ã¥)\n", shown["iso-8859-1"])


# --- A47 --------------------------------------------------------------------------------------------------------------


QUOTES = {
    "marks": lambda n: b">" * n,
    "marks and blanks": lambda n: b"> " * (n // 2) + b"x",
    "lines of marks": lambda n: b">>>> x\r\n" * (n // 8),
    "on … wrote": lambda n: b"On Monday " + b"a b c d " * (n // 8) + b"\r\n",
    "on, many lines": lambda n: b"On x,\r\n" * (n // 7),
    "från": lambda n: "Från: x\r\nSkickat: y\r\n".encode() * (n // 22),
    "rules": lambda n: b"-" * n,
    "blank": lambda n: b" \t" * (n // 2) + b"x",
    "addresses": lambda n: b"a@" * (n // 2),
    "signature": lambda n: b"-- \r\n" * (n // 5),
}


def test_a47_ten_million_characters_of_quote_are_read_within_the_limits_of_the_parser(scene: Scene):
    """What took longer would be ended by the kernel, and its text then be in no notice."""
    senders = {shape: unused("citat") for shape in QUOTES}
    for shape, sender in senders.items():
        head = f"From: {sender}\r\nTo: {letters.DESK}\r\nSubject: citat\r\nMessage-ID: {make_msgid()}\r\n\r\n"
        body = b"Hej bordet\r\n" + QUOTES[shape](10_000_000) + b"\r\n"
        scene.send(letters.proven(head.encode()) + body, sender, letters.DESK)
    scene.settled(240)
    tickets = {t["requester"]: t["reference"] for t in scene.daemon.json("ticket", "list", "--limit", "1000")}
    for shape, sender in senders.items():
        assert "\nHej bordet\n" in scene.to_anna(tickets[sender], "registered").text, shape


# --- A48 --------------------------------------------------------------------------------------------------------------


def test_a48_a_pattern_that_takes_for_ever_is_unknown_and_its_rule_does_not_fire(scene: Scene):
    """Others are asked all the same; the ticket notes what was not answered, and the admin is told once."""
    sender, text = unused("evig"), "a" * 40_000 + "!\n\nåäö sist\n"
    scene.send(letters.proven(letters.plain("a" * 60 + "!", text, sender=sender)))
    reference = str(scene.mail(sender, "registered").message["X-Ticket-Reference"])
    assert scene.ticket(reference)["tags"] == ["honest"], "`not` of an unknown is unknown too"
    told = scene.daemon.gateway("rules", "explain", "--ticket", reference)
    for rule in ("Nested", "Overlapping", "Turned round"):
        assert f"{rule}: unanswered = a pattern took too long" in told
    scene.send(letters.proven(letters.plain("b" * 60 + "!", text, sender=sender)))
    assert scene.mail(sender, "registered", count=2)
    scene.settled()
    for rule in ("Nested", "Overlapping", "Turned round"):
        assert len([mail for mail in scene.sink.to("root@acme.example", "alarm") if rule in mail.text]) == 1, rule


# --- A49 -----------------------------------------------------------------------------------------------------------


def test_a49_no_sender_writes_a_line_of_the_log(scene: Scene):
    """Each line is one JSON object of the daemon's own; nothing of a body, a key or an escape stands in it."""
    sender = unused("logg")
    forged = (
        'x\n2026-11-21 00:00:00 ERROR gateway: allt är borta\r\n\x1b[2J\x1b]0;ägd\x07\u202e\u2028{"level": "error"}'
    )
    word = base64.b64encode(forged.encode()).decode()
    head = (
        f"From: =?utf-8?b?{word}?= <{sender}>\r\nTo: {letters.DESK}\r\nSubject: =?utf-8?b?{word}?= {'lång ' * 200_000}\r\n"
        f"Message-ID: <{'m' * 3000}\x1b[31m@evil.example>\r\nX-Mailer: \x1b[2J\r\n\r\nhemlig kropp med lösen tulpan77\r\n"
    )
    with scene.wire() as wire:
        wire.say("EHLO \x1b[2J\nINFO gateway: hej")
        wire.say("MAIL FROM:<\x1b]0;x\x07@evil.example>")
        wire.say("RCPT TO:<logg\x1b[31m@acme.example>")
        wire.say("HELP \x1b[2J")
    with scene.wire() as wire:
        wire.up_to_data(sender)
        assert wire.say(head.encode() + b".\r\n").startswith("250")
    scene.settled()
    log = scene.daemon.stderr.read_text(encoding="utf-8")
    assert "\x1b" not in log
    assert not re.search("[\x00-\x09\x0b-\x1f\x7f-\x9f\u2028\u202a-\u202e]", log)
    for line in log.splitlines():
        if line.startswith("{"):
            row = json.loads(line)
            assert {"at", "level", "source", "message"} <= row.keys()
            assert all(len(str(value)) <= 300 for name, value in row.items() if name != "trace"), row.keys()
    assert not [line for line in log.splitlines() if line.startswith("2026-11-21 00:00:00 ERROR")]
    assert "tulpan77" not in log
    key = re.search(r"\b(?:[A-Z2-7]{4}-){3}[A-Z2-7]{4}\b", scene.sink.to("anna@acme.example")[0].text)
    assert key is not None
    assert key[0] not in log
