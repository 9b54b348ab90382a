from __future__ import annotations

import pytest

from gateway.policy.conditions import NAMES, OPS, All, Kind, Not, Op
from gateway.policy.durations import Duration, Unit


def first(policy):
    return policy.rules[0].when


def when(text: str) -> str:
    return f"rules:\n  - name: a\n    when: {text}\n    then: {{note: x}}\n"


@pytest.mark.parametrize(
    ("written", "op", "value"),
    [
        ("{subject: Hej}", Op.IS, ("Hej",)),
        ("{subject: [Hej, Hei]}", Op.ANY_OF, ("Hej", "Hei")),
        ("{subject: {any_of: [Hej]}}", Op.IS, ("Hej",)),
        ("{subject: {contains: [a, b]}}", Op.CONTAINS, ("a", "b")),
        ("{subject: {words: ör}}", Op.WORDS, ("ör",)),
        ("{subject: {regex: '\\bör\\b'}}", Op.REGEX, (r"\bör\b",)),
        ("{mentions: [faktura]}", Op.CONTAINS, ("faktura",)),
        ("{mentions: {words: faktura}}", Op.WORDS, ("faktura",)),
        ("{from: {domain: XN--RKSMRGS-5WAO1O.example}}", Op.DOMAIN, ("räksmörgås.example",)),
        ("{from: {domain: '@acme.example'}}", Op.DOMAIN, ("acme.example",)),
        ("{size: {over: 5MB}}", Op.OVER, 5_000_000),
        ("{in_status_for: {under: 4bh}}", Op.UNDER, Duration(4, Unit.BUSINESS_HOURS)),
        ("{spam: true}", Op.IS, ("yes",)),
        ("{spam: [yes, suspect]}", Op.ANY_OF, ("yes", "suspect")),
        ("{known: false}", Op.IS, False),
        ("{owner: {exists: false}}", Op.EXISTS, False),
        ("{language: no}", Op.IS, ("nb",)),
        ("{business_hours: closed}", Op.IS, ("closed",)),
        ("{attachment: true}", Op.EXISTS, True),
        ("{class: [vacation, automatic]}", Op.ANY_OF, ("vacation", "automatic")),
    ],
)
def test_a_test_has_one_normal_form(small, written, op, value):
    test = first(small(when(written)))
    assert (test.op, test.value) == (op, value)


def test_tests_side_by_side_must_all_hold(small):
    parts = first(small(when("{subject: {starts: A, ends: B, not: {contains: C}}}"))).parts
    assert [type(part).__name__ for part in parts] == ["Test", "Test", "Not"]


def test_a_list_under_not_means_none_of_them(small):
    node = first(small(when("{status: {not: [resolved, closed]}}")))
    assert isinstance(node, Not)
    assert node.part.value == ("resolved", "closed")


def test_headers_and_attachments_carry_their_argument(small):
    header = first(small(when("{header: {X-Spam-Flag: YES}}")))
    assert (header.name, header.argument, header.value) == ("header", "X-Spam-Flag", ("YES",))
    attachment = first(small(when("{attachment: {name: {ends: .exe}, size: {over: 1kB}}}")))
    assert attachment.op is Op.SOME
    assert isinstance(attachment.value, All)
    assert [part.name for part in attachment.value.parts] == ["name", "size"]


def test_business_hours_of_a_named_calendar(small):
    test = first(
        small(
            "calendars: {office: {hours: {mon-fri: '08:00-17:00'}}}\n"
            + when("{business_hours: {calendar: office, is: open}}")
        )
    )
    assert (test.argument, test.value) == ("office", ("open",))


def test_nested_any_all_and_not_keep_their_shape(small):
    node = first(small(when("{any: [{all: [{subject: a}, {subject: b}]}, {not: [{subject: c}, {subject: d}]}]}")))
    assert [type(part).__name__ for part in node.parts] == ["All", "Not"]
    assert type(node.parts[1].part).__name__ == "Any"


@pytest.mark.parametrize(
    ("written", "message"),
    [
        ("{subjct: x}", "3:12: unknown condition 'subjct'; did you mean 'subject'?"),
        ("{subject: 42}", "3:21: text is meant here; put 42 in quotes"),
        ("{subject: {contains: ''}}", "3:32: an empty text hits everything; use `exists`"),
        ("{subject: []}", "3:21: the list is empty: it can never hit"),
        ("{subject: {}}", "3:21: `subject` has no test"),
        ("{subject: {contain: x}}", "3:22: unknown test 'contain'; did you mean 'contains'?"),
        ("{subject: {after: [a]}}", "3:21: `after` needs `digits:`, as in {after: [faktura], digits: 4-8}"),
        ("{subject: {after: a, digits: 8-4}}", "3:40: `digits` is how many: 6, or from-to as in 4-8"),
        ("{subject: {capture: a}}", "3:22: `capture` belongs to `after: [words]`"),
        ("{size: 5MB}", "3:18: write `size: {over: …}` or `{under: …}`"),
        ("{size: {over: 5}}", "3:25: a size is a number and B, kB, MB or GB, as in 5MB"),
        ("{status: {contains: o}}", "3:31: `contains` does not fit `status`; what fits: any_of, exists, is"),
        ("{class: vaction}", "3:19: unknown class 'vaction'; did you mean 'vacation'?"),
        ("{known: maybe}", "3:19: true or false is meant here"),
        ("{fields: {nope: x}}", "3:21: unknown field 'nope'; none is declared"),
        ("{header: x}", "3:20: `header` takes the name of a header and its test, as in {Name: {is: value}}"),
        ("{attachment: {nme: x}}", "3:25: unknown part of an attachment 'nme'; did you mean 'name'?"),
        ("{business_hours: shut}", "3:28: `business_hours` is open or closed"),
        ("{any: x}", "3:17: `any` takes a list of conditions"),
        ("x", "3:11: a condition is a mapping, as in {subject: {contains: faktura}}"),
    ],
)
def test_a_mistake_in_a_condition_is_told_at_its_place(mistakes, written, message):
    assert mistakes(when(written)) == [message]


def test_a_wrong_pattern_is_told_with_the_reason(mistakes):
    (message,) = mistakes(when("{text: {regex: '(a'}}"))
    assert message.startswith("3:26: the pattern is wrong: missing )")


def test_captures_of_a_pattern_can_be_substituted(small, mistakes):
    rule = "rules:\n  - name: a\n    when: {subject: {regex: 'Case (?P<case>T-\\d+)'}}\n    then: {foreign_reference: '{{ case }}'}\n"
    assert small(rule).rules[0].then.values == {"foreign_reference": "{{ case }}"}
    assert mistakes(rule.replace("{{ case }}", "{{ csae }}")) == ["4:31: unknown name 'csae'; did you mean 'case'?"]


def test_a_capture_under_not_never_has_a_value(mistakes):
    rule = "rules:\n  - name: a\n    when: {not: {subject: {regex: '(?P<n>x)'}}}\n    then: {note: '{{ n }}'}\n"
    assert mistakes(rule) == ["4:18: unknown name 'n'"]


def test_every_kind_of_name_has_its_tests():
    assert set(OPS) == set(Kind)
    assert set(NAMES.values()) <= set(Kind)
