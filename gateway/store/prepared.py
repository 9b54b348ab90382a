"""Statements of the hot paths, compiled once and run on the driver's own cursor.

`Connection.execute` costs 100 to 200 microseconds for each statement before the database sees it, and a new ticket
takes fifteen of them; this costs a third. Everything else about a statement stays SQLAlchemy's: it is written as a
construct, compiled by the dialect, its values and rows go through the types, its errors are SQLAlchemy's.
"""

from __future__ import annotations

from collections import namedtuple
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple, Self

import sqlalchemy as sa
from sqlalchemy import Connection
from sqlalchemy.engine import Dialect
from sqlalchemy.sql import visitors
from sqlalchemy.sql.compiler import SQLCompiler

Processor = Callable[[Any], Any] | None

_FORMS = 100  # of one statement; each length of a list makes one


class Bind(NamedTuple):
    """A place for a value in a statement."""

    name: str  # as the driver is told
    of: str  # the value it takes, or the list
    place: int | None  # which of the list
    default: Any  # what the statement itself says
    convert: Processor


@dataclass(frozen=True, slots=True)
class _Form:
    """A statement as one database takes it, with lists of certain lengths."""

    sql: str
    binds: tuple[Bind, ...]  # in order
    positional: bool  # SQLite: ?, psycopg: %(name)s
    row: Callable[[Iterable[Any]], Any]  # makes a row of values
    results: tuple[tuple[int, Callable[[Any], Any]], ...]  # the places of a row that need a conversion

    def parameters(self, values: Mapping[str, Any]) -> Sequence[Any] | Mapping[str, Any]:
        """Return `values` as the driver wants them."""
        converted = []
        for _, of, place, default, convert in self.binds:
            value = values.get(of, default)
            if place is not None:
                value = value[place]
            converted.append(value if convert is None else convert(value))
        return converted if self.positional else dict(zip([bind.name for bind in self.binds], converted, strict=True))

    def read(self, raw: Sequence[Any]) -> Any:
        """Return a row of the driver's with names, its values as Python has them."""
        values = list(raw)
        for place, convert in self.results:
            values[place] = convert(values[place])
        return self.row(values)


class Prepared:
    """One statement, and the forms it was compiled to."""

    def __init__(self, statement: sa.Executable) -> None:
        self._statement: Any = statement
        self._lists: tuple[str, ...] | None = None
        self._forms: dict[tuple[Any, ...], _Form] = {}

    def first(self, conn: Connection, values: Mapping[str, Any]) -> Any:
        """Run it; return its first row as the driver gives it, None without any."""
        with _Cursor(conn, self._form(conn, values)) as cursor:
            cursor.run(values)
            return cursor.driver.fetchone()

    def one(self, conn: Connection, values: Mapping[str, Any]) -> Any:
        """Run it; return its first row with names, None without any."""
        form = self._form(conn, values)
        with _Cursor(conn, form) as cursor:
            cursor.run(values)
            raw = cursor.driver.fetchone()
        return None if raw is None else form.read(raw)

    def all(self, conn: Connection, values: Mapping[str, Any]) -> list[Any]:
        """Run it; return its rows, values by the names of their columns."""
        form = self._form(conn, values)
        with _Cursor(conn, form) as cursor:
            cursor.run(values)
            found = cursor.driver.fetchall()
        return [form.read(raw) for raw in found]

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
        if self._lists is None:
            self._lists = _lists(self._statement)
        key = (conn.dialect.name, *values, *[len(values[name]) for name in self._lists])
        form = self._forms.get(key)
        if form is None:
            # two threads may compile the same: the later one wins, and both are right
            if len(self._forms) >= _FORMS:
                self._forms.clear()
            form = self._forms[key] = _compile(self._statement, conn.dialect, values, self._lists)
        return form


def _lists(statement: Any) -> tuple[str, ...]:
    """Return the names that stand for as many values as they are given: `IN (…)`."""
    found = [one for one in visitors.iterate(statement) if isinstance(one, sa.BindParameter) and one.expanding]
    return tuple(dict.fromkeys(one.key for one in found if one.key.isidentifier()))


def _compile(statement: Any, dialect: Dialect, values: Mapping[str, Any], lists: Sequence[str]) -> _Form:
    keys = list(values) if isinstance(statement, sa.Insert) else None
    compiled: SQLCompiler = statement.compile(dialect=dialect, column_keys=keys)
    sql, defaults = str(compiled), compiled.construct_params(_check=False)
    order: Sequence[str] | None = compiled.positiontup
    spread: dict[str, tuple[str, int]] = {}
    if lists:  # as many places are written as there are values
        state = compiled.construct_expanded_state({**defaults, **values})
        sql, order, defaults = state.statement, state.positiontup, dict(state.parameters)
        spread = {one: (name, n) for name, many in state.parameter_expansion.items() for n, one in enumerate(many)}
    binds = tuple(_bind(compiled, name, spread, defaults, lists) for name in order or defaults)
    columns = compiled._result_columns  # noqa: SLF001  # SQLAlchemy shows them nowhere else
    read = [column.type.dialect_impl(dialect).result_processor(dialect, None) for column in columns]
    row = namedtuple("Row", [column.keyname for column in columns], rename=True)  # type: ignore[misc]  # noqa: PYI024  # the statement names them
    results = tuple((n, convert) for n, convert in enumerate(read) if convert is not None)
    return _Form(sql, binds, compiled.positional, row._make, results)


def _bind(
    compiled: SQLCompiler,
    name: str,
    spread: Mapping[str, tuple[str, int]],
    defaults: Mapping[str, Any],
    lists: Sequence[str],
) -> Bind:
    of, place = spread.get(name, (name, None))
    convert = _processor(compiled, of, compiled.dialect)
    return Bind(name, of, place, None, convert) if of in lists else Bind(name, name, None, defaults.get(name), convert)


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
