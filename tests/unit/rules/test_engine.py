from __future__ import annotations

import pytest

from gateway.rules.actions import (
    CcAdd,
    DiscardBecause,
    ForeignReference,
    HoldFor,
    NoReceipt,
    Note,
    NotifyWho,
    TreatAsSpam,
)
from gateway.rules.distribute import AssignNext
from gateway.tickets.model import Status

INVOICES = """
  - name: Invoices
    when: {any: [{subject: {after: [faktura, invoice], digits: 4-8, capture: invoice}}, {recipient: ekonomi@acme.example}]}
    then: {template: invoice-question, fields: {order_number: "{{ invoice }}"}, tags: [money]}
"""


def test_a_template_gives_its_values_and_captures_fill_its_texts(run, changed):
    outcome = run(INVOICES, subject="Faktura 123456 stämmer inte")
    assert changed(outcome) == {
        "template": "invoice-question", "subject": "Faktura 123456", "group": "finance", "type": "question",
        "category": "invoice", "priority": "medium", "steps": ("Look up",), "solution": "En kopia är skickad.",
        "tags": ("invoice", "money"), "fields": {"site": "Luleå", "order_number": "123456"},
    }  # fmt: skip
    assert outcome.captures == {"invoice": "123456"}
    assert outcome.placed


def test_a_mail_that_no_rule_hits_is_left_as_it_is(run):
    outcome = run(INVOICES, subject="Skrivaren är trasig")
    assert (outcome.changes, outcome.actions, outcome.placed) == ((), (), False)


@pytest.mark.parametrize(
    "order",
    [
        "  - {name: a, when: {subject: {exists: true}}, then: {priority: high}}\n  - {name: b, when: {subject: {exists: true}}, then: {template: other}}\n",
        "  - {name: b, when: {subject: {exists: true}}, then: {template: other}}\n  - {name: a, when: {subject: {exists: true}}, then: {priority: high}}\n",
    ],
)
def test_explicit_values_beat_a_template_wherever_it_stands(order, run, changed):
    assert changed(run(order))["priority"] == "high"


def test_a_later_rule_sees_what_an_earlier_one_set_and_its_single_value_wins(run, changed):
    rules = """
  - {name: first, when: {subject: hej}, then: {priority: low, tags: [a]}}
  - {name: second, when: {priority: low, tags: a}, then: {priority: high, tags: [b]}}
  - {name: third, when: {priority: low}, then: {priority: medium}}
"""
    assert changed(run(rules)) == {"priority": "high", "tags": ("a", "b")}


def test_what_a_template_set_is_seen_by_later_rules_but_not_over_explicit_values(run, changed):
    rules = """
  - {name: explicit, when: {subject: hej}, then: {priority: high}}
  - {name: template, when: {subject: hej}, then: {template: other}}
  - {name: low, when: {priority: low}, then: {tags: [wrong]}}
  - {name: group, when: {group: first-line, template: other}, then: {tags: [right]}}
"""
    assert changed(run(rules))["tags"] == ("right",)


def test_stop_ends_the_asking(run, changed):
    rules = """
  - {name: first, when: {subject: hej}, then: {priority: low, stop: true}}
  - {name: second, when: {subject: hej}, then: {priority: high}}
"""
    outcome = run(rules)
    assert changed(outcome) == {"priority": "low"}
    assert [rule.name for rule in outcome.trace] == ["first"]


def test_a_tag_that_a_rule_takes_away_goes_even_when_a_template_gives_it(run, changed, a_draft):
    rules = """
  - {name: t, when: {subject: hej}, then: {template: invoice-question}}
  - {name: r, when: {subject: hej}, then: {tags: [-invoice, new]}}
"""
    assert changed(run(rules, ticket=a_draft(tags=("old",))))["tags"] == ("old", "new")


def test_an_own_status_is_set_with_the_fixed_one_it_stands_for(run, changed):
    rules = "  - {name: s, when: {subject: hej}, then: {status: ordered}}\n"
    assert changed(run(rules)) == {"status": Status.EXTERNAL, "status_name": "ordered"}


def test_impact_and_urgency_give_the_priority_by_the_matrix_unless_one_is_named(run, changed):
    both = "  - {name: m, when: {subject: hej}, then: {impact: high, urgency: low}}\n"
    assert changed(run(both))["priority"] == "medium"
    named = "  - {name: m, when: {subject: hej}, then: {impact: high, urgency: low, priority: low}}\n"
    assert changed(run(named))["priority"] == "low"


def test_a_group_that_hands_out_in_turn_gets_a_late_bound_owner(run, changed):
    rules = "  - {name: g, when: {subject: hej}, then: {group: network}}\n"
    assert changed(run(rules))["owner"] == AssignNext("network", "round-robin")
    assert "owner" not in changed(run("  - {name: g, when: {subject: hej}, then: {group: finance}}\n"))


