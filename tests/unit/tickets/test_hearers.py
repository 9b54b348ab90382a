"""Words of `tell:` become people."""

from __future__ import annotations

from dataclasses import replace

import pytest

from gateway.tickets.hearers import hearers

KARIN, OLLE, TONER = "karin@umbrella.example", "olle@umbrella.example", "toner@supplier.example"
ANNA, BO, CECILIA, BOSS = "anna@acme.example", "bo@acme.example", "cecilia@acme.example", "boss@acme.example"


def who(words, ticket, policy):
    return [hearer.to.address for hearer in hearers(words, ticket, policy)]


@pytest.mark.parametrize(
    ("word", "changes", "expected"),
    [
        ("requester", {}, [KARIN]),
        ("cc", {}, [OLLE]),
        ("third-party", {}, [TONER]),
        ("owner", {}, []),
        ("owner", {"owner": "bo"}, [BO]),
        ("owner", {"owner": "gone"}, []),
        ("group", {"owner": "bo"}, [ANNA, BO, CECILIA]),
        ("group", {"group": "network"}, ["natet@acme.example"]),
        ("group", {"group": None}, []),
        ("group", {"group": "gone"}, []),
        ("owner-or-group", {}, [ANNA, BO, CECILIA]),
        ("owner-or-group", {"owner": "anna"}, [ANNA]),
        ("watchers", {"watchers": ("cecilia", "boss", "gone")}, [CECILIA, BOSS]),
        ("manager", {}, [BOSS]),
        ("manager", {"group": "network"}, []),
        ("manager", {"group": None}, []),
        ("admins", {}, [ANNA]),
        ("network", {}, ["natet@acme.example"]),
        ("boss", {}, [BOSS]),
        ("larm@vakt.example", {}, ["larm@vakt.example"]),
        ("nobody", {}, []),
    ],
)
def test_each_word_names_its_people(policy, ticket, word, changes, expected):
    assert who([word], replace(ticket, **changes), policy) == expected


def test_nobody_twice_and_the_first_reason_stays(policy, ticket):
    found = hearers(["owner", "group", "anna"], replace(ticket, owner="anna"), policy)
    assert [(h.to.address, h.reason) for h in found] == [(ANNA, "owner"), (BO, "group"), (CECILIA, "group")]


def test_audiences_say_who_is_inside(policy, ticket):
    found = hearers(
        ["requester", "cc", "third-party", "group", "larm@vakt.example"], replace(ticket, group="network"), policy
    )
    assert [(h.audience, h.person, h.group) for h in found] == [
        ("requester", None, False), ("requester", None, False), ("third-party", None, False),
        ("operator", "network", True), ("third-party", None, False),
    ]  # fmt: skip
