"""A pipe of an MTA: whatever stops us, the mail stays in its queue."""

from __future__ import annotations

import io
from pathlib import Path

import pytest

from gateway.cli.receive import receive
from gateway.errors import TryAgainError
from gateway.inbound.pipe import TooLargeError


def test_a_mail_is_kept_by_the_mta_while_gateway_toml_has_a_mistake(tmp_path):
    broken = tmp_path / "gateway.toml"
    broken.write_text("admin = ", "utf-8")
    with pytest.raises(TryAgainError, match="this is not TOML"):
        receive(broken, "", ("support@acme.example",))


def test_a_mail_is_kept_by_the_mta_where_gateway_toml_is_missing(tmp_path):
    with pytest.raises(TryAgainError, match="cannot be read"):
        receive(tmp_path / "gateway.toml", "", ("support@acme.example",))


def test_a_mail_is_kept_by_the_mta_where_the_state_folder_cannot_be_made(tmp_path, monkeypatch):
    config = _state_under_a_file(tmp_path)
    with (tmp_path / "mail.eml").open("rb") as mail:
        monkeypatch.setattr("sys.stdin", _Stdin(mail))
        with pytest.raises(TryAgainError, match=r"\[paths\] state: .*name a folder this user may write to"):
            receive(config, "", ("support@acme.example",))


def test_a_mail_that_is_too_large_goes_back_to_its_sender(tmp_path, monkeypatch):
    config = tmp_path / "gateway.toml"
    config.write_text('[paths]\nstate = "state"\n', "utf-8")
    monkeypatch.setattr("sys.stdin", _Stdin(io.BytesIO(b"Subject: Hej\r\n\r\n" + bytes(35_000_000))))
    with pytest.raises(TooLargeError, match="larger than 35000000 bytes"):
        receive(config, "", ("support@acme.example",))


class _Stdin:
    def __init__(self, buffer: object) -> None:
        self.buffer = buffer


def _state_under_a_file(folder: Path) -> Path:
    (folder / "mail.eml").write_bytes(b"Subject: Hej\r\n\r\nHej\r\n")
    (folder / "taken").write_text("no folder", "utf-8")
    config = folder / "gateway.toml"
    config.write_text('[paths]\nstate = "taken/state"\n', "utf-8")
    return config
