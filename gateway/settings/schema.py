"""The shape of gateway.toml: every key with its default; attribute names are the keys, `from` is `from_`."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from functools import partial
from pathlib import Path
from typing import Annotated, Literal

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, StrictBool, StrictInt, StrictStr

from gateway.settings import values
from gateway.settings.values import After, Rate, Secret, Trust

Span = Annotated[timedelta, BeforeValidator(values.duration)]
Size = Annotated[int, BeforeValidator(values.size)]
Port = Annotated[StrictInt, Field(ge=0, le=65535)]  # 0: a free one, for tests and the demo
Count = Annotated[StrictInt, Field(ge=0, le=64)]
Line = Annotated[StrictStr, AfterValidator(values.one_line)]
Name = Annotated[StrictStr, Field(pattern=r"^[a-z0-9][a-z0-9._-]{0,63}$")]
Tls = Literal["tls", "starttls", "none"]
ListenTrust = Annotated[Trust, BeforeValidator(partial(values.trust, words=("none", "verify")))]
MailboxTrust = Annotated[Trust, BeforeValidator(partial(values.trust, words=("microsoft365", "google", "none")))]

MINUTE = timedelta(minutes=1)


class Section(BaseModel):
    """A table of gateway.toml: frozen, an unknown key is an error, no value shows up in an exception."""

    # defer_build: built once, with the whole, when the file is read; each class on its own makes a start slower
    model_config = ConfigDict(
        frozen=True, extra="forbid", arbitrary_types_allowed=True, hide_input_in_errors=True, defer_build=True
    )


class Database(Section):
    """SQLite (default: gateway.db in the state folder) or PostgreSQL."""

    url: StrictStr = Field(repr=False)  # may hold a password


class Blobs(Section):
    """An S3-compatible store for large mails and attachments, an extra; without it files (SQLite) or rows (PostgreSQL)."""

    bucket: StrictStr
    prefix: StrictStr = ""  # before every name, where the bucket is shared
    endpoint: (
        Annotated[StrictStr, Field(pattern=r"^(https://|http://(127\.0\.0\.1|localhost|\[::1\])(:|/|$))")] | None
    ) = None
    region: StrictStr = "us-east-1"
    key_id: Secret | None = None  # neither: what the machine may (instance role)
    secret: Secret | None = None


class Paths(Section):
    """Folders and files; relative ones are relative to the folder of gateway.toml."""

    state: Path  # blobs, locks, the SQLite file
    rules: Path  # default: rules.yaml beside gateway.toml, else the shipped one
    templates: Path  # default: templates/mail beside gateway.toml, else the shipped ones
    branding: Path  # default: branding beside gateway.toml, else the shipped one


class Certificate(Section):
    """A certificate chain and its key, PEM files."""

    certificate: Path
    key: Path


class ListenSmtp(Section):
    """The SMTP listener, for the desks' addresses only."""

    address: StrictStr = "127.0.0.1"
    port: Port = 2525
    max_size: Size = 35_000_000
    tls: Certificate | None = None  # offers STARTTLS
    trust: ListenTrust = Trust("none")


class ListenLmtp(Section):
    """The LMTP listener: address and port, or a socket."""

    address: StrictStr = "127.0.0.1"
    port: Port = 2424
    socket: Path | None = None  # instead of address and port
    max_size: Size = 35_000_000
    trust: ListenTrust = Trust("none")


class Listen(Section):
    """What the gateway listens on; none of it is on unless its table stands in the file."""

    smtp: ListenSmtp | None = None
    lmtp: ListenLmtp | None = None


class OAuth(Section):
    """A registration at Microsoft, Google or another provider, named by mailboxes and smarthosts."""

    provider: Literal["microsoft", "google", "custom"]
    tenant: StrictStr | None = None
    client_id: StrictStr
    client_secret: Secret | None = None
    certificate: Secret | None = None
    flow: Literal["secret", "certificate", "device"] | None = None  # default: by what is given
    token_url: StrictStr | None = None  # default: the provider's; custom needs it
    device_url: StrictStr | None = None  # custom with flow = "device": RFC 8628
    scope: StrictStr | None = None
    secret_expires: date | None = None  # alarm 60, 30, 7 days before


class Mailbox(Section):
    """A mailbox that is read by IMAP."""

    name: Name
    desk: StrictStr | None = None  # only where no desk address is in the mail
    host: Line
    port: Port  # default: 993, without tls 143
    tls: Tls = "tls"
    allow_plain: StrictBool = False
    user: Line
    password: Secret | None = None
    oauth: StrictStr | None = None
    folders: tuple[Line, ...] = ("INBOX",)
    junk: Line | None = None
    sent: Line | None = None
    after: Annotated[After, BeforeValidator(values.after)] = After("move", "Processed")
    since: date | None = None
    poll: Span = MINUTE
    trust: MailboxTrust = Trust("none")


class Smarthost(Section):
    """Where mail goes out."""

    name: Name
    host: Line
    port: Port  # default: 465 with tls, 587 with starttls, 25 without
    tls: Tls = "starttls"
    allow_plain: StrictBool = False
    user: Line | None = None
    password: Secret | None = None
    oauth: StrictStr | None = None
    from_: tuple[StrictStr, ...] = Field(default=(), alias="from")  # () all
    envelope: Literal["verp", "mailbox"] = "mailbox"
    connections: Annotated[StrictInt, Field(ge=1, le=20)] = 2
    rate: Annotated[Rate, BeforeValidator(values.rate)] | None = None
    temporary: tuple[StrictStr, ...] = ()


class Dkim(Section):
    """Signing with our own key."""

    selector: StrictStr
    domain: StrictStr
    key: Secret


class Delivery(Section):
    """How mail leaves."""

    retry_for: Span = timedelta(days=5)
    send_delay: Span = timedelta(0)
    divert_to: StrictStr = ""
    attach_up_to: Size = 8_000_000
    dkim: Dkim | None = None


class Run(Section):
    """What this process does, and with how many threads or processes."""

    receive: StrictBool = True
    poll: StrictBool = True
    work: Count = 2
    parse: Count = 2
    deliver: Count = 2
    timers: StrictBool = True


class Sms(Section):
    """SMS through mail; `{number}` is put in."""

    to: StrictStr


class IntakeKey(Section):
    """Who may post to /intake."""

    name: Name
    secret: Secret


class Intake(Section):
    """POST /intake, signed."""

    keys: tuple[IntakeKey, ...] = ()


class Web(Section):
    """Pages for customers, an extra."""

    enabled: StrictBool = False
    address: StrictStr = "127.0.0.1"
    port: Port = 8025
    base_url: StrictStr | None = None


class Metrics(Section):
    """Prometheus metrics and health."""

    address: StrictStr = "127.0.0.1"
    port: Port = 9125


class Log(Section):
    """What is told on stderr."""

    format: Literal["text", "json"] = "text"
    level: Literal["debug", "info", "warning", "error"] = "info"


class Settings(Section):
    """The whole of gateway.toml with the environment over it."""

    admin: tuple[StrictStr, ...] = ()
    hostname: StrictStr  # default: this machine's
    database: Database
    blobs: Blobs | None = None
    paths: Paths
    listen: Listen = Listen()
    oauth: Mapping[str, OAuth] = {}
    mailbox: tuple[Mailbox, ...] = ()
    smarthost: tuple[Smarthost, ...] = ()
    delivery: Delivery = Delivery()
    run: Run = Run()
    sms: Sms | None = None
    intake: Intake = Intake()
    web: Web = Web()
    metrics: Metrics | None = None
    log: Log = Log()