def test_owner_next_gives_somebody_even_of_a_group_that_picks(run, changed):
    rules = "  - {name: g, when: {subject: hej}, then: {group: finance, owner: next}}\n"
    assert changed(run(rules))["owner"] == AssignNext("finance", "round-robin")


def test_a_wanted_skill_finds_the_group_that_has_it_most(run, changed):
    rules = "  - {name: g, when: {subject: hej}, then: {group: {skill: network}}}\n"
    found = changed(run(rules))
    assert found == {"group": "network", "owner": AssignNext("network", "round-robin", "network")}


def test_actions_come_out_in_order_with_their_rule(run):
    rules = """
  - {name: a, when: {subject: hej}, then: {note: "Av {{ requester.name }} i {{ ticket.reference }}", no_receipt: true}}
  - {name: b, when: {subject: hej}, then: {notify: {who: manager, mail: escalated}, cc: chef@umbrella.example}}
"""
    note, *others = run(rules).actions
    assert isinstance(note, Note)
    assert note.wording.text("ACME-1042") == "Av Karin Berg i ACME-1042"
    assert others == [NoReceipt("a"), NotifyWho(("manager",), "escalated", "b"), CcAdd("chef@umbrella.example", "b")]


def test_a_mail_can_not_smuggle_a_substitution_into_a_text(run):
    rules = '  - {name: a, when: {subject: {exists: true}}, then: {note: "{{ message.subject }}"}}\n'
    (note,) = run(rules, subject="{{ ticket.owner }} {{ ticket.reference }}").actions
    assert note.wording.text("ACME-1") == "{{ ticket.owner }} {{ ticket.reference }}"


def test_rules_of_event_received_find_foreign_references_and_discard(run):
    rules = r"""
  - {name: supplier, event: received, when: {from: {domain: umbrella.example}, subject: {regex: 'Case (?P<case>T-\d+)'}}, then: {foreign_reference: "{{ case }}"}}
  - {name: news, event: received, when: {class: person, addressed: false}, then: {discard: {because: newsletter}}}
  - {name: held, event: received, when: {addressed: true}, then: {hold: {because: look at it}}}
"""
    outcome = run(rules, "received", subject="Re: Case T-77 ready")
    assert outcome.actions == (ForeignReference("T-77", "supplier"), HoldFor("look at it", "held"))
    assert DiscardBecause("newsletter", "news") not in outcome.actions


def test_a_message_of_no_ticket_yet_is_asked_about_the_desk_it_is_addressed_to(run):
    rules = "  - {name: r, event: received, when: {desk: acme}, then: {spam: false}}\n"
    assert run(rules, "received").actions == (TreatAsSpam(spam=False, rule="r"),)


def test_a_rule_is_asked_at_its_own_event_only(run, changed):
    rules = "  - {name: a, event: customer-wrote, when: {subject: hej}, then: {priority: high}}\n"
    assert run(rules).changes == ()
    assert changed(run(rules, "customer-wrote")) == {"priority": "high"}


def test_the_trace_tells_each_rule_with_its_reasons_over_what_it_saw(run):
    rules = """
  - {name: first, when: {subject: {contains: faktura}}, then: {priority: low}}
  - {name: second, when: {priority: low}, then: {priority: high}}
  - {name: third, when: {priority: low}, then: {priority: medium}}
"""
    trace = run(rules, subject="Faktura 123456").trace
    assert [(rule.name, rule.hit, rule.reasons, rule.did) for rule in trace] == [
        ("first", True, ("subject contains 'faktura': yes, 'Faktura 123456'",), ("priority: low",)),
        ("second", True, ("priority is 'low': yes, 'low'",), ("priority: high",)),
        ("third", False, ("priority is 'low': no, 'high'",), ()),
    ]


def test_a_pattern_that_takes_too_long_makes_its_rule_unknown_whatever_not_says(run):
    rules = """
  - {name: slow, when: {subject: {regex: '(a|aa)+$'}}, then: {priority: high}}
  - {name: turned, when: {not: {subject: {regex: '(a|aa)+$'}}}, then: {priority: low}}
"""
    outcome = run(rules, subject="a" * 40 + "!")
    assert outcome.changes == ()
    assert outcome.unknown == ("slow", "turned")


def test_running_changes_no_fact_for_the_next_run(run, changed, a_draft):
    rules = "  - {name: a, when: {subject: hej}, then: {priority: high, fields: {site: Luleå}}}\n"
    draft = a_draft(fields={"order_number": "1"})
    outcome = run(rules, ticket=draft)
    assert changed(outcome)["fields"] == {"order_number": "1", "site": "Luleå"}
    assert outcome.facts is not None
    assert outcome.facts["priority"] == ()
