"""Throw-away certificates for loopback."""

from __future__ import annotations

import subprocess
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Certificate:
    """A self-signed certificate; `chain` is also the authority that verifies it."""

    chain: Path
    key: Path


def self_signed(folder: Path, name: str = "localhost", addresses: str = "DNS:localhost,IP:127.0.0.1") -> Certificate:
    """Make a certificate valid for two days."""
    made = Certificate(folder / f"{name}.pem", folder / f"{name}.key")
    subprocess.run(
        [
            *("openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"),
            *("-days", "2", "-subj", f"/CN={name}", "-addext", f"subjectAltName={addresses}"),
            *("-keyout", str(made.key), "-out", str(made.chain)),
        ],
        check=True,
        capture_output=True,
    )
    return made


def expired(folder: Path) -> Certificate:
    """Make a certificate for loopback that ran out yesterday."""
    made = self_signed(folder, "expired")
    subprocess.run(
        ["openssl", "x509", "-in", made.chain, "-signkey", made.key, "-days", "-1", "-out", made.chain],
        check=True,
        capture_output=True,
    )
    return made
