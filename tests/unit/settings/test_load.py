from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path

import pytest

from gateway.errors import ConfigurationError
from gateway.settings import Rate, effective, load, read_rules, shipped
from gateway.settings.values import After, Trust

WHOLE = (Path(__file__).parent / "whole.toml").read_text(encoding="utf-8")
SECRETS = {
    "IMAP_PASSWORD": "canary-imap",
    "SMTP_PASSWORD": "canary-smtp",
    "CLIENT_SECRET": "canary-oauth",
    "DKIM_KEY": "canary-dkim",
    "FORM_SECRET": "canary-form",
}


def test_every_key_of_the_interface_is_read(settings):
    got = settings(WHOLE, **SECRETS)
    assert got.admin == ("root@acme.example",)
    assert got.listen.smtp.max_size == 35_000_000
    assert got.listen.smtp.trust == Trust("authserv", "mx.acme.example", ("127.0.0.1",))
    assert got.oauth["m365"].secret_expires == date(2027, 10, 1)
    (mailbox,) = got.mailbox
    assert (mailbox.after, mailbox.poll, mailbox.since) == (
        After("move", "Processed"),
        timedelta(minutes=1),
        date(2026, 11, 1),
    )
    assert mailbox.trust == Trust("microsoft365")
    assert mailbox.password.reveal() == "canary-imap"
    (smarthost,) = got.smarthost
    assert smarthost.from_ == ("support@acme.example",)
    assert smarthost.rate == Rate(25, timedelta(minutes=1))
    assert smarthost.temporary == ("554 5.2.0", "432")
    assert (got.delivery.retry_for, got.delivery.attach_up_to) == (timedelta(days=5), 8_000_000)
    assert got.intake.keys[0].secret.reveal() == "canary-form"
    assert got.web.base_url == "https://tickets.acme.example"
    assert got.run.work == 2


def test_no_secret_shows_up_in_anything_printed(settings):
    got = settings(WHOLE, GATEWAY_DATABASE__URL="postgresql+psycopg://gateway:canary-db@db/gateway", **SECRETS)
    for shown in (effective(got), repr(got), str(got), repr(got.mailbox), repr(got.database)):
        assert "canary" not in shown
    assert 'database.url = "postgresql+psycopg://gateway:***@db/gateway"' in effective(got)
    assert "mailbox.support.password = *** (environment IMAP_PASSWORD)" in effective(got)


def test_an_empty_file_has_every_default(settings, tmp_path):
    got = settings("")
    assert got.database.url == f"sqlite:///{tmp_path}/state/gateway.db"
    assert got.paths.rules == shipped() / "rules.yaml"
    assert got.hostname
    assert (got.listen.smtp, got.metrics, got.sms, got.mailbox, got.smarthost) == (None, None, None, (), ())
    assert got.delivery.divert_to == ""
    assert got.log.format == "text"


def test_files_beside_gateway_toml_win_over_shipped_ones(settings, tmp_path):
    (tmp_path / "rules.yaml").write_text("desks: {}")
    (tmp_path / "branding").mkdir()
    got = settings("")
    assert got.paths.rules == tmp_path / "rules.yaml"
    assert got.paths.branding == tmp_path / "branding"
    assert got.paths.templates == shipped() / "templates/mail"


def test_relative_paths_are_relative_to_the_file(settings, tmp_path):
    (tmp_path / "my.yaml").write_text("")
    got = settings(
        '[paths]\nstate = "var"\nrules = "my.yaml"\n[listen.lmtp]\nsocket = "lmtp.sock"\n[listen.smtp]\ntls = {certificate = "a.pem", key = "b.pem"}'
    )
    assert got.paths.state == tmp_path / "var"
    assert got.paths.rules == tmp_path / "my.yaml"
    assert got.listen.lmtp.socket == tmp_path / "lmtp.sock"
    assert got.listen.smtp.tls.key == tmp_path / "b.pem"


def test_the_environment_stands_over_the_file(settings):
    got = settings(
        '[listen.smtp]\nport = 25\n[log]\nlevel = "info"',
        GATEWAY_LISTEN__SMTP__PORT="0",
        GATEWAY_LOG__LEVEL="debug",
        GATEWAY_ADMIN='["a@b.example"]',
        GATEWAY_RUN__POLL="false",
        GATEWAY_SMARTHOST='[{"name": "relay", "host": "127.0.0.1", "tls": "none"}]',
    )
    assert (got.listen.smtp.port, got.log.level, got.admin, got.run.poll) == (0, "debug", ("a@b.example",), False)
    assert got.smarthost[0].port == 25


