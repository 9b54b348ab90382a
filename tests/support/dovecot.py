"""A real Dovecot 2.3 on loopback ports, as an ordinary user."""

from __future__ import annotations

import base64
import contextlib
import grp
import hashlib
import hmac
import json
import os
import pwd
import shutil
import signal
import socket
import subprocess
import time
from pathlib import Path
from typing import Self

from imapclient import IMAPClient

from tests.support.certificates import self_signed

PROGRAM = shutil.which("dovecot", path="/usr/sbin:/usr/local/sbin:/usr/bin")
PASSWORD = "hemligt"
TOKEN_KEY = b"0123456789abcdef0123456789abcdef"
USERS = 60

CONFIGURATION = """\
base_dir = {d}/run
state_dir = {d}/state
log_path = {d}/dovecot.log
protocols = imap
listen = 127.0.0.1
default_internal_user = {user}
default_internal_group = {group}
default_login_user = {user}
first_valid_uid = 1
mail_fsync = never
ssl = yes
ssl_cert = <{certificate}
ssl_key = <{key}
disable_plaintext_auth = no
auth_mechanisms = plain login xoauth2
auth_failure_delay = 0
passdb {{
  driver = passwd-file
  args = scheme=plain username_format=%u {d}/passwd
}}
passdb {{
  driver = oauth2
  mechanisms = xoauth2
  args = {d}/oauth2.conf.ext
}}
userdb {{
  driver = static
  args = uid={uid} gid={gid} home={d}/home/%u
}}
mail_location = maildir:~/Maildir
namespace inbox {{
  inbox = yes
  separator = /
}}
protocol imap {{
  {capability}
  mail_max_userip_connections = 50
}}
service anvil {{
  chroot =
}}
service stats {{
  chroot =
}}
service imap-login {{
  chroot =
  inet_listener imap {{
    port = {port}
  }}
  inet_listener imaps {{
    port = {tls_port}
  }}
}}
"""


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class Dovecot:
    """Users are u0, u1, ...; take a fresh one for each test instead of a fresh server.

    `capability` is what it says it can do after login, for a server that can little.
    """

    def __init__(self, folder: Path, capability: str | None = None, users: int = USERS) -> None:
        # imap-login refuses to run as root: there it runs as nobody.
        self.owner = pwd.getpwnam("nobody") if os.getuid() == 0 else pwd.getpwuid(os.getuid())
        self.folder = folder
        self.port, self.tls_port = free_port(), free_port()
        for part in ("run", "state", "home", "keys/default/HS256"):
            (folder / part).mkdir(parents=True, exist_ok=True)
        self.certificate = self_signed(folder)
        (folder / "passwd").write_text("".join(f"u{n}:{{PLAIN}}{PASSWORD}\n" for n in range(users)))
        (folder / "keys/default/HS256/default").write_text(base64.b64encode(TOKEN_KEY).decode())
        (folder / "oauth2.conf.ext").write_text(
            "introspection_mode = local\nusername_attribute = email\n"
            f"local_validation_key_dict = fs:posix:prefix={folder}/keys/\n"
        )
        self.configuration = folder / "dovecot.conf"
        self.configuration.write_text(
            CONFIGURATION.format(
                d=folder,
                capability=f"imap_capability = {capability}" if capability else "",
                user=self.owner.pw_name,
                group=grp.getgrgid(self.owner.pw_gid).gr_name,
                uid=self.owner.pw_uid,
                gid=self.owner.pw_gid,
                port=self.port,
                tls_port=self.tls_port,
                certificate=self.certificate.chain,
                key=self.certificate.key,
            )
        )

    def start(self) -> Self:
        as_owner = {}
        if os.getuid() == 0:
            for path in (self.folder, *self.folder.rglob("*")):
                os.chown(path, self.owner.pw_uid, self.owner.pw_gid)
            as_owner = {"user": self.owner.pw_uid, "group": self.owner.pw_gid, "extra_groups": []}
        self.process = subprocess.Popen(
            [str(PROGRAM), "-F", "-c", str(self.configuration)],
            start_new_session=True,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            **as_owner,
        )
        end = time.monotonic() + 15
        while time.monotonic() < end and self.process.poll() is None:
            with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", self.port), 1) as probe:
                if probe.recv(64).startswith(b"* OK"):
                    return self
            time.sleep(0.02)
        self.process.terminate()
        output = self.process.communicate(timeout=5)[0].decode()
        log = self.folder / "dovecot.log"
        raise RuntimeError(output + (log.read_text() if log.exists() else ""))

    def stop(self) -> None:
        self.process.terminate()
        try:
            self.process.wait(5)
        except subprocess.TimeoutExpired:
            os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait(5)
        assert self.process.stdout is not None
        self.process.stdout.close()

    def kick(self, user: str) -> None:
        """End the user's sessions with BYE."""
        subprocess.run(["doveadm", "-c", self.configuration, "kick", user], check=False, capture_output=True)

    def forget_uids(self, user: str) -> None:
        """Make a new UIDVALIDITY, as a restored or rebuilt mailbox has it. It has whole seconds."""
        for index in (self.folder / "home" / user / "Maildir").glob("**/dovecot*"):
            if index.is_file():
                index.unlink()

    def client(self, user: str) -> IMAPClient:
        """Another client of the same mailbox."""
        client = IMAPClient("127.0.0.1", self.port, ssl=False, timeout=20)
        client.login(user, PASSWORD)
        return client


def token(user: str, lives: int = 3600) -> str:
    """Sign an access token the server accepts for `user`; a negative life is over."""
    now = int(time.time())
    claims = {"email": user, "sub": user, "iat": now - 7200, "exp": now + lives, "iss": "test"}
    head, body = (_base64(json.dumps(part).encode()) for part in ({"alg": "HS256", "typ": "JWT"}, claims))
    return f"{head}.{body}.{_base64(hmac.new(TOKEN_KEY, f'{head}.{body}'.encode(), hashlib.sha256).digest())}"


def _base64(content: bytes) -> str:
    return base64.urlsafe_b64encode(content).decode().rstrip("=")
