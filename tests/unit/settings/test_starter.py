from __future__ import annotations

import re
from datetime import UTC, datetime

from gateway.policy.load import load as load_rules
from gateway.rules.examples import check_examples
from gateway.settings import load
from gateway.settings.starter import starter_files


def test_the_starter_works_as_it_is(tmp_path):
    for name, text in starter_files().items():
        (tmp_path / name).write_text(text, encoding="utf-8")
    settings = load(tmp_path / "gateway.toml", {"STATE_DIRECTORY": str(tmp_path)})
    assert settings.paths.rules == tmp_path / "rules.yaml"
    assert settings.listen.smtp.port == 2525
    assert settings.smarthost[0].tls == "none"


def test_every_commented_line_of_the_starter_is_right(tmp_path):
    text = re.sub(r"^# (?=[\w\[]+( =|\.|\]))", "", starter_files()["gateway.toml"], flags=re.MULTILINE)
    (tmp_path / "gateway.toml").write_text(text, encoding="utf-8")
    for name in ("imap-password", "smtp-password"):
        (tmp_path / name).write_text("secret")
        (tmp_path / name).chmod(0o600)
    (tmp_path / "templates" / "mail").mkdir(parents=True)
    (tmp_path / "branding").mkdir()
    (tmp_path / "rules.yaml").write_text("")
    settings = load(tmp_path / "gateway.toml", {})
    assert settings.hostname == "tickets.acme.example"
    assert settings.mailbox[0].folders == ("INBOX",)
    assert settings.smarthost[0].envelope == "verp"


def test_the_shipped_rules_load_and_use_nothing_unfinished():
    from gateway.policy.later import later

    policy = load_rules({"rules.yaml": starter_files()["rules.yaml"]})
    assert policy.desks["acme"].addresses == ("support@acme.example",)
    assert later(policy) == []
    assert all(rule.examples for rule in policy.rules if "received" not in rule.events)


def test_every_example_of_the_shipped_rules_comes_out_as_it_says():
    policy = load_rules({"rules.yaml": starter_files()["rules.yaml"]})
    assert sum(len(rule.examples) for rule in policy.rules) >= 5
    assert check_examples(policy, datetime(2026, 3, 2, 9, tzinfo=UTC)) == []
