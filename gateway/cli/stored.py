"""The commands about what the database keeps: tickets, journal, outbox, contacts, keys, and the database itself."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from gateway.cli.guard import guarded
from gateway.cli.options import Config, Json, Limit

ticket = typer.Typer(no_args_is_help=True, help="Tickets: list, show, do.")
journal = typer.Typer(no_args_is_help=True, help="Every message received and what became of it.")
outbox = typer.Typer(no_args_is_help=True, help="Every mail that leaves, or why it did not.")
contact = typer.Typer(no_args_is_help=True, help="People outside: list, show, set.")
keys = typer.Typer(no_args_is_help=True, help="The keys our Message-IDs are signed with.")
db = typer.Typer(no_args_is_help=True, help="The database: upgrade, backup, restore, check.")


@ticket.command("list")
def ticket_list(
    config: Config = None,
    view: Annotated[str, typer.Option("--view", help="open, mine, inbox, all, or a view of rules.yaml.")] = "open",
    as_json: Json = False,
    limit: Limit = 50,
) -> None:
    """List tickets of a view."""
    from gateway.cli.ticket import list_ as go

    guarded(go, config, view, as_json, limit)


@ticket.command("show")
def ticket_show(reference: str, config: Config = None, as_json: Json = False) -> None:
    """Show a ticket with its entries, history and mails."""
    from gateway.cli.ticket import show as go

    guarded(go, config, reference, as_json)


@ticket.command("do")
def ticket_do(
    reference: str,
    commands: list[str],
    person: Annotated[str, typer.Option("--as", help="The operator who gives the order.")],
    config: Config = None,
) -> None:
    """Do commands as an operator: `gateway ticket do ACME-1042 '#take' '#priority high' --as anna`."""
    from gateway.cli.ticket import do as go

    guarded(go, config, reference, tuple(commands), person)


@journal.command("list")
def journal_list(
    config: Config = None,
    state: Annotated[str | None, typer.Option("--state", help="received, done, parked, held, discarded …")] = None,
    as_json: Json = False,
    limit: Limit = 50,
) -> None:
    """List messages, newest first."""
    from gateway.cli.journal import list_ as go

    guarded(go, config, state, as_json, limit)


@journal.command("show")
def journal_show(
    row: int,
    config: Config = None,
    raw: Annotated[bool, typer.Option("--raw", help="The exact bytes received.")] = False,
    as_json: Json = False,
) -> None:
    """Show one message."""
    from gateway.cli.journal import show as go

    guarded(go, config, row, raw, as_json)


@journal.command("accept")
def journal_accept(
    row: int,
    config: Config = None,
    on: Annotated[str | None, typer.Option("--ticket", help="On this ticket.")] = None,
    as_: Annotated[str, typer.Option("--as", help="requester or note.")] = "requester",
) -> None:
    """Let a held message in."""
    from gateway.cli.journal import accept as go

    guarded(go, config, row, on, as_)


@journal.command("replay")
def journal_replay(row: int, config: Config = None) -> None:
    """Work on a parked, held or discarded message again."""
    from gateway.cli.journal import replay as go

    guarded(go, config, row)


@journal.command("discard")
def journal_discard(row: int, config: Config = None) -> None:
    """Put a held or parked message aside for good; it stays in the journal."""
    from gateway.cli.journal import discard as go

    guarded(go, config, row)


@outbox.command("list")
def outbox_list(
    config: Config = None,
    state: Annotated[str | None, typer.Option("--state", help="ready, deferred, sent, failed, suppressed …")] = None,
    as_json: Json = False,
    limit: Limit = 50,
) -> None:
    """List mails, newest first."""
    from gateway.cli.outbox import list_ as go

    guarded(go, config, state, as_json, limit)


@outbox.command("show")
def outbox_show(
    row: int,
    config: Config = None,
    raw: Annotated[bool, typer.Option("--raw", help="The exact mail as sent.")] = False,
    as_json: Json = False,
) -> None:
    """Show one mail."""
    from gateway.cli.outbox import show as go

    guarded(go, config, row, raw, as_json)


@outbox.command("retry")
def outbox_retry(row: int, config: Config = None) -> None:
    """Send a failed, held or deferred mail now."""
    from gateway.cli.outbox import retry as go

    guarded(go, config, row)


@outbox.command("cancel")
def outbox_cancel(row: int, config: Config = None) -> None:
    """Never send a mail that has not left."""
    from gateway.cli.outbox import cancel as go

    guarded(go, config, row)


@outbox.command("pause")
def outbox_pause(
    config: Config = None,
    smarthost: Annotated[str | None, typer.Option("--smarthost", help="Only what would leave by this one.")] = None,
    desk: Annotated[str | None, typer.Option("--desk", help="Only what this desk sends.")] = None,
    reason: Annotated[str, typer.Option("--reason", help="What the admins are told.")] = "",
) -> None:
    """Let no mail leave but alarms to the admins; it waits until `resume`."""
    from gateway.cli.outbox import pause as go

    guarded(go, config, smarthost, desk, reason)


@outbox.command("resume")
def outbox_resume(
    config: Config = None,
    smarthost: Annotated[str | None, typer.Option("--smarthost", help="Only the pause of this one.")] = None,
    desk: Annotated[str | None, typer.Option("--desk", help="Only the pause of this desk.")] = None,
) -> None:
    """Let mail leave again: lift every pause, or one."""
    from gateway.cli.outbox import resume as go

    guarded(go, config, smarthost, desk)


@contact.command("list")
def contact_list(
    muted: Annotated[bool, typer.Option("--muted", help="Only those nothing is sent to.")] = False,
    config: Config = None,
    as_json: Json = False,
    limit: Limit = 100,
) -> None:
    """List people outside, who wrote last first."""
    from gateway.cli.contact import list_ as go

    guarded(go, config, muted, as_json, limit)


@contact.command("show")
def contact_show(address: str, config: Config = None, as_json: Json = False) -> None:
    """Show what is known of somebody outside."""
    from gateway.cli.contact import show as go

    guarded(go, config, address, as_json)


@contact.command("set")
def contact_set(
    address: str,
    name: Annotated[str | None, typer.Option(help="His name.")] = None,
    language: Annotated[str | None, typer.Option(help="The language he is written to in: sv, nb, en.")] = None,
    mute: Annotated[str | None, typer.Option(help="Send him nothing, and why.")] = None,
    unmute: Annotated[bool, typer.Option("--unmute", help="Send to him again, after his address bounced.")] = False,
    config: Config = None,
) -> None:
    """Set somebody's name or language, or whether anything is sent to him."""
    from gateway.cli.contact import set_ as go

    guarded(go, config, address, name, language, mute, unmute)


@keys.command("rotate")
def keys_rotate(config: Config = None) -> None:
    """Sign with a new key from now on; what was sent before is still known as ours."""
    from gateway.cli.keys import rotate as go

    guarded(go, config)


@db.command("upgrade")
def db_upgrade(config: Config = None) -> None:
    """Bring the database to this version."""
    from gateway.cli.database import upgrade as go

    guarded(go, config)


@db.command("backup")
def db_backup(to: Path, config: Config = None) -> None:
    """Copy the database while it is in use."""
    from gateway.cli.database import backup as go

    guarded(go, config, to)


@db.command("restore")
def db_restore(source: Path, config: Config = None) -> None:
    """Put a backup in the place of a database that is not there."""
    from gateway.cli.database import restore as go

    guarded(go, config, source)


@db.command("check")
def db_check(config: Config = None) -> None:
    """Prove the database whole: integrity, references, history chains."""
    from gateway.cli.database import check as go

    guarded(go, config)
