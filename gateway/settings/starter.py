"""What `gateway init` writes: a gateway.toml with every key explained, and the shipped rules.yaml."""

from __future__ import annotations

from gateway.settings.shipped import shipped

GATEWAY_TOML = """\
# What ops set: where mail comes in, where it leaves, where things are kept. Who we are and what happens to mail
# stands in rules.yaml. Every key: docs/settings.md. Try a change with: gateway check
# A line with # shows a key with its default or an example; take the # away to use it.

# admin = ["root@acme.example"]          # alarms: held mail, broken rules, dead mailboxes, expiring secrets
# hostname = "tickets.acme.example"      # in Message-IDs and EHLO; default: this machine's name

# [database]
# url = "sqlite:////var/lib/gateway/gateway.db"   # or "postgresql+psycopg://gateway@db.acme.example/gateway"

# [paths]
# state = "/var/lib/gateway"             # blobs, locks, the SQLite file
# rules = "rules.yaml"                   # relative paths are relative to this file
# templates = "templates/mail"
# branding = "branding"

[listen.smtp]                            # for the desks' addresses only
address = "127.0.0.1"
port = 2525
# max_size = "35MB"
# tls = {certificate = "cert.pem", key = "key.pem"}                       # offers STARTTLS
# trust = {authserv_id = "mx.acme.example", relays = ["127.0.0.1"]}       # whose checks count; or "none", or "verify"

# [[mailbox]]
# name = "support"
# host = "imap.acme.example"
# user = "support"
# password = {file = "imap-password"}    # a file that others may not read; or {env = "IMAP_PASSWORD"}
# folders = ["INBOX"]
# after = "move:Processed"               # or "delete", or "seen"
# trust = "microsoft365"                 # microsoft365 | google | {authserv_id = "mx.acme.example"} | none

[[smarthost]]                            # mail leaves here
name = "relay"
host = "127.0.0.1"
port = 2526
tls = "none"                             # tls | starttls | none; none only on this machine
# user = "gateway"
# password = {file = "smtp-password"}
# from = ["support@acme.example"]        # which From it may send; default all
# envelope = "verp"                      # where support+anything@… arrives, bounces find their mail
# rate = "25/min"

[delivery]
# retry_for = "5d"
# send_delay = "0s"                      # answers wait so long, #undo takes them back
# attach_up_to = "8MB"
divert_to = ""                           # a test address: every mail goes there, marked

# [log]
# format = "text"                        # text | json
# level = "info"
"""


def starter_files() -> dict[str, str]:
    """Return file name -> text of a starter that works as it is with acme.example on this machine."""
    return {
        "gateway.toml": GATEWAY_TOML,
        "rules.yaml": (shipped() / "rules.yaml").read_text(encoding="utf-8"),
    }
