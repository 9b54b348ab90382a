"""Tokens from a real HTTP endpoint, taken by a real Dovecot and by an SMTP peer."""

from __future__ import annotations

import base64
import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from urllib.parse import parse_qs, urlsplit

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from imapclient.exceptions import LoginError

from gateway import clock
from gateway.errors import TryAgainError
from gateway.inbound.imap import MailboxPoller
from gateway.inbound.mailbox_options import MailboxOptions, Phase
from gateway.mail.received import Accepted, Received
from gateway.oauth.endpoint import TokenError, TokenRefusedError, post_form
from gateway.oauth.login import begin, come_back, keep, visit, wait
from gateway.oauth.registration import Registration
from gateway.oauth.source import TokenSource
from gateway.outbound.transport import Deferred, Relay, Sent, SmarthostOptions
from tests.support.certificates import self_signed
from tests.support.dovecot import Dovecot, token
from tests.support.sink import Sink
from tests.support.token_server import TokenServer
from tests.support.waiting import eventually


class Vault:
    """Refresh tokens in memory; `away` is a database that cannot be written."""

    def __init__(self, **tokens: str) -> None:
        self.tokens = tokens
        self.away = False
        self._lock = threading.Lock()

    @contextmanager
    def turn(self, name: str) -> Iterator[None]:
        with self._lock:
            yield

    def read(self, name: str) -> str | None:
        return self.tokens.get(name)

    def write(self, name: str, refresh_token: str) -> None:
        if self.away:
            raise TryAgainError("the database is away")
        self.tokens[name] = refresh_token


class Clock:
    def __init__(self) -> None:
        self.seconds = 1000.0

    def __call__(self) -> float:
        return self.seconds


class NoBook:
    """A mailbox nobody read before, all of it new."""

    def get(self, *_):
        return None

    def put(self, *_):
        pass

    def journalled(self, *_) -> set[int]:
        return set()


@pytest.fixture
def provider(user: str) -> Iterator[TokenServer]:
    with TokenServer(user) as server:
        yield server


def registered(provider: TokenServer, /, **changes) -> Registration:
    plain = Registration("m365", "custom", "client-1", f"{provider.url}/token", "mail", "secret", "geheim")
    return replace(plain, **changes)


def source(provider: TokenServer, vault: Vault | None = None, at: Clock | None = None, /, **changes) -> TokenSource:
    return TokenSource(registered(provider, **changes), vault or Vault(), clock=at or Clock())


def by_login(provider: TokenServer, vault: Vault, at: Clock | None = None) -> TokenSource:
    return source(provider, vault, at, flow="device", client_secret=None, device_url=f"{provider.url}/device")


def poller(dovecot: Dovecot, user: str, tokens: TokenSource, rows: list[Received]) -> MailboxPoller:
    options = MailboxOptions(
        "support", "127.0.0.1", dovecot.port, "none", user, token=tokens, refused=tokens.refuse, since=clock.now()
    )

    def accept(received: Received) -> Accepted:
        rows.append(received)
        return Accepted(len(rows))

    return MailboxPoller(options, accept, NoBook(), chance=lambda: 0.0)


# Taken by servers.


def test_a_token_fetched_with_a_secret_opens_the_mailbox(provider: TokenServer, dovecot: Dovecot, user: str, client):
    client.append("INBOX", b"From: karin@kund.example\r\nSubject: hej\r\n\r\nhej\r\n")
    rows: list[Received] = []
    tokens = source(provider)
    box = poller(dovecot, user, tokens, rows)
    assert box.poll_once() == 1
    assert box.poll_once() == 1, "the book of this test forgets"
    assert provider.asked == [
        {"grant_type": "client_credentials", "scope": "mail", "client_id": "client-1", "client_secret": "geheim"}
    ]


def test_a_token_that_died_early_is_fetched_anew_once(provider: TokenServer, dovecot: Dovecot, user: str):
    provider.answers.append((200, {}, {"access_token": token(user, -60), "expires_in": 3600}))
    tokens = source(provider)
    assert poller(dovecot, user, tokens, []).poll_once() == 0
    assert len(provider.asked) == 2


def test_a_token_that_is_refused_again_is_an_error_of_the_mailbox(provider: TokenServer, dovecot: Dovecot, user: str):
    provider.really_lives = -60
    with pytest.raises(LoginError):
        poller(dovecot, user, source(provider), []).poll_once()
    assert len(provider.asked) == 2


