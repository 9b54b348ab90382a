"""A05, A06, A22, A24, A30 and A33 where mail is fetched: a real Dovecot, and liars in front of it."""

from __future__ import annotations

import re
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tests.attacks.imap_peers import Between, Peer, Trap, certificate
from tests.attacks.scene import PATIENCE, Scene, unused
from tests.support import letters
from tests.support.daemon import AUTHSERV_ID, Daemon
from tests.support.dovecot import PASSWORD, PROGRAM, Dovecot
from tests.support.sink import Sink
from tests.support.waiting import eventually

pytestmark = [
    pytest.mark.timeout(300),
    pytest.mark.skipif(PROGRAM is None, reason="dovecot is not installed (Debian: dovecot-imapd)"),
]
LIMIT = 200_000
INJECTED = b"* BYE slipped in\r\n* PREAUTH you are somebody else\r\n"


@dataclass(frozen=True)
class Post:
    """The daemon, its mailboxes, and who lies in front of which."""

    scene: Scene
    dovecot: Dovecot
    users: dict[str, str]
    traps: dict[str, Trap]
    stripped: Between

    def lay(self, box: str, raw: bytes, folder: str = "INBOX") -> None:
        with self.dovecot.client(self.users[box]) as client:
            client.append(folder, raw)

    def state(self, box: str) -> Any:
        return next(row for row in self.scene.daemon.json("mailbox", "list") if row["name"] == box)


@pytest.fixture(scope="module")
def post(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Post]:
    """Eight mailboxes: three honest ones with the trust of a provider, of nobody, of a hop; five with a liar in front."""
    with ExitStack() as held:
        folder = Path(held.enter_context(tempfile.TemporaryDirectory(prefix="att")))
        folder.chmod(0o755)
        dovecot = Dovecot(folder)
        wrong = {
            "stranger": certificate(folder, "stranger", "127.0.0.1", "localhost"),
            "other-host": certificate(folder, "other-host", "imap.other.example"),
            "expired": certificate(folder, "expired", "127.0.0.1", "localhost", days=-1),
        }
        # All but the stranger's are of authorities that the daemon believes: only host or time is wrong.
        believed = folder / "believed.pem"
        chains = (dovecot.certificate, wrong["other-host"], wrong["expired"])
        believed.write_bytes(b"".join(each.chain.read_bytes() for each in chains))
        dovecot.start()
        held.callback(dovecot.stop)
        traps = {name: Trap(shown) for name, shown in wrong.items()}
        ports = {name: held.enter_context(Peer(trap)).port for name, trap in traps.items()}
        stripped = Between(dovecot.port, lambda said: said.replace(b" STARTTLS", b""))
        slipped = Between(dovecot.port, lambda said: said + INJECTED if re.search(rb"OK Begin TLS", said) else said)
        users = {
            name: f"u{number}"
            for number, name in enumerate(("provider", "nobody", "slipped", *traps, "stripped", "team"))
        }
        with dovecot.client(users["team"]) as client:
            client.create_folder("Sent")

        def box(name: str, port: int, tls: str, **more: Any) -> dict[str, Any]:
            fixed = {
                "name": name,
                "desk": "acme",
                "host": "127.0.0.1",
                "port": port,
                "tls": tls,
                "poll": "1s",
                "after": "seen",
            }
            return {**fixed, "user": users[name], "password": {"env": "IMAP_PASSWORD"}, "since": "2020-01-01", **more}

        boxes = [
            box("provider", dovecot.tls_port, "tls", trust="microsoft365"),
            box("nobody", dovecot.tls_port, "tls"),
            box("slipped", held.enter_context(Peer(slipped)).port, "starttls"),
            *(box(name, port, "tls") for name, port in ports.items()),
            box("stripped", held.enter_context(Peer(stripped)).port, "starttls"),
            box("team", dovecot.tls_port, "tls", sent="Sent", trust={"authserv_id": AUTHSERV_ID}),
        ]
        sink = held.enter_context(Sink())
        settings = {"mailbox": boxes, "listen": {"smtp": {"max_size": "200kB"}}}
        environment = {"IMAP_PASSWORD": PASSWORD, "SSL_CERT_FILE": str(believed)}
        gateway = folder / "gateway"
        daemon = held.enter_context(Daemon(gateway, sink=sink, settings=settings, environment=environment))
        yield Post(Scene(daemon, sink), dovecot, users, traps, stripped)


