"""What the harness writes for the daemon must be what it means."""

from __future__ import annotations

import tomllib
from datetime import date
from email import message_from_bytes, policy
from pathlib import Path

from tests.support import letters
from tests.support.daemon import Daemon
from tests.support.toml import merged, toml


def test_settings_come_back_from_toml_as_they_were():
    settings = {
        "admin": ["root@acme.example"],
        "listen": {"smtp": {"port": 0, "trust": {"relays": ["127.0.0.1"]}}},
        "smarthost": [{"name": "a", "rate": "25/min"}, {"name": 'å\n"', "connections": 2}],
        "oauth": {"m365": {"secret_expires": date(2027, 10, 1)}},
        "web": {"enabled": False},
    }
    assert tomllib.loads(toml(settings)) == settings


def test_settings_are_laid_over_table_by_table():
    assert merged({"a": {"b": 1, "c": 2}, "d": 3}, {"a": {"c": 4}, "d": None}) == {"a": {"b": 1, "c": 4}}


def test_the_configuration_of_a_test_holds_its_own_settings(tmp_path: Path):
    daemon = Daemon(tmp_path, settings={"run": {"work": 1}, "listen": {"smtp": {"max_size": "1MB"}}})
    written = tomllib.loads(daemon.config.read_text())
    assert written["run"] == {"work": 1}
    assert written["listen"]["smtp"]["max_size"] == "1MB"
    assert written["listen"]["smtp"]["port"] == 0


def test_a_reply_threads_quotes_and_goes_to_the_reply_address():
    ours = letters.plain(
        "Re: [ACME-1] Skrivaren",
        "Hej!\nVilken skrivare?\n",
        sender="ACME <support@acme.example>",
        Reply_To="support+x@acme.example",
    )
    for client in ("outlook", "gmail", "apple", "plain"):
        mail = message_from_bytes(
            letters.reply(ours, "Den röda.", sender=letters.CUSTOMER, client=client), policy=policy.default
        )
        words = mail.get_body(("plain",)).get_content().replace("\r\n", "\n")
        assert mail["To"] == "support+x@acme.example"
        assert mail["In-Reply-To"] == message_from_bytes(ours)["Message-ID"]
        assert words.startswith("Den röda.\n")
        assert "Vilken skrivare?" in words


def test_a_bounce_names_the_recipient_and_carries_the_headers():
    ours = letters.plain("Re: [ACME-1] Skrivaren", "Hej!\n", sender="ACME <support@acme.example>")
    report = message_from_bytes(
        letters.bounce(ours, "karin@umbrella.example", to="support+b-x@acme.example"), policy=policy.default
    )
    words, state, original = report.iter_parts()
    assert report.get_content_type() == "multipart/report"
    assert "karin@umbrella.example" in words.get_content()
    assert state.get_payload()[1]["Status"] == "5.1.1"
    assert message_from_bytes(ours)["Message-ID"] in original.as_string()
