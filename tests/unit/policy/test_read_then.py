from __future__ import annotations

import pytest

from gateway.policy.actions import FORMS, RECEIVED_ONLY
from gateway.policy.declared import Declared
from gateway.policy.read_then import ThenReader


def rule(then: str, event: str = "registered") -> str:
    return f"rules:\n  - name: a\n    event: {event}\n    then: {then}\n"


@pytest.mark.parametrize(
    ("then", "message"),
    [
        ("{group: frist-line}", "4:19: unknown group 'frist-line'; did you mean 'first-line'?"),
        ("{grup: first-line}", "4:12: unknown action 'grup'; did you mean 'group'?"),
        ("{group: {skil: network}}", "4:19: `group` is the name of a group, or {skill: name}"),
        ("{owner: karin}", "4:19: unknown operator 'karin'; known are anna, bo"),
        ("{priority: hihg}", "4:22: unknown priority 'hihg'; did you mean 'high'?"),
        ("{status: resovled}", "4:20: unknown status 'resovled'; did you mean 'resolved'?"),
        ("{template: nope}", "4:22: unknown ticket template 'nope'; none is declared"),
        ("{alarm: {sms: 46701234567, text: x}}", "4:25: text is meant here; put 46701234567 in quotes"),
        (
            "{alarm: {sms: '0701234567'}}",
            "4:25: '0701234567' is not a number in international form, as in \"+46701234567\"",
        ),
        ("{alarm: {webhook: 'http://x.example'}}", "4:29: a webhook is an https:// address"),
        ("{alarm: {text: x}}", "4:19: `alarm` needs one of mail, sms, webhook"),
        ("{notify: {who: managr}}", "4:26: unknown recipient 'managr'; did you mean 'manager'?"),
        ("{notify: {mail: escalated}}", "4:20: `notify` needs `who:`"),
        ("{notify: {who: owner, mail: escalatd}}", "4:39: unknown event 'escalatd'; did you mean 'escalated'?"),
        ("{stop: yes}", "4:18: true or false is meant here"),
        ("{note: '{{ ticket.refrence }}'}", "4:18: unknown name 'ticket.refrence'; did you mean 'ticket.reference'?"),
        (
            "{note: '{{ ticket.subject | upper }}'}",
            "4:18: '{{ ticket.subject | upper }}' is no name; filters and logic belong in template files",
        ),
        ("{forward: nobody}", "4:21: 'nobody' is not an e-mail address"),
        ("{discard: nope}", "4:21: write {because: a word or a sentence}, or true"),
        (
            "{sender_from: somewhere}",
            '4:25: `sender_from` is reply-to, sender, or a text with a capture, as in "{{ address }}"',
        ),
        ("{}", "4:11: the rule does nothing; write an action, or remove the rule"),
        ("[]", "4:11: `then` is a mapping, as in {group: network, stop: true}"),
    ],
)
def test_a_mistake_in_an_action_is_told_at_its_place(mistakes, then, message):
    assert mistakes(rule(then)) == [message]


@pytest.mark.parametrize("action", sorted(set(FORMS) - RECEIVED_ONLY))
def test_a_rule_of_event_received_may_only_sort(mistakes, action):
    (message,) = mistakes(rule(f"{{{action}: x}}", "received"))
    assert f"`{action}` comes too early in a rule of event received" in message


def test_every_action_has_a_reader():
    assert set(ThenReader(Declared({}, frozenset()), frozenset(), []).readers) == set(FORMS)


def test_two_rules_of_one_name_are_a_mistake(mistakes):
    added = "rules:\n  - {name: a, then: {note: x}}\n  - {name: a, then: {note: y}}\n"
    assert mistakes(added) == ["3:5: a rule named 'a' stands already in line 9 of rules.yaml"]


def test_an_example_needs_its_answer(mistakes):
    added = "rules:\n  - {name: a, then: {note: x}, examples: [{subject: Hej}]}\n"
    assert mistakes(added) == [
        "2:43: an example is a mail in short and `hits: true` or `false`, as in {subject: Hej, hits: false}"
    ]
