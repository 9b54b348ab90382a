from __future__ import annotations

from datetime import UTC, datetime

import pytest
import sqlalchemy as sa
from sqlalchemy import bindparam, insert, select, update

from gateway.store.column_types import UTCDateTime
from gateway.store.engine import Store
from gateway.store.prepared import Prepared
from gateway.store.schema import contacts, keys

NOW = datetime(2026, 11, 2, 9, 0, 0, 7, tzinfo=UTC)


def all_contacts(store: Store) -> list[tuple[str, str, datetime | None]]:
    query = select(contacts.c.address_key, contacts.c.name, contacts.c.first_seen).order_by(contacts.c.address_key)
    with store.read() as conn:
        return [tuple(row) for row in conn.execute(query)]


def test_values_go_through_the_types_as_they_do_with_sqlalchemy(store: Store):
    add = Prepared(insert(contacts))
    with store.write() as conn:
        add.run(conn, {"address_key": "a", "name": "Å\0sa", "first_seen": NOW})
        conn.execute(insert(contacts), {"address_key": "b", "name": "Å\0sa", "first_seen": NOW})
    assert all_contacts(store) == [("a", "Åsa", NOW), ("b", "Åsa", NOW)]


def test_a_naive_time_is_refused_here_as_well(store: Store):
    with pytest.raises(ValueError, match="naive"), store.write() as conn:
        Prepared(insert(contacts)).run(conn, {"address_key": "a", "first_seen": datetime(2026, 1, 1)})


def test_many_rows_are_one_call_and_none_are_no_call(store: Store):
    add = Prepared(insert(contacts))
    with store.write() as conn:
        add.run(conn, *({"address_key": name} for name in "abc"))
        add.run(conn)
    assert [row[0] for row in all_contacts(store)] == ["a", "b", "c"]


def test_one_statement_takes_different_columns_and_defaults_fill_the_rest(store: Store):
    add = Prepared(insert(contacts))
    with store.write() as conn:
        add.run(conn, {"address_key": "a", "name": "A"})
        add.run(conn, {"first_seen": NOW, "address_key": "b"})
    assert all_contacts(store) == [("a", "A", None), ("b", "", NOW)]


def test_what_a_statement_returns_and_how_many_rows_it_changed(store: Store):
    add = Prepared(insert(keys).returning(keys.c.id))
    mark = Prepared(
        update(keys)
        .where(keys.c.id == bindparam("wanted"))
        .values(secret=b"written in the statement", replaced_at=bindparam("at", type_=UTCDateTime))
    )
    find = Prepared(select(keys.c.secret).where(keys.c.id == bindparam("wanted")))
    with store.write() as conn:
        (number,) = add.first(conn, {"secret": b"x", "created_at": NOW})
        assert mark.count(conn, {"wanted": number, "at": NOW}) == 1
        assert mark.count(conn, {"wanted": -1, "at": NOW}) == 0
        assert bytes(find.first(conn, {"wanted": number})[0]) == b"written in the statement"
        assert find.first(conn, {"wanted": -1}) is None


def test_its_errors_are_sqlalchemys_and_say_nothing_of_the_values(store: Store):
    add = Prepared(insert(contacts))
    with pytest.raises(sa.exc.IntegrityError) as caught, store.write() as conn:
        add.run(conn, {"address_key": "a", "name": "hemlig"}, {"address_key": "a", "name": "hemlig"})
    assert "hemlig" not in str(caught.value)
    assert all_contacts(store) == []
