"""Contents in an S3-compatible store, the extra `s3`: several machines then need not carry attachments through the database."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from gateway.errors import ConfigurationError, Problem, TryAgainError

if TYPE_CHECKING:
    from gateway.settings.schema import Blobs

Step = Callable[[str], None]


class S3Blobs:
    """One object each, `PREFIX/ab/cdef…`. What the store has taken it has on its disks: nothing to flush here."""

    def __init__(self, settings: Blobs, step: Step) -> None:
        try:
            import obstore  # an extra, and not light
            from obstore.store import S3Store
        except ImportError:
            problem = Problem("gateway.toml", 0, 0, "[blobs] needs the extra: pip install mail-gateway[s3]")
            raise ConfigurationError([problem]) from None
        self._obstore: Any = obstore
        self._step = step
        given: dict[str, Any] = {
            "endpoint": settings.endpoint,
            "region": settings.region,
            "prefix": settings.prefix or None,
            "access_key_id": settings.key_id.reveal() if settings.key_id else None,
            "secret_access_key": settings.secret.reveal() if settings.secret else None,
        }
        self._store = S3Store(
            settings.bucket,
            client_options={"allow_http": True, "connect_timeout": "5s", "timeout": "60s"},
            retry_config={"max_retries": 2, "retry_timeout": timedelta(seconds=20)},
            **{name: value for name, value in given.items() if value is not None},
        )

    def put(self, content: bytes) -> str:
        """Keep `content`; what is there already is right, since names are hashes."""
        sha256 = hashlib.sha256(content).hexdigest()
        if not self.has(sha256):
            with self._trouble():
                self._step("blob written")
                self._obstore.put(self._store, _path(sha256), content)
        self._step("blob in place")
        return sha256

    def get(self, sha256: str) -> bytes:
        """Return the content."""
        with self._trouble():
            try:
                return bytes(self._obstore.get(self._store, _path(sha256)).bytes())
            except FileNotFoundError:
                raise KeyError(sha256) from None

    def has(self, sha256: str) -> bool:
        """Say whether the object is there."""
        with self._trouble():
            try:
                self._obstore.head(self._store, _path(sha256))
            except FileNotFoundError:
                return False
        return True

    def digests(self) -> Iterator[str]:
        """Yield the hash of every object, a page at a time."""
        with self._trouble():
            for page in self._obstore.list(self._store):
                yield from (found["path"].replace("/", "")[-64:] for found in page)

    @contextmanager
    def _trouble(self) -> Iterator[None]:
        """Turn what the store or the way to it says into `TryAgainError`: no mail is refused for it."""
        try:
            yield
        except (self._obstore.exceptions.BaseError, OSError) as error:
            raise TryAgainError(f"blob store: {(str(error).splitlines() or ['no answer'])[0][:300]}") from error


def _path(sha256: str) -> str:
    if len(sha256) != 64 or not sha256.isalnum():
        raise KeyError(sha256)
    return f"{sha256[:2]}/{sha256[2:]}"