def test_a_mistake_in_the_environment_names_the_variable(mistakes):
    assert mistakes("", GATEWAY_LOG__LEVEL="loud") == [
        "GATEWAY_LOG__LEVEL: `level` is one of 'debug', 'info', 'warning', 'error'"
    ]
    assert mistakes("", GATEWAY_DATABSE__URL="x") == [
        "GATEWAY_DATABSE__URL: unknown key 'databse'; did you mean 'database'?"
    ]


def test_variables_that_hold_secrets_are_no_settings(settings):
    text = '[[mailbox]]\nname = "a"\nhost = "h.example"\nuser = "u"\npassword = {env = "GATEWAY_IMAP"}'
    assert settings(text, GATEWAY_IMAP="canary").mailbox[0].password.reveal() == "canary"


def test_a_secret_file_is_read_without_its_last_newline(settings, tmp_path):
    (tmp_path / "secret").write_text("pass word\n")
    (tmp_path / "secret").chmod(0o640)
    got = settings('[[mailbox]]\nname = "a"\nhost = "h.example"\nuser = "u"\npassword = {file = "secret"}')
    assert got.mailbox[0].password.reveal() == "pass word"


@pytest.mark.parametrize("mode", [0o644, 0o604, 0o666])
def test_a_secret_file_that_others_may_read_is_refused(mistakes, tmp_path, mode):
    (tmp_path / "secret").write_text("canary")
    (tmp_path / "secret").chmod(mode)
    (message,) = mistakes('[[mailbox]]\nname = "a"\nhost = "h.example"\nuser = "u"\npassword = {file = "secret"}')
    assert message == "gateway.toml:5:1: others may read secret; run: chmod o-rwx secret"
    assert "canary" not in message


@pytest.mark.parametrize("host", ["localhost", "127.0.0.1", "127.9.9.9", "::1"])
def test_plain_text_is_fine_on_loopback(settings, host):
    got = settings(f'[[smarthost]]\nname = "a"\nhost = "{host}"\ntls = "none"')
    assert got.smarthost[0].tls == "none"


@pytest.mark.parametrize("host", ["relay.acme.example", "10.0.0.1", "0.0.0.0", "localhost.acme.example"])
def test_plain_text_over_a_network_is_refused_unless_allowed(settings, mistakes, host):
    text = f'[[smarthost]]\nname = "a"\nhost = "{host}"\ntls = "none"\n'
    assert mistakes(text) == [
        'gateway.toml:4:1: plain text over a network; use "tls" or "starttls", or set allow_plain = true'
    ]
    assert settings(text + "allow_plain = true").smarthost[0].allow_plain


@pytest.mark.parametrize(
    ("part", "tls", "port"),
    [("mailbox", "tls", 993), ("mailbox", "starttls", 143), ("smarthost", "tls", 465), ("smarthost", "starttls", 587)],
)
def test_the_port_follows_from_tls(settings, part, tls, port):
    text = f'[[{part}]]\nname = "a"\nhost = "h.example"\nuser = "u"\npassword = {{env = "P"}}\ntls = "{tls}"'
    (entry,) = getattr(settings(text, P="x"), part)
    assert entry.port == port


def test_gateway_config_names_the_file(tmp_path):
    file = tmp_path / "other.toml"
    file.write_text('hostname = "named.example"')
    assert load(None, {"GATEWAY_CONFIG": str(file), "HOME": "/x"}).hostname == "named.example"


def test_a_file_that_is_named_but_missing_is_told(tmp_path):
    with pytest.raises(ConfigurationError, match="cannot be read"):
        load(tmp_path / "gone.toml", {})


def test_without_a_file_the_embedded_default_listens_on_loopback(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    got = load(None, {"STATE_DIRECTORY": str(tmp_path)})
    assert (got.listen.smtp.address, got.listen.smtp.port) == ("127.0.0.1", 2525)
    assert got.database.url == f"sqlite:///{tmp_path}/gateway.db"


def test_rules_are_read_with_the_files_they_ask_for_and_no_others(tmp_path):
    (tmp_path / "desks").mkdir()
    for name in ("rules.yaml", "desks/a.yaml", "desks/b.yaml", "desks/c.txt"):
        (tmp_path / name).write_text(name)
    (tmp_path.parent / "outside.yaml").write_text("secret")
    files = read_rules(
        tmp_path / "rules.yaml", lambda _: ("desks/*.yaml", "gone.yaml", "../outside.yaml", "/etc/passwd")
    )
    assert files == {"rules.yaml": "rules.yaml", "desks/a.yaml": "desks/a.yaml", "desks/b.yaml": "desks/b.yaml"}


def test_rules_that_are_not_utf8_are_told(tmp_path):
    (tmp_path / "rules.yaml").write_bytes("Åkesson".encode("latin-1"))
    with pytest.raises(ConfigurationError, match="save it as UTF-8"):
        read_rules(tmp_path / "rules.yaml", lambda _: ())
