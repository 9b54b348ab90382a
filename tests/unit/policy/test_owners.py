from __future__ import annotations

import pytest


@pytest.mark.parametrize(
    ("added", "message"),
    [
        (
            "people:\n  owner: {addresses: [o@acme.example]}\n",
            "2:3: 'owner' has a meaning of its own in rules; choose another name",
        ),
        (
            "people:\n  anna: {addresses: [a2@acme.example]}\n",
            "2:3: 'anna' stands already under operators; people and groups need names of their own",
        ),
        (
            "statuses:\n  open: {stands_for: open}\n",
            "2:3: 'open' is a fixed status; an own name must be another word",
        ),
        (
            "people:\n  karin: {addresses: [ANNA@acme.example]}\n",
            "2:23: ANNA@acme.example belongs already to operator anna (rules.yaml:4:22)",
        ),
    ],
)
def test_a_name_or_address_has_one_owner(mistakes, added, message):
    assert message in mistakes(added)


def test_an_address_is_told_once_even_if_three_have_it(mistakes):
    added = "people:\n  k: {addresses: [support@acme.example]}\n  l: {addresses: [support@acme.example]}\n"
    assert [line.split(" ", 1)[0] for line in mistakes(added)] == ["2:19:", "3:19:"]


@pytest.mark.parametrize("reply", ["support@acme.example", "{token}{token}@acme.example", "plain"])
def test_replies_need_a_place_for_the_token(mistakes, reply):
    added = f"desks:\n  b: {{addresses: [b@acme.example], operator_reply: '{reply}'}}\n"
    found = "\n".join(mistakes("", **{"rules.yaml": added}))
    assert "write an address with {token}" in found
