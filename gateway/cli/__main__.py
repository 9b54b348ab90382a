"""`gateway …`: every command; each imports what it needs when it runs, so that `--help` answers at once."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer

from gateway.cli.guard import guarded
from gateway.cli.options import Config, Json
from gateway.cli.stored import contact, db, journal, keys, outbox, ticket

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
mailbox = typer.Typer(no_args_is_help=True, help="Mailboxes that are read: how they do, and logging in there.")
for name, group in (
    ("mail", mail), ("rules", rules), ("ticket", ticket), ("journal", journal), ("outbox", outbox),
    ("mailbox", mailbox), ("contact", contact), ("keys", keys), ("db", db),
):  # fmt: skip
    app.add_typer(group, name=name)


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


def main() -> None:
    """Run the command line."""
    app(prog_name="gateway")


if __name__ == "__main__":
    main()
