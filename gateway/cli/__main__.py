"""`gateway …`: every command; each imports what it needs when it runs, so that `--help` answers at once."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer

from gateway.cli.guard import guarded

app = typer.Typer(
    name="gateway",
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    help="An e-mail-first ticket gateway: a support address becomes a help desk without a screen.",
)
mail = typer.Typer(no_args_is_help=True, help="Look at mails: what is read in them, what they look like.")
rules = typer.Typer(no_args_is_help=True, help="rules.yaml: what would happen and why.")
ticket = typer.Typer(no_args_is_help=True, help="Tickets: list, show, do.")
journal = typer.Typer(no_args_is_help=True, help="Every message received and what became of it.")
outbox = typer.Typer(no_args_is_help=True, help="Every mail that leaves, or why it did not.")
mailbox = typer.Typer(no_args_is_help=True, help="Mailboxes that are read: how they do, and logging in there.")
keys = typer.Typer(no_args_is_help=True, help="The keys our Message-IDs are signed with.")
contact = typer.Typer(no_args_is_help=True, help="People outside: list, show, set.")
db = typer.Typer(no_args_is_help=True, help="The database: upgrade, backup, restore, check.")
for name, group in (
    ("mail", mail), ("rules", rules), ("ticket", ticket), ("journal", journal), ("outbox", outbox),
    ("mailbox", mailbox), ("contact", contact), ("keys", keys), ("db", db),
):  # fmt: skip
    app.add_typer(group, name=name)

Config = Annotated[Path | None, typer.Option("--config", help="gateway.toml; default: see `gateway init`.")]
Json = Annotated[bool, typer.Option("--json", help="JSON Lines on stdout, nothing else.")]
Limit = Annotated[int, typer.Option("--limit", min=1, help="At most so many rows.")]


@app.command()
def run(config: Config = None) -> None:
    """Run the daemon. Says `ready` when all listeners listen; SIGTERM drains, SIGHUP reloads."""
    from gateway.cli.daemon import run as go

    guarded(go, config)


@app.command()
def demo(
    out: Annotated[Path | None, typer.Option("--out", help="Where the page with all mails is left.")] = None,
) -> None:
    """Play the main job with real mails over loopback and leave a page with every mail that left."""
    from gateway.cli.demo import demo as go

    guarded(go, out)


@app.command()
def check(config: Config = None) -> None:
    """Say whether settings, rules, templates and brands fit together: every mistake with file:line:column."""
    from gateway.cli.check import check as go

    guarded(go, config)


@app.command()
def status(config: Config = None, as_json: Json = False) -> None:
    """How it is going now: what waits since when, how mail comes and leaves, what is wrong."""
    from gateway.cli.status import status as go

    guarded(go, config, as_json)


@app.command()
def doctor(config: Config = None, as_json: Json = False) -> None:
    """Say whether the world fits: disk, clock, DNS, TLS and logins of servers, whose word counts. Sends no mail."""
    from gateway.cli.doctor import doctor as go

    guarded(go, config, as_json)


@app.command()
def init(folder: Annotated[Path, typer.Argument(help="Where to put the files.")] = Path()) -> None:
    """Write a commented starter: gateway.toml, rules.yaml, templates, branding. Overwrites nothing."""
    from gateway.cli.starter import init as go

    guarded(go, folder)


@app.command()
def receive(
    config: Config = None,
    sender: Annotated[str, typer.Option("--from", help="Envelope sender; empty: the null sender.")] = "",
    to: Annotated[list[str] | None, typer.Option("--to", help="Envelope recipient; may be repeated.")] = None,
) -> None:
    """Hand one mail over on stdin; exit 0 when it is on disk, 75 to try again later."""
    from gateway.cli.receive import receive as go

    guarded(go, config, sender, tuple(to or ()))


@app.command("import")
def import_(
    path: Annotated[Path, typer.Argument(help="An mbox, a Maildir, a .eml, or a folder of them.")],
    desk: Annotated[str, typer.Option("--desk", help="The desk its tickets belong to.")],
    config: Config = None,
    open_since: Annotated[
        datetime | None,
        typer.Option("--open-since", formats=["%Y-%m-%d"], help="Conversations with a mail since then stay open."),
    ] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only count.")] = False,
    as_json: Json = False,
) -> None:
    """Bring old mail in as history: nothing leaves, nothing comes twice, and it may be broken off and repeated."""
    from gateway.cli.importing import bring_in as go

    guarded(go, config, path, desk, open_since, dry_run, as_json)


@app.command()
def addresses(
    config: Config = None,
    postfix: Annotated[bool, typer.Option("--postfix", help="As a Postfix relay_recipient map.")] = False,
    probe: Annotated[bool, typer.Option("--probe", help="Ask by mail whether subaddresses arrive.")] = False,
) -> None:
    """The addresses the gateway takes mail for, for the mail server in front."""
    from gateway.cli.addresses import addresses as go

    guarded(go, config, postfix, probe)


@mail.command("inspect")
def mail_inspect(files: list[Path], as_json: Json = False) -> None:
    """Show what the gateway reads in a mail; needs no database and no settings."""
    from gateway.cli.reading import inspect as go

    guarded(go, files, as_json)


@mail.command("preview")
def mail_preview(out: Annotated[Path, typer.Option("--out")] = Path("preview"), config: Config = None) -> None:
    """Write a gallery of every template, language and brand as a page."""
    from gateway.cli.gallery import preview as go

    guarded(go, out, config)


@mail.command("send-test")
def mail_send_test(
    config: Config = None,
    to: Annotated[str | None, typer.Option("--to", help="Default: the first admin of gateway.toml.")] = None,
    desk: Annotated[str | None, typer.Option("--desk", help="Default: the first desk.")] = None,
) -> None:
    """Send one real mail now, past the outbox, and tell what each smarthost says."""
    from gateway.cli.sending import send_test as go

    guarded(go, config, to, desk)


@rules.command("explain")
def rules_explain(
    file: Annotated[Path | None, typer.Argument(help="A mail; nothing happens to it.")] = None,
    by_ticket: Annotated[str | None, typer.Option("--ticket", help="The story of a ticket instead.")] = None,
    config: Config = None,
    as_json: Json = False,
) -> None:
    """Tell which rules hit or missed and why, what would happen and which mails would leave."""
    from gateway.cli.explain import explain as go

    guarded(go, file, by_ticket, config, as_json)


@rules.command("schema")
def rules_schema(config: Config = None) -> None:  # noqa: ARG001  # every command takes it
    """Print the JSON Schema of rules.yaml, for editors."""
    from gateway.cli.schema import schema as go

    guarded(go)


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


@mailbox.command("list")
def mailbox_list(config: Config = None, as_json: Json = False) -> None:
    """List the mailboxes: what each does, when it was read, its trouble."""
    from gateway.cli.mailboxes import list_ as go

    guarded(go, config, as_json)


@mailbox.command("login")
def mailbox_login(name: str, config: Config = None) -> None:
    """Let the gateway in at the provider of a mailbox, smarthost or [oauth.NAME]; a person types a code."""
    from gateway.cli.mailboxes import login as go

    guarded(go, config, name)


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


@keys.command("rotate")
def keys_rotate(config: Config = None) -> None:
    """Sign with a new key from now on; what was sent before is still known as ours."""
    from gateway.cli.keys import rotate as go

    guarded(go, config)


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


def main() -> None:
    """Run the command line."""
    app(prog_name="gateway")


if __name__ == "__main__":
    main()
