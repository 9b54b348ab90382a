"""Proving who we are with a key instead of a secret: a signed assertion (RFC 7523), made for each request."""

from __future__ import annotations

import base64
import hashlib
import json
import re
from datetime import datetime
from typing import Any, Final

from gateway.oauth.endpoint import TokenRefusedError
from gateway.oauth.registration import GOOGLE_SCOPE, Registration

_LIFE: Final = 300  # seconds
_CERTIFICATE: Final = re.compile(r"-----BEGIN CERTIFICATE-----(.+?)-----END CERTIFICATE-----", re.DOTALL)
CLIENT_ASSERTION: Final = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
JWT_BEARER: Final = "urn:ietf:params:oauth:grant-type:jwt-bearer"


def client_assertion(registration: Registration, now: datetime, token: str) -> str:
    """Return `private_key_jwt` for a client; `token` makes it unlike any other."""
    pem = registration.certificate or ""
    claims = {"iss": registration.client_id, "sub": registration.client_id, "jti": token}
    return _signed(pem, {**_thumbprint(pem)}, {**claims, **_times(registration, now)})


def service_assertion(registration: Registration, now: datetime) -> str:
    """Return the assertion by which a Google service account speaks for one mailbox (domain-wide delegation)."""
    pem, issuer, key_id = _google_key(registration)
    claims = {"iss": issuer, "sub": registration.user, "scope": registration.scope or GOOGLE_SCOPE}
    return _signed(pem, {"kid": key_id} if key_id else {}, {**claims, **_times(registration, now)})


def _times(registration: Registration, now: datetime) -> dict[str, Any]:
    at = int(now.timestamp())
    return {"aud": registration.token_url, "iat": at, "nbf": at - 30, "exp": at + _LIFE}


def _google_key(registration: Registration) -> tuple[str, str, str]:
    """Return key, issuer and key id; of plain PEM the issuer is the client_id."""
    written = registration.certificate or ""
    if not written.lstrip().startswith("{"):
        return written, registration.client_id, ""
    try:
        account = json.loads(written)
        return str(account["private_key"]), str(account["client_email"]), str(account.get("private_key_id", ""))
    except (ValueError, KeyError, TypeError) as error:
        raise _unusable(f"is no service account key: {error}") from error


def _thumbprint(pem: str) -> dict[str, str]:
    """Return the header fields by which Microsoft finds the certificate; nothing where only a key is given."""
    found = _CERTIFICATE.search(pem)
    if found is None:
        return {}
    der = base64.b64decode("".join(found[1].split()))
    # x5t is SHA-1 by its definition (RFC 7515 §4.1.7): a name, no proof.
    sha1 = hashlib.sha1(der, usedforsecurity=False).digest()
    return {"x5t": _base64(sha1), "x5t#S256": _base64(hashlib.sha256(der).digest())}


def _signed(pem: str, header: dict[str, str], claims: dict[str, Any]) -> str:
    """Return a JWT with RS256, which every provider reads."""
    parts = [json.dumps(part).encode() for part in ({"alg": "RS256", "typ": "JWT", **header}, claims)]
    text = ".".join(map(_base64, parts))
    return f"{text}.{_base64(_rs256(pem, text.encode()))}"


def _rs256(pem: str, content: bytes) -> bytes:
    try:
        from cryptography.hazmat.primitives.asymmetric import padding, rsa  # extra `oauth`; 8 MB, for this flow only
        from cryptography.hazmat.primitives.hashes import SHA256
        from cryptography.hazmat.primitives.serialization import load_pem_private_key
    except ImportError as error:
        raise _unusable("needs the extra `oauth`") from error
    try:
        key = load_pem_private_key(pem.encode(), password=None)
    except (ValueError, TypeError) as error:
        raise _unusable(f"holds no private key that can be read: {error}") from error
    if not isinstance(key, rsa.RSAPrivateKey):
        raise _unusable("is no RSA key")
    return key.sign(content, padding.PKCS1v15(), SHA256())


def _unusable(why: str) -> TokenRefusedError:
    return TokenRefusedError(f"the certificate of [oauth] {why}")


def _base64(content: bytes) -> str:
    return base64.urlsafe_b64encode(content).decode().rstrip("=")