def test_a_running_mailbox_that_is_thrown_out_comes_back_with_a_token(
    provider: TokenServer, dovecot: Dovecot, user: str, client
):
    rows: list[Received] = []
    stop = threading.Event()
    box = MailboxPoller(
        replace(poller(dovecot, user, source(provider), rows)._options, since=None),
        lambda received: rows.append(received) or Accepted(len(rows)),
        RememberingBook(),
        stop=stop,
        chance=lambda: 0.0,
    )
    thread = threading.Thread(target=box.run)
    thread.start()
    try:
        eventually(lambda: box.state().phase is Phase.WAITING)
        dovecot.kick(user)
        with dovecot.client(user) as other:
            other.append("INBOX", b"From: karin@kund.example\r\nSubject: hej\r\n\r\nhej\r\n")
        eventually(lambda: len(rows) == 1, 30)
    finally:
        stop.set()
        thread.join(20)


class RememberingBook(NoBook):
    def __init__(self) -> None:
        self.page = None

    def get(self, *_):
        return self.page

    def put(self, mailbox, folder, uidvalidity, last_uid, now, scanning_to=None):
        class Page:
            first_connect, scanning = now, None

        self.page = Page()
        self.page.uidvalidity, self.page.last_uid, self.page.scanning_to = uidvalidity, last_uid, scanning_to


class Smarthost:
    """An SMTP peer that takes mail from whoever brings a token it likes (SASL XOAUTH2)."""

    def __init__(self, sink: Sink, user: str) -> None:
        self.good: set[str] = set()
        self.tried: list[str] = []
        self._asked = False
        sink.script = self.script
        self.user = user

    def script(self, verb: str, argument: str) -> str | None:
        match verb:
            case "AUTH":
                said = base64.b64decode(argument.removeprefix("XOAUTH2 ")).decode()
                assert said.startswith(f"user={self.user}\x01auth=Bearer ")
                assert said.endswith("\x01\x01")
                self.tried.append(said[len(f"user={self.user}\x01auth=Bearer ") : -2])
                self._asked = self.tried[-1] not in self.good
                refusal = base64.b64encode(b'{"status":"400"}').decode()
                return f"334 {refusal}" if self._asked else "235 2.7.0 in"
            case "" if self._asked:
                self._asked = False
                return "535 5.7.8 the token is not valid"
            case _:
                return None


def relay(sink: Sink, tokens: TokenSource) -> Relay:
    return Relay(
        SmarthostOptions(
            "out", "127.0.0.1", sink.port, "none", "support@acme.example", token=tokens, refused=tokens.refuse
        )
    )


RAW = b"From: support@acme.example\r\nSubject: hej\r\n\r\nhej\r\n"


def test_mailbox_and_smarthost_share_one_token(provider: TokenServer, dovecot: Dovecot, user: str):
    tokens = source(provider)
    poller(dovecot, user, tokens, []).poll_once()
    with Sink() as sink:
        peer = Smarthost(sink, "support@acme.example")
        peer.good = set(provider.issued)
        out = relay(sink, tokens)
        assert isinstance(out.send("support@acme.example", "karin@kund.example", RAW), Sent)
        out.close()
    assert len(provider.asked) == 1


def test_a_smarthost_that_refuses_a_token_is_offered_one_new_one(provider: TokenServer):
    tokens = source(provider)
    first = tokens()
    with Sink() as sink:
        peer = Smarthost(sink, "support@acme.example")
        out = relay(sink, tokens)
        provider.hold.set()
        refused = out.send("support@acme.example", "karin@kund.example", RAW)
        assert isinstance(refused, Deferred)
        assert refused.code == 535
        assert peer.tried == [first, provider.issued[1]]
        peer.good = {tokens()}
        assert isinstance(out.send("support@acme.example", "karin@kund.example", RAW), Sent)
        out.close()


def test_a_mail_waits_while_there_is_no_token(provider: TokenServer):
    provider.answers.append((500, {}, b"oops"))
    with Sink() as sink:
        out = relay(sink, source(provider))
        outcome = out.send("support@acme.example", "karin@kund.example", RAW)
        out.close()
    assert isinstance(outcome, Deferred)
    assert "no token" in outcome.text
    assert "geheim" not in outcome.text


# Kept fresh.


def test_a_token_is_renewed_before_it_dies_and_not_sooner(provider: TokenServer):
    at = Clock()
    tokens = source(provider, None, at)
    first = tokens()
    at.seconds += 3600 - 301
    assert tokens() == first
    at.seconds += 2
    assert tokens() != first
    assert len(provider.asked) == 2


def test_a_short_lived_token_is_renewed_in_its_last_third(provider: TokenServer):
    provider.lives = 60
    at = Clock()
    tokens = source(provider, None, at)
    first = tokens()
    at.seconds += 39
    assert tokens() == first
    at.seconds += 2
    assert tokens() != first


