"""IMAP servers and lines that lie: a certificate that does not fit, STARTTLS taken out, words slipped in before TLS."""

from __future__ import annotations

import contextlib
import ipaddress
import socket
import ssl
import threading
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Self

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from tests.support.certificates import Certificate


def certificate(folder: Path, name: str, *names: str, days: int = 2) -> Certificate:
    """Make a self-signed certificate; negative `days` is one that ran out."""
    key = ec.generate_private_key(ec.SECP256R1())
    who = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    end = datetime.now(UTC) + timedelta(days=days)
    alternatives = [
        x509.IPAddress(ipaddress.ip_address(each)) if each[0].isdigit() else x509.DNSName(each) for each in names
    ]
    signed = (
        x509.CertificateBuilder()
        .subject_name(who)
        .issuer_name(who)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(end - timedelta(days=30))
        .not_valid_after(end)
        .add_extension(x509.SubjectAlternativeName(alternatives), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    made = Certificate(folder / f"{name}.pem", folder / f"{name}.key")
    made.chain.write_bytes(signed.public_bytes(serialization.Encoding.PEM))
    form, plain = serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    made.key.write_bytes(key.private_bytes(serialization.Encoding.PEM, form, plain))
    return made


class Peer:
    """Listens on a loopback port, answers each connection by `talk` in a thread of its own, and counts them."""

    def __init__(self, talk: Callable[[socket.socket], None]) -> None:
        self._talk = talk
        self._listening = socket.create_server(("127.0.0.1", 0))
        self._listening.settimeout(0.2)
        self.port: int = self._listening.getsockname()[1]
        self.connections = 0
        self._over = threading.Event()
        self._threads = [threading.Thread(target=self._serve)]

    def __enter__(self) -> Self:
        self._threads[0].start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        for thread in self._threads:
            thread.join()
        self._listening.close()

    def _serve(self) -> None:
        while not self._over.is_set():
            try:
                client, _ = self._listening.accept()
            except TimeoutError:
                continue
            self.connections += 1
            thread = threading.Thread(target=self._one, args=(client,))
            self._threads.append(thread)
            thread.start()

    def _one(self, client: socket.socket) -> None:
        client.settimeout(10)
        with client, contextlib.suppress(OSError):
            self._talk(client)


class Trap:
    """A TLS server with a wrong certificate: what a client says inside was said to a stranger."""

    def __init__(self, shown: Certificate) -> None:
        self.heard = b""
        self._context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self._context.load_cert_chain(shown.chain, shown.key)

    def __call__(self, client: socket.socket) -> None:
        with self._context.wrap_socket(client, server_side=True) as inside:
            inside.sendall(b"* OK trap\r\n")
            while said := inside.recv(4096):
                self.heard += said


class Between:
    """A man in the middle of a plain line to a real server, until TLS begins: he may change what the server says."""

    def __init__(self, port: int, change: Callable[[bytes], bytes]) -> None:
        self._port, self._change = port, change
        self.heard = b""  # of the client, all of it; behind TLS it is noise

    def __call__(self, client: socket.socket) -> None:
        with socket.create_connection(("127.0.0.1", self._port), 10) as server:
            up = threading.Thread(target=self._up, args=(client, server))
            up.start()
            with contextlib.suppress(OSError):
                while said := server.recv(65536):
                    client.sendall(self._change(said))
            with contextlib.suppress(OSError):
                client.shutdown(socket.SHUT_RDWR)
            up.join()

    def _up(self, client: socket.socket, server: socket.socket) -> None:
        with contextlib.suppress(OSError):
            while said := client.recv(65536):
                self.heard += said
                server.sendall(said)
        with contextlib.suppress(OSError):
            server.shutdown(socket.SHUT_RDWR)
