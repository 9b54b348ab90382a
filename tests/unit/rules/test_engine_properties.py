"""The laws of rules.yaml, against a model of a few lines: later values win, explicit beats template, lists add."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from gateway.rules.engine import Engine
from gateway.rules.facts import plain

NOW = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)


@dataclass(frozen=True)
class Simple:
    """A rule of the model: whether it hits, and what it sets."""

    hits: bool
    priority: str | None
    template: bool
    tag: str | None
    stop: bool

    def yaml(self, number: int) -> str:
        then = [f"priority: {self.priority}"] * bool(self.priority) + ["template: other"] * self.template
        then += [f"tags: [{self.tag}]"] * bool(self.tag) + ["stop: true"] * self.stop
        subject = "hej" if self.hits else "adjö"
        return f"  - {{name: r{number}, when: {{subject: {subject}}}, then: {{{', '.join(then or ['no_receipt: true'])}}}}}"


SIMPLE = st.builds(
    Simple, st.booleans(), st.sampled_from([None, "medium", "high"]), st.booleans(), st.sampled_from([None, "a", "b"]), st.sampled_from([False, False, False, True]),
)  # fmt: skip


def expected(rules: list[Simple]) -> dict[str, object]:
    found: dict[str, object] = {}
    templated, tags = False, []
    for rule in rules:
        if not rule.hits:
            continue
        found |= {"priority": rule.priority} if rule.priority else {}
        templated |= rule.template
        tags += [rule.tag] if rule.tag and rule.tag not in tags else []
        if rule.stop:
            break
    if templated:
        found = {"template": "other", "group": "first-line", "priority": "low"} | found
    return found | ({"tags": tuple(tags)} if tags else {})


@pytest.fixture
def outcome_of(a_policy):
    def ask(rules: list[Simple]):
        policy = a_policy("\n".join(rule.yaml(number) for number, rule in enumerate(rules)))
        return Engine(policy).run("registered", plain({"subject": "hej"}, NOW))

    return ask


@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(data=st.data())
def test_the_engine_agrees_with_the_model(outcome_of, changed, data):
    rules = data.draw(st.lists(SIMPLE, min_size=1, max_size=6))
    outcome = outcome_of(rules)
    assert changed(outcome) == expected(rules)
    assert [rule.hit for rule in outcome.trace] == [rule.hits for rule in rules][: len(outcome.trace)]


@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(data=st.data())
def test_rules_that_miss_make_no_difference_wherever_they_stand(outcome_of, changed, data):
    rules = data.draw(st.lists(SIMPLE, min_size=1, max_size=4))
    at = data.draw(st.integers(0, len(rules)))
    miss = Simple(hits=False, priority="high", template=True, tag="b", stop=True)
    assert changed(outcome_of([*rules[:at], miss, *rules[at:]])) == changed(outcome_of(rules))
