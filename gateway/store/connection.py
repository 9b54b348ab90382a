"""The unit of work as the other packages name it: SQLAlchemy's Connection, in a `with` of `Store.write` or `read`."""

from __future__ import annotations

from sqlalchemy import Connection

__all__ = ["Connection"]
