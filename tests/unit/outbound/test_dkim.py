"""Signing with our own key, and checking a signature ourselves."""

from __future__ import annotations

import subprocess

import pytest

dkim = pytest.importorskip("dkim")

from gateway.errors import ConfigurationError  # noqa: E402
from gateway.inbound.proof import judge  # noqa: E402
from gateway.inbound.signature import verify  # noqa: E402
from gateway.inbound.trust import Trust  # noqa: E402
from gateway.mail.proof import Proof, Verdict  # noqa: E402
from gateway.outbound.dkim import DkimKey, sign  # noqa: E402

MAIL = b"From: Desk <desk@acme.example>\r\nTo: karin@kund.example\r\nSubject: hej\r\n\r\nhej\r\n"


def openssl(*arguments: str, given: bytes = b"") -> bytes:
    return subprocess.run(["openssl", *arguments], input=given, capture_output=True, check=True).stdout


@pytest.fixture(scope="module")
def key() -> DkimKey:
    return DkimKey("s1", "acme.example", openssl("genrsa", "-traditional", "2048"))


@pytest.fixture(scope="module")
def dns(key: DkimKey):
    public = openssl("rsa", "-pubout", given=key.pem).splitlines()
    record = b"v=DKIM1; k=rsa; p=" + b"".join(public[1:-1])
    return lambda name, timeout=5: record if name == b"s1._domainkey.acme.example." else None


def test_a_signed_mail_verifies_and_is_otherwise_unchanged(key: DkimKey, dns) -> None:
    signed = sign(MAIL, key)
    assert signed.endswith(MAIL)
    proof = verify(signed, dns)
    assert (proof.verdict, proof.method, proof.domain) == (Verdict.PASS, "dkim", "acme.example")


@pytest.mark.parametrize(
    "changed",
    [
        lambda raw: raw + b"#close\r\n",
        lambda raw: raw.replace(b"Subject: hej", b"Subject: nej"),
        lambda raw: raw.replace(b"To: karin@", b"To: mallory@"),
        lambda raw: b"From: op@acme.example\r\n" + raw,
        lambda raw: b"Subject: other\r\n" + raw,
        lambda raw: b"Reply-To: mallory@evil.example\r\n" + raw,
        lambda raw: raw.replace(b"d=acme.example", b"d=evil.example"),
        lambda raw: raw.replace(b"; s=s1", b"; l=3; s=s1"),
    ],
)
def test_what_was_changed_on_the_way_proves_nothing(key: DkimKey, dns, changed) -> None:
    signed = sign(MAIL, key)
    assert changed(signed) != signed
    assert verify(changed(signed), dns) == Proof()


def test_a_strangers_signature_proves_nothing_of_another_domain(key: DkimKey, dns) -> None:
    assert verify(sign(MAIL.replace(b"desk@acme.example", b"op@corp.example"), key), dns) == Proof()


def test_a_body_length_never_counts_even_where_it_verifies(key: DkimKey, dns) -> None:
    signature = dkim.sign(MAIL, b"s1", b"acme.example", key.pem, length=True)
    assert dkim.DKIM(signature + MAIL + b"#close\r\n").verify(dnsfunc=dns)
    assert verify(signature + MAIL + b"#close\r\n", dns) == Proof()


@pytest.mark.parametrize("raw", [b"", MAIL, b"DKIM-Signature: v=1; d=acme.example; b=\xff\r\n" + MAIL])
def test_anything_can_be_checked(raw: bytes) -> None:
    assert judge(raw, Trust("verify"), "203.0.113.9") == Proof()


def test_a_key_is_checked_before_it_is_used(key: DkimKey) -> None:
    key.check("gateway.toml")
    assert "PRIVATE" not in repr(key)
    with pytest.raises(ConfigurationError, match="does not sign"):
        DkimKey("s1", "acme.example", b"no key").check("gateway.toml")
