"""A look at a mailbox: connect, log in, see whether its folders are there, leave. Nothing is read or changed."""

from __future__ import annotations

import contextlib

from imapclient.exceptions import IMAPClientError

from gateway.errors import GatewayError
from gateway.inbound.imap.commands import connect
from gateway.inbound.mailbox_options import MailboxOptions


class ProbeError(GatewayError):
    """The mailbox would not have us."""


def probe(options: MailboxOptions) -> list[str]:
    """Return the folders that are missing. ProbeError where it cannot be reached or logged in to."""
    try:
        client = connect(options)
    except (OSError, IMAPClientError) as error:
        raise ProbeError(f"not reached: {error}") from error
    try:
        if options.token is None:
            client.login(options.user, options.password or "")
        else:
            client.oauth2_login(options.user, options.token())
        return [folder for folder in options.reads() if not client.folder_exists(folder)]
    except (OSError, IMAPClientError) as error:
        raise ProbeError(f"not logged in: {error}") from error
    finally:
        with contextlib.suppress(OSError, IMAPClientError):
            client.logout()