@pytest.mark.parametrize("liar", ["stranger", "other-host", "expired"])
def test_a30_a_mailbox_with_a_wrong_certificate_hears_no_password(post: Post, liar: str):
    row = eventually(lambda: (row := post.state(liar))["error"] and row, PATIENCE)
    assert "certificate" in row["error"].lower(), row
    assert row["last_success"] is None
    assert post.traps[liar].heard == b"", "it hung up in the handshake"


def test_a30_a_mailbox_whose_starttls_was_taken_out_hears_no_password(post: Post):
    row = eventually(lambda: (row := post.state("stripped"))["error"] and row, PATIENCE)
    assert row["last_success"] is None
    assert post.stripped.heard, "it was spoken to"
    assert PASSWORD.encode() not in post.stripped.heard
    assert b"LOGIN" not in post.stripped.heard.upper()


def test_a22_words_slipped_in_before_tls_are_forgotten_inside(post: Post):
    """The server's BYE and PREAUTH came with its OK, before the handshake: a man in the middle said them."""
    sender = unused("inuti")
    post.lay("slipped", letters.plain("Genom tunneln", "hej\r\n", sender=sender))
    assert post.scene.mail(sender, "registered")
    assert post.state("slipped")["error"] is None


def test_a05_exchanges_results_count_in_its_mailbox_and_forged_ones_below_do_not(post: Post):
    """A Microsoft 365 Authentication-Results has no name; it is the topmost that counts, and the internal mark once."""
    opened = post.scene.opens(subject="I molnet")
    real = "Authentication-Results: spf=%s smtp.mailfrom=acme.example; dkim=%s header.d=acme.example; dmarc=%s action=none header.from=acme.example; compauth=%s reason=100\r\n"
    marks = "X-MS-Exchange-Organization-AuthAs: Internal\r\n"
    passed, failed, none = (real % (word, word, word, word) for word in ("pass", "fail", "none"))
    forged = {
        "fail above pass": failed + passed, "none above pass": none + passed, "fail below pass": passed + failed,
        "two marks": marks + marks, "anonymous above internal": marks.replace("Internal", "Anonymous") + marks,
    }  # fmt: skip
    raws = []
    for name, lines in forged.items():
        text = letters.plain(f"Re: [{opened.reference}] x", f"förfalskat {name}\r\n", sender="Bo <bo@acme.example>")
        raws.append(lines.encode() + text)
        post.lay("provider", raws[-1])
    rows = rows_of(post, len(raws), "rfalskat")
    assert {row["proof"]["verdict"] for row in rows} <= {"none", "fail"}, rows
    assert {row["state"] for row in rows} == {"held"}
    genuine = letters.reply(opened.notice.raw, "Hej från Anna.", sender=letters.ANNA, to=letters.DESK)
    post.lay("provider", passed.encode() + genuine)
    assert "Hej från Anna." in post.scene.mail(opened.customer, "answered").text


def rows_of(post: Post, count: int, word: str) -> list[Any]:
    """Wait until so many mails with that word have come through a mailbox; return their journal rows."""

    def there() -> list[Any]:
        rows = post.scene.daemon.json("journal", "list", "--limit", "500")
        shown = [row for row in rows if row["source"] == "imap" and row["state"] != "received"]
        found = [row for row in shown if word in post.scene.daemon.gateway("journal", "show", str(row["id"]), "--raw")]
        return found if len(found) >= count else []

    return eventually(there, PATIENCE, lambda: post.scene.daemon.log[-2000:])


def test_a06_a_mailbox_that_trusts_nobody_believes_nothing(post: Post):
    opened = post.scene.opens(subject="Ingen tro")
    forged = letters.proven(letters.plain(f"Re: [{opened.reference}] x", "#close trolig\r\n", sender=letters.ANNA))
    post.lay("nobody", forged)
    (row,) = rows_of(post, 1, "#close trolig")
    assert (row["state"], row["proof"]["verdict"]) == ("held", "none")
    assert post.scene.ticket(opened.reference)["status"] == "new"


