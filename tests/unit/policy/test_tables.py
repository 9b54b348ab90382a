"""The literal tables fit the schema and one another."""

from __future__ import annotations

import pytest

from gateway.commands.vocabulary import VERBS as WORDS
from gateway.policy.later import LATER
from gateway.policy.references import PATTERNS, REFERENCES, TEXTS
from gateway.policy.roles import CUSTOMER_VERBS, ROLES, VERBS, may
from gateway.policy.schema import Policy
from gateway.policy.schema_desk import TELL
from gateway.policy.schema_people import Role
from gateway.policy.shape_errors import keys_at
from gateway.policy.vocabulary import EVENTS


@pytest.mark.parametrize("path", sorted({path for path, _ in (*REFERENCES, *LATER)} | {*TEXTS, *PATTERNS}))
def test_every_path_of_a_table_is_in_the_schema(path):
    parts = path.split(".")
    for length, part in enumerate(parts):
        if part != "*" and (known := keys_at(Policy, parts[:length])):
            assert part in known


def test_who_hears_of_what_decides_every_event():
    assert tuple(TELL) == EVENTS


def test_every_role_has_its_verbs_and_no_other_has():
    assert set(VERBS) == set(ROLES) == set(Role.__args__)


def test_every_verb_of_the_vocabulary_belongs_to_a_role_or_to_customers():
    given = frozenset().union(*VERBS.values())
    known = frozenset(WORDS)
    assert known - given - CUSTOMER_VERBS == frozenset()
    assert given - known == frozenset()


def test_an_auditor_reads_and_changes_nothing():
    assert may(frozenset({"auditor"}), "show")
    assert not any(may(frozenset({"auditor"}), verb) for verb in ("resolve", "answer", "note", "merge", "discard"))
    assert not may(frozenset(), "show")
