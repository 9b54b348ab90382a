"""A real mail client, neomutt, that reads and answers unattended: nobody here builds its headers or quotes."""

from __future__ import annotations

import imaplib
import os
import shutil
import subprocess
from email import message_from_bytes
from pathlib import Path

NEOMUTT = shutil.which("neomutt")

# `autoedit` and an editor that puts the words above the quote: what a person does, without a person.
_CONFIGURATION = """\
set imap_user="{user}" imap_pass="{password}" folder="imap://127.0.0.1:{imap}" spoolfile="imap://127.0.0.1:{imap}/INBOX"
set ssl_starttls=no ssl_force_tls=no smtp_url="smtp://127.0.0.1:{smtp}" smtp_authenticators=""
set from="{address}" realname="{name}" use_from=yes envelope_from=yes
set include=yes fast_reply=yes autoedit=yes edit_headers=no reply_to=yes abort_unmodified=no abort_nosubject=no
set editor="sh -c 'cat {home}/words \\"$0\\" > {home}/draft && cp {home}/draft \\"$0\\"'"
set attribution="Den %d skrev %n:" indent_string="> " send_charset="utf-8" crypt_use_gpgme=no
set copy=no postpone=no confirmappend=no quit=yes sleep_time=0 wait_key=no mail_check=5 header_cache="" delete=no
unset signature record
"""


class Neomutt:
    """One person at his client: a mailbox on a loopback IMAP server, and the gateway's listener as his SMTP server."""

    def __init__(self, home: Path, *, imap: int, user: str, password: str, smtp: int, address: str, name: str) -> None:
        self.home = home
        self.imap, self.user, self.password, self.address = imap, user, password, address
        home.mkdir(parents=True, exist_ok=True)
        self._configuration = home / "muttrc"
        self._configuration.write_text(
            _CONFIGURATION.format(
                user=user, password=password, imap=imap, smtp=smtp, address=address, name=name, home=home
            ),
            encoding="utf-8",
        )

    def receive(self, raw: bytes) -> None:
        """Lay a mail into his INBOX, as his mail server does."""
        with imaplib.IMAP4("127.0.0.1", self.imap, timeout=10) as connection:
            connection.login(self.user, self.password)
            status, text = connection.append("INBOX", "", "", raw)
        assert status == "OK", text

    def reply(self, raw: bytes, words: str, *, everybody: bool = False) -> None:
        """Answer the mail in INBOX that has the Message-ID of `raw`; returns when it has been sent."""
        identity = str(message_from_bytes(raw)["Message-ID"]).strip().strip("<>")
        (self.home / "words").write_text(words + "\n", encoding="utf-8")
        answer = "group-reply" if everybody else "reply"
        # `=i` is a plain text search; a search that finds nothing leaves the cursor, so the view is limited to it.
        keys = f"<limit>=i {identity}<enter><first-entry><{answer}><send-message><quit>"
        self._run(["-e", f"push '{keys}'"])

    def write(self, to: str, subject: str, words: str, attachments: tuple[Path, ...] = ()) -> None:
        """Send a new mail."""
        files = [argument for path in attachments for argument in ("-a", str(path))]
        self._run(["-s", subject, *files, "--", to], words + "\n")

    def _run(self, arguments: list[str], words: str | None = None) -> None:
        assert NEOMUTT, "neomutt is not installed"
        command = [NEOMUTT, "-n", "-F", str(self._configuration), *arguments]
        if words is None:  # the screen wants a terminal; script(1) is one
            quoted = " ".join("'" + argument.replace("'", "'\\''") + "'" for argument in command)
            command = ["script", "-qec", quoted, "/dev/null"]
        environment = {**os.environ, "TERM": "xterm", "HOME": str(self.home), "LANG": "C.UTF-8", "LC_ALL": "C.UTF-8"}
        done = subprocess.run(
            command,
            env=environment,
            input=words,
            stdin=subprocess.DEVNULL if words is None else None,
            capture_output=True,
            text=True,
            errors="replace",
            timeout=40,
            check=False,
        )
        assert done.returncode == 0, f"neomutt ended with {done.returncode}\n{done.stdout[-2000:]}\n{done.stderr}"
