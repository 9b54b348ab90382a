"""Column types: times that are never naive, text every database takes, JSON that is the same bytes everywhere."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from collections.abc import Set as AbstractSet
from dataclasses import asdict, is_dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Dialect
from sqlalchemy.types import TypeDecorator, TypeEngine

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)

Id = sa.BigInteger().with_variant(sa.Integer, "sqlite")
"""Primary keys: only a column declared INTEGER is SQLite's own rowid."""


Convert = Callable[[Any], Any]
"""What a bind or result processor is: SQLAlchemy calls it once for each value."""


def _microseconds(at: datetime | None) -> int | None:
    aware = _aware(at)
    return None if aware is None else (aware - _EPOCH) // _MICROSECOND


def _aware(at: datetime | None) -> datetime | None:
    if at is not None and at.tzinfo is None:
        raise ValueError(f"naive time {at!r}")
    return at


def _from_microseconds(value: int | None) -> datetime | None:
    return None if value is None else _EPOCH + timedelta(microseconds=value)


def _in_utc(at: datetime | None) -> datetime | None:
    return None if at is None else at.astimezone(UTC)


class UTCDateTime(TypeDecorator[datetime]):
    """An aware time. SQLite keeps whole microseconds since 1970 (small, sortable), PostgreSQL `timestamptz`.

    A naive time is refused: nobody could say later which zone it was.
    """

    impl = sa.BigInteger
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        """Choose the column type of the database."""
        if dialect.name == "postgresql":
            return dialect.type_descriptor(sa.DateTime(timezone=True))
        return dialect.type_descriptor(sa.BigInteger())

    def bind_processor(self, dialect: Dialect) -> Convert:
        """Refuse naive times; give each database its form."""
        return _aware if dialect.name == "postgresql" else _microseconds

    def result_processor(self, dialect: Dialect, coltype: object) -> Convert:
        """Return the time in UTC."""
        del coltype
        return _in_utc if dialect.name == "postgresql" else _from_microseconds


def clean(text: str) -> str:
    """Return `text` without what a database refuses: NUL (PostgreSQL), half surrogates (UTF-8)."""
    if "\0" in text:
        text = text.replace("\0", "")
    if not text.isascii():
        try:
            text.encode()
        except UnicodeEncodeError:
            return text.encode("utf-8", "replace").decode()
    return text


def _clean_or_none(text: str | None) -> str | None:
    return None if text is None else clean(text)


class CleanText(TypeDecorator[str]):
    """Text without NUL and half surrogates; both come in real mail and stay in the raw bytes."""

    impl = sa.Text
    cache_ok = True

    def bind_processor(self, dialect: Dialect) -> Convert:
        """Clean what goes in; three calls cheaper than `process_bind_param`."""
        del dialect
        return _clean_or_none


def _plain(value: Any) -> Any:
    """Return a JSON value for the types our facts are made of."""
    if isinstance(value, Mapping):
        return dict(value)
    if is_dataclass(value) and not isinstance(value, type):
        return asdict(value)
    if isinstance(value, datetime):
        return rfc3339(value)
    if isinstance(value, AbstractSet):
        return sorted(value)
    msg = f"{type(value).__name__} has no place in JSON"
    raise TypeError(msg)


_encode = json.JSONEncoder(
    ensure_ascii=False, separators=(",", ":"), sort_keys=True, allow_nan=False, default=_plain
).encode


def canonical(value: Any) -> str:
    """Return the one JSON text of `value`: sorted keys, no spaces, times in RFC 3339. Digests are made over it."""
    return clean(_encode(value))


def rfc3339(at: datetime) -> str:
    """Return `at` as UTC in RFC 3339 with a Z, as interfaces show times."""
    return at.astimezone(UTC).isoformat().replace("+00:00", "Z")


def _canonical_or_none(value: Any) -> str | None:
    return None if value is None else canonical(value)


def _loaded(text: str | None) -> Any:
    return None if text is None else json.loads(text)


class Json(TypeDecorator[Any]):
    """A JSON value as canonical text on both databases, so that a digest over it stays true; NULL is None."""

    impl = sa.Text
    cache_ok = True

    def bind_processor(self, dialect: Dialect) -> Convert:
        """Write canonical JSON."""
        del dialect
        return _canonical_or_none

    def result_processor(self, dialect: Dialect, coltype: object) -> Convert:
        """Read it back; tuples come back as lists."""
        del dialect, coltype
        return _loaded
