"""What a person's login brought: a refresh token for each registration, which may be another one tomorrow."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Connection, select
from sqlalchemy.dialects.postgresql import insert  # compiles for SQLite as well

from gateway.store.schema import oauth_grants

_insert = insert(oauth_grants)
_PUT = _insert.on_conflict_do_update(
    index_elements=[oauth_grants.c.name],
    set_={name: _insert.excluded[name] for name in ("refresh_token", "updated_at")},
)


def get(conn: Connection, name: str) -> str | None:
    """Return the refresh token, None where nobody logged in."""
    return conn.execute(select(oauth_grants.c.refresh_token).where(oauth_grants.c.name == name)).scalar()


def put(conn: Connection, name: str, refresh_token: str, now: datetime) -> None:
    """Keep this one in the place of the one before."""
    conn.execute(_PUT, {"name": name, "refresh_token": refresh_token, "updated_at": now})


def logins(conn: Connection) -> dict[str, datetime]:
    """Return who is logged in, and when his token came."""
    rows = conn.execute(select(oauth_grants.c.name, oauth_grants.c.updated_at))
    return {row.name: row.updated_at for row in rows}
