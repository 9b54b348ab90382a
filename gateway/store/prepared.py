"""Statements of the hot paths, compiled once and run on the driver's own cursor.

`Connection.execute` costs 100 to 200 microseconds for each statement before the database sees it, and a new ticket
takes fifteen of them; this costs a third. Everything else about a statement stays SQLAlchemy's: it is written as a
construct, compiled by the dialect, its values go through the types, its errors are SQLAlchemy's.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Self

import sqlalchemy as sa
from sqlalchemy import Connection
from sqlalchemy.engine import Dialect
from sqlalchemy.sql.compiler import SQLCompiler

Processor = Callable[[Any], Any] | None


@dataclass(frozen=True, slots=True)
class _Form:
    """A statement as one database takes it."""

    sql: str
    binds: tuple[tuple[str, Any, Processor], ...]  # name, value written in the statement, conversion; in order
    positional: bool  # SQLite: ?, psycopg: %(name)s

    def parameters(self, values: Mapping[str, Any]) -> Sequence[Any] | Mapping[str, Any]:
        """Return `values` as the driver wants them."""
        converted = [
            (value if convert is None else convert(value))
            for value, convert in ((values.get(name, default), convert) for name, default, convert in self.binds)
        ]
        return (
            converted
            if self.positional
            else {bind[0]: value for bind, value in zip(self.binds, converted, strict=True)}
        )


class Prepared:
    """One statement without results of its own types: an insert, an update, a lookup of ids."""

    def __init__(self, statement: sa.Executable) -> None:
        self._statement: Any = statement
        self._forms: dict[tuple[str, ...], _Form] = {}

    def first(self, conn: Connection, values: Mapping[str, Any]) -> Any:
        """Run it; return its first row as the driver gives it, None without any."""
        with _Cursor(conn, self._form(conn, values)) as cursor:
            cursor.run(values)
            return cursor.driver.fetchone()

    def count(self, conn: Connection, values: Mapping[str, Any]) -> int:
        """Run it; return how many rows it changed."""
        with _Cursor(conn, self._form(conn, values)) as cursor:
            cursor.run(values)
            return int(cursor.driver.rowcount)

    def run(self, conn: Connection, *rows: Mapping[str, Any]) -> None:
        """Run it once for each of `rows`, which have the same keys."""
        if rows:
            with _Cursor(conn, self._form(conn, rows[0])) as cursor:
                if len(rows) == 1:
                    cursor.run(rows[0])
                else:
                    cursor.run_many(rows)

    def _form(self, conn: Connection, values: Mapping[str, Any]) -> _Form:
        form = self._forms.get(key := (conn.dialect.name, *values))
        if form is None:
            # two threads may compile the same: the later one wins, and both are right
            form = self._forms[key] = _compile(self._statement, conn.dialect, list(values))
        return form


def _compile(statement: Any, dialect: Dialect, names: list[str]) -> _Form:
    keys = names if isinstance(statement, sa.Insert) else None
    compiled: SQLCompiler = statement.compile(dialect=dialect, column_keys=keys)
    order = compiled.positiontup if compiled.positional else compiled.binds
    defaults = compiled.construct_params(_check=False)
    binds = tuple((name, defaults.get(name), _processor(compiled, name, dialect)) for name in order or ())
    return _Form(str(compiled), binds, compiled.positional)


def _processor(compiled: SQLCompiler, name: str, dialect: Dialect) -> Processor:
    convert: Processor = compiled.binds[name].type.dialect_impl(dialect).bind_processor(dialect)
    return convert


class _Cursor:
    """The driver's cursor for the time of one statement, with SQLAlchemy's errors."""

    def __init__(self, conn: Connection, form: _Form) -> None:
        self._form = form
        self._errors = conn.dialect.loaded_dbapi.Error
        self.driver: Any = conn.connection.cursor()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: object) -> None:
        self.driver.close()
        if isinstance(error, self._errors):
            raise sa.exc.DBAPIError.instance(self._form.sql, None, error, self._errors, hide_parameters=True) from error

    def run(self, values: Mapping[str, Any]) -> None:
        self.driver.execute(self._form.sql, self._form.parameters(values))

    def run_many(self, rows: Iterable[Mapping[str, Any]]) -> None:
        self.driver.executemany(self._form.sql, [self._form.parameters(row) for row in rows])
