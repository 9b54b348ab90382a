"""Attacks on those who run it: the log, the secrets, the rules file, the unit (A49, A80, A81, A84)."""

from __future__ import annotations

import json
import re
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.attacks.scene import Scene
from tests.support import letters
from tests.support.daemon import RULES, Daemon
from tests.support.sink import Sink
from tests.support.waiting import eventually

_TOKEN = re.compile(r"support\+([a-z2-7]{16})@")
pytestmark = pytest.mark.timeout(300)
CANARIES = {name: f"kanarie-{name}-7f3a" for name in ("imap", "smtp", "oauth", "database", "environment")}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("operated")


@pytest.fixture(scope="module")
def scene(folder: Path) -> Iterator[Scene]:
    """A gateway that logs everything as JSON and knows five secrets; its mailbox and second smarthost refuse it."""
    files = {}
    for name in ("imap", "smtp", "oauth"):
        files[name] = folder / name
        files[name].write_text(CANARIES[name])
        files[name].chmod(0o600)
    closed = {"host": "127.0.0.1", "port": 1, "tls": "none"}
    settings = {
        "log": {"format": "json", "level": "debug"},
        "oauth": {"m": {"provider": "custom", "client_id": "x", "token_url": "http://127.0.0.1:1/token", "scope": "s",
                        "client_secret": {"file": str(files["oauth"])}}},
        "mailbox": [
            {"name": "box", "user": "u", "password": {"file": str(files["imap"])}, **closed},
        ],
    }  # fmt: skip
    with Sink() as sink:
        relay = {"name": "sink", "host": "127.0.0.1", "port": sink.port, "tls": "none"}
        other = {"name": "other", "user": "u", "password": {"env": "OTHER_PASSWORD"}, "from": ["x@y.example"], **closed}
        third = {
            "name": "third",
            "user": "u",
            "password": {"file": str(files["smtp"])},
            "from": ["z@y.example"],
            **closed,
        }
        environment = {"OTHER_PASSWORD": CANARIES["environment"]}
        daemon = Daemon(
            folder / "gateway",
            sink=sink,
            environment=environment,
            settings={**settings, "smarthost": [relay, other, third]},
        )
        with daemon:
            yield Scene(daemon, sink)


def test_a49_what_a_sender_writes_stays_one_line_of_json_and_is_no_body(scene: Scene):
    evil = "Hej\r\n 2026-01-01 ERROR owned\x1b[2J\u2028 " + "z" * 5000
    raw = letters.plain("x", "en hemlig text ingen ska läsa i loggen", sender="Eve <eve-49@evil.example>")
    raw = raw.replace(b"Subject: x", f"Subject: {evil}".encode())
    scene.daemon.send(raw, sender="eve-49@evil.example", recipients=("support@acme.example",))
    scene.daemon.idle(60)
    lines = [line for line in scene.daemon.stderr.read_text("utf-8").split("\n") if line]
    assert any('"ingested"' in line for line in lines)
    for line in lines:
        entry = json.loads(line)
        assert {"at", "level", "source", "message"} <= entry.keys()
        assert not re.search(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e]", line)
        assert all(len(value) <= 201 for value in entry.values() if isinstance(value, str))
    log = "\n".join(lines)
    assert "owned" not in log
    assert "en hemlig text" not in log, "no bodies, at any level"
    everyday = [entry for line in lines if (entry := json.loads(line))["level"] in {"debug", "info"}]
    assert "eve-49" not in json.dumps(everyday), "no addresses either"
    tokens = [found[1] for mail in scene.sink.mails for found in _TOKEN.finditer(str(mail.message["Reply-To"]))]
    assert tokens
    assert [token for token in tokens if token in log] == [], "no bearers"


def test_a80_no_command_and_no_log_prints_a_secret(scene: Scene, folder: Path):
    daemon = scene.daemon
    said = daemon.log
    for command in (
        ("check",),
        ("status",),
        ("status", "--json"),
        ("doctor",),
        ("doctor", "--json"),
        ("mailbox", "list"),
    ):
        done = daemon.run(*command)
        said += done.stdout + done.stderr
    # a database URL with a password that does not answer
    url = f"postgresql+psycopg://gateway:{CANARIES['database']}@127.0.0.1:1/gateway"
    other = Daemon(folder / "other", settings={"database": {"url": url}})
    for command in (("check",), ("status",), ("doctor",), ("run",)):
        done = other.run(*command)
        said += done.stdout + done.stderr
    assert "mailbox" in said
    assert [name for name, secret in CANARIES.items() if secret in said] == []


def test_a80_a_secret_that_others_may_read_stops_the_start(folder: Path):
    secret = folder / "open-secret"
    secret.write_text("x")
    secret.chmod(0o644)
    box = {"name": "box", "host": "127.0.0.1", "port": 1, "tls": "none", "user": "u", "password": {"file": str(secret)}}
    done = Daemon(folder / "open", settings={"mailbox": [box]}).run("run")
    assert done.returncode == 1
    assert f"others may read {secret}; run: chmod o-rwx" in done.stderr


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ("x: !!python/object/apply:os.system ['touch owned']\n", "rules.yaml:"),
        ("operators:\n  anna: {name: A, addresses: [a@acme.example]}\n", "'operators' stands here a second time"),
        ("rules:\n  - {name: A, when: {hours: 12:30:00}, then: {tags: 012}}\n", "rules.yaml:"),
        ("# " + "x" * 1_100_000 + "\n", "rules.yaml"),
    ],
    ids=["a tag that calls", "a key twice", "numbers of YAML 1.1", "more than a megabyte"],
)
def test_a81_a_rules_file_that_tricks_its_reader_is_refused_with_its_line(folder: Path, wrong: str, said: str):
    daemon = Daemon(folder / f"yaml{len(list(folder.iterdir()))}", rules=RULES + wrong)
    done = daemon.run("check")
    told = done.stdout + done.stderr
    assert done.returncode == 1, told
    assert said in told
    assert "Traceback" not in told
    assert not (daemon.folder / "owned").exists()


def test_a81_a_wrong_file_leaves_the_running_rules_in_force_and_one_mail_tells(scene: Scene):
    def alarms() -> list[str]:
        return [mail.text for mail in scene.sink.to("root@acme.example") if "rules.yaml:12:4" in mail.text]

    scene.daemon.rules.write_text(RULES + "x: !!python/object/apply:os.system ['true']\n", "utf-8")
    for _ in range(3):
        scene.daemon.reload()
        time.sleep(0.3)  # three signals, not one
    eventually(alarms, 60, lambda: scene.daemon.log[-2000:])
    scene.opens("Reglerna gäller fortfarande.")
    scene.daemon.idle(60)
    assert len(alarms()) == 1, "told once, not at each try"
    scene.daemon.rules.write_text(RULES, "utf-8")
    scene.daemon.reload()
