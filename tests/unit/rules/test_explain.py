from __future__ import annotations

import json
from datetime import UTC, datetime

from gateway.rules.examples import check_examples
from gateway.rules.explain import as_facts, story

NOW = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)
RULES = """
  - {name: Invoices, when: {any: [{subject: {contains: faktura}}, {recipient: ekonomi@acme.example}], not: {from: {domain: acme.example}}}, then: {group: finance, note: "Om {{ message.subject }}"}}
  - {name: Outage, when: {mentions: driftstopp}, then: {priority: high}}
"""


def test_the_story_tells_place_rules_changes_actions_and_mails(run):
    outcome = run(RULES, subject="Faktura 123456")
    assert story(outcome, ["no reference"], ["registers"], ["registered to karin@umbrella.example"]) == [
        "Where it belongs",
        "  no reference",
        "Rules",
        "  Invoices: hit -> group: finance; note",
        "      any of: yes",
        "        subject contains 'faktura': yes, 'Faktura 123456'",
        "        recipient is 'ekonomi@acme.example': no, 'support@acme.example'",
        "      not: yes",
        "        from is in domain 'acme.example': no, 'karin@umbrella.example' · 'Karin Berg <karin@umbrella.example>'",
        "  Outage: miss",
        "      mentions contains 'driftstopp': no, 'Faktura 123456'",
        "What they set",
        "  group = finance (rule Invoices)",
        "What they do",
        "  Note (wording: Om Faktura 123456) by rule Invoices",
        "Decision",
        "  registers",
        "Mails that leave",
        "  registered to karin@umbrella.example",
    ]


def test_the_same_story_is_plain_json(run):
    told = json.loads(json.dumps(as_facts(run(RULES, subject="Faktura"))))
    assert told["rules"][0]["hit"] is True
    assert told["changes"] == [{"field": "group", "value": "finance", "cause": "rule Invoices"}]


def test_a_late_bound_owner_is_told_as_the_order_it_is(run):
    told = as_facts(run("  - {name: g, when: {subject: hej}, then: {group: network}}"))
    assert "round-robin" in told["changes"][-1]["value"]


def test_examples_that_do_not_answer_as_they_say_are_problems_at_their_place(a_policy):
    policy = a_policy(
        """
  - name: Invoices
    when: {subject: {after: [faktura], digits: 4-8}, from: {domain: umbrella.example}}
    then: {priority: high}
    examples:
      - {subject: "Faktura 123456", from: karin@umbrella.example, hits: true}
      - {subject: "Hej", from: karin@umbrella.example, hits: false}
      - {subject: "Hej", hits: true}
"""
    )
    (problem,) = check_examples(policy, NOW)
    assert "the example of rule 'Invoices' must hit but does not: subject has 4-8 digits" in problem.message
    assert problem.line > 0


def test_examples_may_name_text_tags_and_yes_or_no(a_policy):
    policy = a_policy(
        """
  - name: r
    when: {mentions: driftstopp, known: true, class: person}
    then: {priority: high}
    examples:
      - {text: "Vi har driftstopp", known: true, class: person, hits: true}
      - {subject: "Driftstopp", known: false, class: person, hits: false}
"""
    )
    assert check_examples(policy, NOW) == []
