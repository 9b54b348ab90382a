"""From settings to the options of each adapter: nothing else knows both."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Mapping
from datetime import timedelta
from pathlib import Path
from typing import Final

from gateway.inbound.options import SmtpLimits, SmtpOptions
from gateway.inbound.trust import Trust
from gateway.oauth.source import TokenSource
from gateway.outbound.dkim import DkimKey, sign
from gateway.outbound.pace import Rate
from gateway.outbound.transport import PROVIDER_TEMPORARY, Relay, SmarthostOptions
from gateway.settings import expiry
from gateway.settings.schema import ListenLmtp, ListenSmtp, Settings, Smarthost
from gateway.settings.values import Trust as TrustSetting
from gateway.work.deps import Habits

LEAST_FREE: Final = 1_000_000_000  # bytes


def smtp_options(listen: ListenSmtp, settings: Settings, sockets: Mapping[str, int]) -> SmtpOptions:
    """Return what the SMTP listener is told; a socket of the service manager named `smtp` comes first."""
    return SmtpOptions(
        listen.address,
        listen.port,
        fd=sockets.get("smtp"),
        hostname=settings.hostname,
        certificate=listen.tls.certificate if listen.tls else None,
        key=listen.tls.key if listen.tls else None,
        spool=_spool(settings),
        trust=trust(listen.trust),
        limits=SmtpLimits(max_size=listen.max_size),
    )


def lmtp_options(listen: ListenLmtp, settings: Settings, sockets: Mapping[str, int]) -> SmtpOptions:
    """Return what the LMTP listener is told."""
    return SmtpOptions(
        listen.address,
        listen.port,
        socket=listen.socket,
        fd=sockets.get("lmtp"),
        protocol="lmtp",
        hostname=settings.hostname,
        spool=_spool(settings),
        trust=trust(listen.trust),
        limits=SmtpLimits(max_size=listen.max_size),
    )


def has_room(folder: Path) -> bool:
    """Say whether mail may be taken: below 5 % or 1 GB free, whichever is less, clients are told 452 (R5)."""
    disk = shutil.disk_usage(folder)
    return disk.free > min(disk.total // 20, LEAST_FREE)


def _spool(settings: Settings) -> Path:
    folder = settings.paths.state / "spool"
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    return folder


def trust(setting: TrustSetting) -> Trust:
    """Return whose word counts."""
    match setting.kind:
        case "authserv":
            return Trust("authserv_id", setting.authserv_id or "", setting.relays)
        case "microsoft365" | "google" | "verify" as kind:
            return Trust(kind, relays=setting.relays)
        case _:
            return Trust()


def relay(smarthost: Smarthost, settings: Settings, source: TokenSource | None = None) -> Relay:
    """Return a smarthost as delivery uses it; `source` gives tokens instead of the password."""
    rate = smarthost.rate
    return Relay(
        SmarthostOptions(
            smarthost.name,
            smarthost.host,
            smarthost.port,
            smarthost.tls,
            smarthost.user,
            smarthost.password.reveal() if smarthost.password else None,
            source,
            smarthost.from_,
            smarthost.connections,
            Rate(rate.count, rate.per.total_seconds()) if rate else None,
            (*PROVIDER_TEMPORARY, *smarthost.temporary),
            settings.hostname,
            allow_plain=smarthost.allow_plain,
            refused=source.refuse if source else None,
        )
    )


def dkim_key(settings: Settings) -> DkimKey | None:
    """Return the key our mail is signed with, None where the smarthost signs."""
    dkim = settings.delivery.dkim
    return DkimKey(dkim.selector, dkim.domain, dkim.key.reveal().encode()) if dkim else None


def signer(settings: Settings) -> Callable[[str, bytes], bytes]:
    """Return what signs a mail as it leaves; ConfigurationError where the key does not."""
    key = dkim_key(settings)
    if key is None:
        return lambda _, raw: raw
    key.check("gateway.toml")
    return lambda sender, raw: sign(raw, key) if key.signs_for(sender) else raw


def habits(settings: Settings, worker: str) -> Habits:
    """Return the plain values the steps need."""
    delivery = settings.delivery
    return Habits(
        settings.hostname,
        settings.admin,
        delivery.retry_for,
        max(delivery.send_delay, timedelta(0)),
        delivery.attach_up_to,
        delivery.divert_to,
        frozenset(s.name for s in settings.smarthost if s.envelope == "verp"),
        worker,
        secrets=expiry.secrets(settings),
        secret_warnings=(*expiry.WARNINGS, -1),
        mailboxes=tuple(box.name for box in settings.mailbox) if settings.run.poll else (),
    )