def test_while_one_thread_renews_the_others_go_on_with_the_old_token(provider: TokenServer):
    at = Clock()
    tokens = source(provider, None, at)
    first = tokens()
    at.seconds += 3400
    provider.hold.clear()
    fresh: list[str] = []
    thread = threading.Thread(target=lambda: fresh.append(tokens()))
    thread.start()
    eventually(lambda: len(provider.asked) == 2)
    assert tokens() == first
    provider.hold.set()
    thread.join(20)
    assert fresh == [provider.issued[1]]
    assert tokens() == fresh[0]
    assert len(provider.asked) == 2


def test_threads_that_ask_at_once_fetch_one_token(provider: TokenServer):
    tokens = source(provider)
    found: list[str] = []
    threads = [threading.Thread(target=lambda: found.append(tokens())) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(20)
    assert found == [provider.issued[0]] * 8
    assert len(provider.asked) == 1


def test_a_token_refused_by_a_slow_server_does_not_take_the_new_one_away(provider: TokenServer):
    tokens = source(provider)
    old = tokens()
    tokens.refuse(old)
    new = tokens()
    tokens.refuse(old)
    assert tokens() == new


def test_a_refresh_token_that_rotates_is_used_once_and_the_next_one_kept(provider: TokenServer):
    vault, at = Vault(m365="r0"), Clock()
    tokens = by_login(provider, vault, at)
    tokens()
    assert vault.tokens == {"m365": "r1"}
    at.seconds += 3600
    tokens()
    assert vault.tokens == {"m365": "r2"}
    assert [form["refresh_token"] for form in provider.asked] == ["r0", "r1"]


def test_a_refresh_token_that_cannot_be_kept_lets_no_token_out_and_is_not_lost(provider: TokenServer):
    vault, at = Vault(m365="r0"), Clock()
    tokens = by_login(provider, vault, at)
    vault.away = True
    with pytest.raises(TokenError, match="could not be kept"):
        tokens()
    assert vault.tokens == {"m365": "r0"}
    at.seconds += 6
    with pytest.raises(TokenError, match="could not be kept"):
        tokens()
    assert len(provider.asked) == 1, "r0 is void: it is not used again"
    vault.away = False
    at.seconds += 60
    assert tokens() == provider.issued[1]
    assert [form["refresh_token"] for form in provider.asked] == ["r0", "r1"]
    assert vault.tokens == {"m365": "r2"}


def test_two_processes_with_one_login_do_not_take_each_others_token(provider: TokenServer):
    vault = Vault(m365="r0")
    found: list[str] = []
    threads = [threading.Thread(target=lambda: found.append(by_login(provider, vault)())) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(20)
    assert len(set(found)) == 6
    assert vault.tokens == {"m365": "r6"}


def test_nobody_logged_in_is_said_with_what_to_do(provider: TokenServer):
    with pytest.raises(TokenRefusedError, match="gateway mailbox login m365"):
        by_login(provider, Vault())()
    assert provider.asked == []


# Trouble.


def test_a_login_that_ran_out_is_said_and_not_asked_again_and_again(provider: TokenServer):
    at = Clock()
    tokens = by_login(provider, Vault(m365="stolen"), at)
    for _ in range(3):
        with pytest.raises(TokenRefusedError, match=r"invalid_grant.*log in again: gateway mailbox login m365"):
            tokens()
    assert len(provider.asked) == 1
    at.seconds += 301
    with pytest.raises(TokenRefusedError):
        tokens()
    assert len(provider.asked) == 2


def test_a_provider_that_is_in_trouble_is_asked_less_and_less(provider: TokenServer):
    at = Clock()
    tokens = source(provider, None, at)
    provider.answers += [(503, {}, b"<html>"), (500, {}, {"error": "server_error"})]
    for pause in (5, 15):
        with pytest.raises(TokenError, match=r"50[03]"):
            tokens()
        at.seconds += pause - 1
        with pytest.raises(TokenError):
            tokens()
        at.seconds += 2
    assert tokens() == provider.issued[0]
    assert len(provider.asked) == 3


def test_the_wait_a_provider_asks_for_is_kept(provider: TokenServer):
    at = Clock()
    tokens = source(provider, None, at)
    provider.answers.append((429, {"Retry-After": "120"}, {"error": "temporarily_unavailable"}))
    with pytest.raises(TokenError, match="429"):
        tokens()
    at.seconds += 119
    with pytest.raises(TokenError, match="429"):
        tokens()
    assert len(provider.asked) == 1
    at.seconds += 2
    assert tokens()


def test_an_old_token_is_used_while_the_provider_is_away(provider: TokenServer):
    at = Clock()
    tokens = source(provider, None, at)
    first = tokens()
    at.seconds += 3400
    provider.answers.append((500, {}, {}))
    assert tokens() == first
    assert tokens() == first
    assert len(provider.asked) == 2
    at.seconds += 6
    assert tokens() != first


def test_a_secret_that_ran_out_is_for_a_person(provider: TokenServer):
    why = "AADSTS7000222: The provided client secret keys for app 'x' are expired."
    provider.answers.append((401, {}, {"error": "invalid_client", "error_description": why}))
    with pytest.raises(TokenRefusedError, match="AADSTS7000222") as told:
        source(provider)()
    assert "geheim" not in str(told.value)


@pytest.mark.parametrize("answer", [(200, {}, b"not json"), (200, {}, []), (200, {}, {"token_type": "Bearer"})])
def test_an_answer_without_a_token_is_trouble(provider: TokenServer, answer):
    provider.answers.append(answer)
    with pytest.raises(TokenError):
        source(provider)()


def test_a_redirect_does_not_carry_the_secret_elsewhere(provider: TokenServer):
    with TokenServer("u0") as elsewhere:
        provider.answers.append((307, {"Location": f"{elsewhere.url}/token"}, {}))
        with pytest.raises(TokenError, match="307"):
            source(provider)()
        assert elsewhere.asked == []


def test_a_secret_is_not_sent_without_tls_beyond_this_machine():
    far = Registration("m", "custom", "c", "http://login.example/token", "s", "secret", "geheim")
    with pytest.raises(TokenError, match="not https"):
        TokenSource(far, Vault())()


def test_a_provider_that_is_away_is_trouble_of_its_own():
    gone = Registration("m", "custom", "c", "http://127.0.0.1:1/token", "s", "secret", "geheim")
    with pytest.raises(TokenError, match=r"127\.0\.0\.1"):
        TokenSource(gone, Vault())()


# Keys instead of secrets.


@pytest.fixture(scope="module")
def key() -> rsa.RSAPrivateKey:
    return rsa.generate_private_key(public_exponent=65537, key_size=2048)


def pem(key: rsa.RSAPrivateKey) -> str:
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()


def opened(assertion: str, key: rsa.RSAPrivateKey) -> tuple[dict, dict]:
    """Verify a JWT and return header and claims."""
    head, body, signature = assertion.split(".")
    padded = [part + "=" * (-len(part) % 4) for part in (head, body, signature)]
    key.public_key().verify(
        base64.urlsafe_b64decode(padded[2]), f"{head}.{body}".encode(), padding.PKCS1v15(), SHA256()
    )
    return json.loads(base64.urlsafe_b64decode(padded[0])), json.loads(base64.urlsafe_b64decode(padded[1]))


def test_a_certificate_signs_an_assertion_instead_of_a_secret(provider: TokenServer, key: rsa.RSAPrivateKey):
    assert source(provider, flow="certificate", client_secret=None, certificate=pem(key))()
    (form,) = provider.asked
    assert form["client_assertion_type"] == "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
    assert "client_secret" not in form
    head, claims = opened(form["client_assertion"], key)
    assert head["alg"] == "RS256"
    assert (claims["iss"], claims["sub"], claims["aud"]) == ("client-1", "client-1", f"{provider.url}/token")
    assert claims["nbf"] <= claims["iat"] < claims["exp"] <= claims["iat"] + 600


def test_the_assertion_names_the_certificate_as_microsoft_wants_it(provider: TokenServer, key, tmp_path):
    made = self_signed(tmp_path)
    chain = made.chain.read_text()
    source(provider, flow="certificate", client_secret=None, certificate=pem(key) + chain)()
    head, _ = opened(provider.asked[0]["client_assertion"], key)
    der = x509.load_pem_x509_certificate(chain.encode()).public_bytes(Encoding.DER)
    import hashlib

    assert base64.urlsafe_b64decode(head["x5t"] + "==")[:20] == hashlib.sha1(der).digest()
    assert base64.urlsafe_b64decode(head["x5t#S256"] + "==")[:32] == hashlib.sha256(der).digest()


def test_a_google_service_account_speaks_for_the_mailbox(provider: TokenServer, key: rsa.RSAPrivateKey):
    account = {"client_email": "gw@project.example", "private_key": pem(key), "private_key_id": "k1"}
    source(
        provider, provider="google", flow="certificate", client_secret=None, certificate=json.dumps(account),
        scope="https://mail.google.com/", user="support@acme.example",
    )()  # fmt: skip
    (form,) = provider.asked
    assert form["grant_type"] == "urn:ietf:params:oauth:grant-type:jwt-bearer"
    head, claims = opened(form["assertion"], key)
    assert head["kid"] == "k1"
    assert (claims["iss"], claims["sub"]) == ("gw@project.example", "support@acme.example")
    assert claims["scope"] == "https://mail.google.com/"


@pytest.mark.parametrize("certificate", ["no key", '{"client_email": "x"}', "{"])
def test_a_key_that_cannot_be_read_is_said(provider: TokenServer, certificate: str):
    google = "google" if certificate.startswith("{") else "custom"
    with pytest.raises(TokenRefusedError, match="certificate"):
        source(provider, provider=google, flow="certificate", certificate=certificate)()


# A person lets it in.


def test_a_person_types_a_code_and_the_gateway_is_in(provider: TokenServer, dovecot: Dovecot, user: str):
    vault = Vault()
    tokens = by_login(provider, vault)
    code = begin(tokens.registration, post_form)
    assert (code.user_code, code.url) == ("ABCD-EFGH", f"{provider.url}/type")
    pending = (400, {}, {"error": "authorization_pending"})
    provider.answers += [pending, (400, {}, {"error": "slow_down"}), (503, {}, b""), pending]
    pauses: list[float] = []
    granted = wait(tokens.registration, code, post_form, clock.now, pauses.append)
    assert pauses == [0.05, 0.05, 5.05, 5.05, 5.05]
    keep(tokens.registration, granted, vault)
    assert vault.tokens == {"m365": "r1"}
    assert poller(dovecot, user, tokens, []).poll_once() == 0


@pytest.mark.parametrize("said", ["access_denied", "expired_token"])
def test_a_person_says_no_or_comes_too_late(provider: TokenServer, said: str):
    registration = by_login(provider, Vault()).registration
    code = begin(registration, post_form)
    provider.answers.append((400, {}, {"error": said}))
    with pytest.raises(TokenRefusedError, match=said):
        wait(registration, code, post_form, clock.now, lambda _: None)


def test_a_code_that_nobody_types_ends(provider: TokenServer):
    registration = by_login(provider, Vault()).registration
    code = replace(begin(registration, post_form), interval=30.0, lives=90.0)
    provider.answers += [(400, {}, {"error": "authorization_pending"})] * 3
    with pytest.raises(TokenRefusedError, match="ran out"):
        wait(registration, code, post_form, clock.now, lambda _: None)
    assert len(provider.asked) == 4


def test_a_browsers_last_address_lets_the_gateway_in_at_google(provider: TokenServer):
    vault = Vault()
    tokens = source(
        provider, vault, provider="google", user="support@acme.example", authorize_url="https://accounts.example/auth"
    )
    errand = visit(tokens.registration)
    asked = parse_qs(urlsplit(errand.url).query)
    assert asked["code_challenge_method"] == ["S256"]
    assert asked["access_type"] == ["offline"]
    address = f"http://127.0.0.1/?state={asked['state'][0]}&code=c1&scope=x\n"
    granted = come_back(tokens.registration, errand, address, post_form, clock.now())
    keep(tokens.registration, granted, vault)
    assert vault.tokens == {"m365/support@acme.example": "r1"}
    assert provider.asked[0]["code"] == "c1"
    assert 43 <= len(provider.asked[0]["code_verifier"]) <= 128
    assert tokens() == provider.issued[1]


@pytest.mark.parametrize(
    "address", ["", "http://127.0.0.1/?code=c1&state=another", "http://127.0.0.1/?error=access_denied"]
)
def test_an_address_of_another_login_is_refused(provider: TokenServer, address: str):
    registration = registered(provider, provider="google", authorize_url="https://accounts.example/auth")
    with pytest.raises(TokenRefusedError):
        come_back(registration, visit(registration), address, post_form, clock.now())
    assert provider.asked == []


def test_a_login_without_a_refresh_token_is_not_kept(provider: TokenServer):
    registration = by_login(provider, Vault()).registration
    provider.answers.append((200, {}, {"access_token": "a", "expires_in": "3600"}))
    code = replace(begin_quietly(), interval=0.0)
    granted = wait(registration, code, post_form, clock.now, lambda _: None)
    with pytest.raises(TokenError, match="no refresh token"):
        keep(registration, granted, Vault())


def begin_quietly():
    from gateway.oauth.login import DeviceCode

    return DeviceCode("A", "u", "d1", 1.0, 60.0)