@pytest.mark.parametrize(
    "trace",
    [
        "Delivered-To: support+Sent@acme.example\r\n",
        "X-Original-To: support+Sent@acme.example\r\n",
        "X-MS-Exchange-Organization-AuthAs: Anonymous\r\n",
        f"Authentication-Results: {AUTHSERV_ID}; dmarc=fail header.from=acme.example\r\n",
    ],
)
def test_a05_a_mail_that_was_delivered_into_the_sent_folder_is_no_answer_by_hand(post: Post, trace: str):
    """Servers deliver `support+Sent@` into that folder: anybody could speak for the desk there, and add people."""
    opened = post.scene.opens(subject="Avsändaren är bordet")
    mallory = unused("mallory", "evil.example")
    text = f"Vi betalar, säger {mallory}.\r\n"
    forged = letters.plain(f"Re: [{opened.reference}] x", text, sender=letters.DESK, to=opened.customer, cc=mallory)
    post.lay("team", trace.encode() + forged, "Sent")
    (row,) = rows_of(post, 1, f"ger {mallory}")
    assert (row["state"], "delivered there" in row["reason"]) == ("done", True), row
    ticket = post.scene.ticket(opened.reference)
    assert [entry["kind"] for entry in ticket["entries"]] == ["message"]
    assert mallory not in str(ticket["participants"])
    assert ticket["first_response_at"] is None


def test_a33_an_oversize_mail_stays_in_its_mailbox_and_is_listed_as_held(post: Post):
    """Its body is not fetched, it is neither deleted nor marked; the headers wait where a person looks."""
    sender = unused("enorm", "big.example")
    raw = letters.plain("Enorm ritning", ("y" * 70 + "\r\n") * 4000, sender=sender)
    assert len(raw) > LIMIT
    post.lay("nobody", raw)
    (row,) = rows_of(post, 1, "Enorm ritning")
    assert (row["state"], row["reason"]) == ("held", "oversize")
    assert row["id"] in [each["id"] for each in post.scene.daemon.json("journal", "list", "--state", "held")]
    kept = post.scene.daemon.gateway("journal", "show", str(row["id"]), "--raw")
    assert "yyyyyyyy" not in kept, "the headers only"
    post.lay("nobody", letters.plain("Efter den stora", "hej\r\n", sender=(after := unused("efter"))))
    assert post.scene.mail(after, "registered"), "the next is read all the same"
    with post.dovecot.client(post.users["nobody"]) as client:
        client.select_folder("INBOX", readonly=True)
        (large,), (small,) = client.search(["SUBJECT", "Enorm"]), client.search(["SUBJECT", "Efter"])
        flags = client.get_flags([large, small])
    assert b"\\Seen" not in flags[large], "it lies as it lay"
    assert len(rows_of(post, 1, "Enorm ritning")) == 1, "and is told of once"
    assert post.scene.sink.to(sender) == []


@pytest.mark.parametrize(
    ("key", "value"),
    [("folders", ["INBOX\r\nA9 DELETE INBOX"]), ("user", "u1\r\nA9 LOGOUT"), ("junk", 'x"\n'), ("after", "move:a\rb"), ("host", "127.0.0.1\r\nx")],
)  # fmt: skip
def test_a24_what_could_speak_imap_is_refused_before_anything_starts(tmp_path: Path, key: str, value: object):
    box = {
        "name": "x",
        "host": "127.0.0.1",
        "port": 1,
        "tls": "none",
        "user": "u1",
        "password": {"env": "IMAP_PASSWORD"},
    }
    daemon = Daemon(
        tmp_path / "gateway", settings={"mailbox": [{**box, key: value}]}, environment={"IMAP_PASSWORD": "x"}
    )
    done = daemon.run("check")
    assert done.returncode != 0, done.stdout
    assert "Traceback" not in done.stderr
