"""What a mailbox is asked: who I am, what is new, put this away. The reader says when."""

from __future__ import annotations

import contextlib
import socket
import ssl
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any, Final

from imapclient import DELETED, SEEN, IMAPClient, SocketTimeout
from imapclient.exceptions import IMAPClientError

from gateway.inbound.mailbox_options import MailboxOptions, Move

_BATCH_BYTES: Final = 8 * 1024 * 1024
_KEEPALIVE: Final = ((socket.TCP_KEEPIDLE, 60), (socket.TCP_KEEPINTVL, 20), (socket.TCP_KEEPCNT, 3))


def connect(options: MailboxOptions) -> IMAPClient:
    """Connect with verified TLS, timeouts and keepalive; imapclient's own defaults wait for ever."""
    timeout = SocketTimeout(connect=options.connect_timeout, read=options.read_timeout)
    secure = ssl.create_default_context(cafile=options.cafile) if options.tls != "none" else None
    client = IMAPClient(
        options.host, options.port, ssl=options.tls == "tls", ssl_context=secure, timeout=timeout, use_uid=True
    )
    client.normalise_times = False  # aware datetimes, not naive local ones
    try:
        if options.tls == "starttls":
            client.starttls(secure)  # raises where it is not offered
        connection = client.socket()
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
        for name, value in _KEEPALIVE:
            connection.setsockopt(socket.IPPROTO_TCP, name, value)
    except BaseException:
        with contextlib.suppress(OSError):
            client.shutdown()
        raise
    return client


def log_in(client: IMAPClient, options: MailboxOptions, token: str | None) -> None:
    """Log in with this token, else with the password; make the folder for what was read where there is none."""
    if token is None:
        client.login(options.user, options.password or "")
    else:
        client.oauth2_login(options.user, token)
    if not isinstance(options.after, Move):
        return
    try:
        if not client.folder_exists(options.after.folder):
            client.create_folder(options.after.folder)
    except IMAPClientError as error:
        if isinstance(error, IMAPClient.AbortError):
            raise
        # Reading goes on; moving the first mail says what is wrong.


def highest_uid(client: IMAPClient, selected: dict[bytes, Any]) -> int:
    """Return the highest UID given so far; some servers do not tell UIDNEXT."""
    if b"UIDNEXT" in selected:
        return int(selected[b"UIDNEXT"]) - 1
    return max(client.search(), default=0)


def above(client: IMAPClient, last_uid: int) -> list[int]:
    """Return the UIDs above `last_uid`, lowest first."""
    # A server answers "n:*" with its last mail even where that lies below n.
    return sorted(uid for uid in client.search(["UID", f"{last_uid + 1}:*"]) if uid > last_uid)


def since(client: IMAPClient, start: datetime) -> list[int]:
    """Return the UIDs of what came at or after `start`; SEARCH knows days only, and the server's."""
    day = (start.astimezone(UTC)).date()
    uids = client.search(["SINCE", day.fromordinal(day.toordinal() - 1)])
    found = []
    for at in range(0, len(uids), 1000):
        dates = client.fetch(uids[at : at + 1000], ["INTERNALDATE"])
        # INTERNALDATE has whole seconds.
        found += [uid for uid, each in dates.items() if each[b"INTERNALDATE"] >= start.replace(microsecond=0)]
    return sorted(found)


def groups(known: dict[int, dict[bytes, Any]], max_size: int, care: int = 0) -> Iterator[list[int]]:
    """Cut into groups of few bytes; what is oversize stands alone.

    A connection that breaks takes the whole group with it: with each step of `care` groups are a quarter as large.
    """
    most = _BATCH_BYTES >> 2 * care
    group: list[int] = []
    total = 0
    for uid in sorted(known):
        size = known[uid].get(b"RFC822.SIZE", 0)
        if group and (total + size > most or size > max_size):
            yield group
            group, total = [], 0
        group.append(uid)
        total += size
        if size > max_size:
            yield group
            group, total = [], 0
    if group:
        yield group


def begin_idle(client: IMAPClient) -> bool:
    """Enter IDLE; say whether something was told together with the reply to it.

    A mail that came after the last command is told in the very packet of the reply. Those lines lie in the read
    buffer already, where `idle_check`, which waits for the socket, does not look until more comes.
    """
    client.idle()
    connection = client.socket()
    patience = connection.gettimeout()
    connection.settimeout(0)
    try:
        return bool(client._imap.file.peek(1))  # noqa: SLF001  # there is no public way to it
    except OSError:  # TLS has no more to read
        return False
    finally:
        connection.settimeout(patience)


def put_away(client: IMAPClient, uids: list[int], after: Move | str) -> None:
    """Move, delete or mark mails of the selected folder."""
    match after:
        case Move(folder) if client.has_capability("MOVE"):
            client.move(uids, folder)
        case Move(folder):
            client.copy(uids, folder)
            _delete(client, uids)
        case "delete":
            _delete(client, uids)
        case _:
            client.add_flags(uids, [SEEN], silent=True)


def _delete(client: IMAPClient, uids: list[int]) -> None:
    client.add_flags(uids, [DELETED], silent=True)
    if client.has_capability("UIDPLUS"):
        client.uid_expunge(uids)
    else:
        client.expunge()
