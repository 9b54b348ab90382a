"""The servers we speak to: each smarthost and mailbox is greeted with verified TLS and logged in to, then left."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from gateway.daemon import mailboxes, wiring
from gateway.daemon.doctor.finding import Finding
from gateway.daemon.tokens import StoredVault, Tokens
from gateway.errors import GatewayError
from gateway.inbound.imap.probe import probe
from gateway.outbound.session import NoSession, connect, leave
from gateway.settings import Settings
from gateway.store.engine import Store

_SECONDS = 10.0


def findings(settings: Settings, store: Store) -> Iterator[Finding]:
    """Greet each of them."""
    tokens = Tokens(settings, StoredVault(store))
    if not settings.smarthost:
        yield Finding("smarthost", "note", "there is none: nothing leaves", "a [[smarthost]] in gateway.toml")
    for host in settings.smarthost:
        relay = wiring.relay(host, settings, tokens.of(host))
        about = f"smarthost {host.name}"
        try:
            session = connect(replace(relay.options, timeout=_SECONDS))
        except NoSession as none:
            do = f"see that {host.host}:{host.port} answers, and its name, certificate and login"
            yield Finding(about, "wrong", none.outcome.text, do)
            continue
        offers = [name for name in ("starttls", "dsn", "smtputf8", "pipelining", "size") if session.has_extn(name)]
        leave(session)
        said = "logged in" if host.user else "greeted"
        yield Finding(about, "ok", f"{said}, {host.tls}; offers {', '.join(offers) or 'nothing'}")
    for box in settings.mailbox:
        options = replace(mailboxes.options(box, settings, tokens.of(box)), connect_timeout=_SECONDS)
        about = f"mailbox {box.name}"
        try:
            missing = probe(options)
        except GatewayError as error:
            do = f"see that {box.host}:{box.port} answers, and its name, certificate and login"
            yield Finding(about, "wrong", str(error), do)
            continue
        if missing:
            yield Finding(
                about, "wrong", f"no folder {', '.join(missing)}", f"correct `folders` of [[mailbox]] {box.name}"
            )
        else:
            yield Finding(about, "ok", f"logged in, {box.tls}; its folders are there")
