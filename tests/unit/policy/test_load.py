from __future__ import annotations

from datetime import date

import pytest

from gateway.errors import ConfigurationError
from gateway.policy.actions import Alarm, BySkill, Notify, ReadyText, TagChange
from gateway.policy.conditions import ALWAYS, AfterDigits, All, Any, Not, Op, Place, Test
from gateway.policy.durations import Duration, Unit
from gateway.policy.later import later
from gateway.policy.load import load, wanted
from gateway.policy.vocabulary import EVENTS


def test_the_complete_example_loads_without_a_problem(whole):
    assert list(whole.desks) == ["acme", "north"]
    assert whole.desks["acme"].waiting.remind_after == tuple(Duration(n, Unit.BUSINESS_DAYS) for n in (3, 6, 9))
    assert whole.contracts["umbrella-gold"].ends == date(2026, 12, 31)
    assert set(whole.contracts) == {"umbrella-gold", "toner", "initech-standard"}
    assert whole.objects["BIL-2"].name == "Bilen, den röda"
    assert whole.priorities.level("low", "high", "outage") == "high"
    assert whole.priorities.level("low", "high") == "medium"
    assert whole.statuses["ordered"].stands_for == "external"
    assert whole.sources["icinga"].is_ == "monitoring"
    assert whole.digests[0].to.members == "first-line"
    assert whole.ticket_templates["invoice-question"].answers["copy-sent"].files == ("copy.pdf",)


def test_the_smallest_useful_file_gets_every_default(small):
    policy = small()
    desk = policy.desks["support"]
    assert (desk.name, desk.prefix, desk.group, desk.operator_reply) == (
        "support",
        "SUPPORT",
        "first-line",
        "support+{token}@acme.example",
    )
    assert (desk.number_from_stranger, desk.after_answer, desk.colliding_answers) == ("new-ticket", "open", "hold")
    assert (str(desk.reopen_within), str(desk.close_resolved_after)) == ("14d", "7d")
    assert desk.languages == ("sv", "nb", "en")
    assert set(desk.tell) == set(EVENTS)
    assert desk.hears("registered") == ("requester", "group")
    assert policy.operators["anna"].name == "Anna"
    assert later(policy) == []


def test_two_loads_of_one_text_are_equal(small):
    assert small() == small()


def test_a_rule_becomes_a_tree_with_places(whole):
    rule = next(rule for rule in whole.rules if rule.name == "Invoices")
    assert rule.events == ("registered",)
    match rule.when:
        case All((Any((subject, recipient)), Not(sender))):
            assert subject == Test(
                "subject", None, Op.AFTER_DIGITS, AfterDigits(("faktura", "invoice"), 4, 8), "invoice", subject.place
            )
            assert recipient.value == ("ekonomi@acme.example",)
            assert (sender.op, sender.value) == (Op.DOMAIN, ("acme.example",))
            assert subject.place == Place("rules.yaml", 132, 20)
        case other:
            pytest.fail(f"not the tree that was written: {other}")
    assert rule.then.values["tags"] == TagChange(("invoice",), ())
    assert rule.then.stop
    assert [(dict(example.given), example.hits) for example in rule.examples] == [
        ({"subject": "Faktura 123456"}, True),
        ({"subject": "Hej"}, False),
    ]


def test_a_templates_own_rule_stands_before_the_others(whole):
    first = whole.rules[0]
    assert first.template == "invoice-question"
    assert first.then.values == {"template": "invoice-question"}
    assert first.when == Test("subject", None, Op.CONTAINS, ("faktura",), None, first.when.place)


def test_actions_have_their_documented_forms(whole, small):
    by_name = {rule.name: rule.then.values for rule in whole.rules}
    assert by_name["Outage at night"]["alarm"] == (
        Alarm((), ("+46701234567",), (), "{{ ticket.reference }} {{ ticket.subject }}"),
    )
    assert by_name["Untouched for four business hours"]["notify"] == (Notify(("manager",), "escalated"),)
    assert by_name["Newsletters are not tickets"]["discard"] == "newsletter"
    policy = small(
        "rules:\n"
        "  - name: every\n"
        "    then: {group: {skill: network}, owner: next, tags: [a, -b], cc: x@y.example, hold: true,\n"
        "           reject: {sv: Nej, no: Nei}, notify: [owner, boss@x.example], no_receipt: true}\n"
    )
    values = policy.rules[0].then.values
    assert values["group"] == BySkill("network")
    assert values["owner"] == "next"
    assert values["tags"] == TagChange(("a",), ("b",))
    assert values["cc"] == ("x@y.example",)
    assert values["hold"] == "rule"
    assert values["reject"] == ReadyText(None, {"sv": "Nej", "nb": "Nei"})
    assert values["notify"] == (Notify(("owner", "boss@x.example"), "changed"),)
    assert policy.rules[0].when == ALWAYS


def test_treat_as_spam_is_the_same_as_spam(small):
    policy = small("rules:\n  - {name: a, event: received, then: {treat_as_spam: true}}\n")
    assert policy.rules[0].then.values == {"spam": True}


def test_updated_stands_for_two_events(small):
    policy = small("rules:\n  - {name: a, event: updated, then: {note: Hej}}\n")
    assert policy.rules[0].events == ("answered", "customer-wrote")


def test_a_desk_changes_single_rows_of_who_hears(small):
    policy = load(
        {
            "rules.yaml": "desks:\n  a: {addresses: [a@b.example], tell: {registered: [], updated: [admins], closed: null}}\n"
        }
    )
    desk = policy.desks["a"]
    assert desk.hears("registered") == ()
    assert desk.hears("answered") == desk.hears("customer-wrote") == ("admins",)
    assert desk.hears("closed") == ()
    assert desk.hears("resolved") == ("requester", "cc")


def test_the_main_file_says_which_files_it_wants():
    assert wanted("include: [desks/*.yaml, more.yaml]\nobjects: objects.csv") == (
        "desks/*.yaml",
        "more.yaml",
        "objects.csv",
    )
    assert wanted("include: more.yaml") == ("more.yaml",)
    assert wanted("[") == ()


def test_an_include_that_is_missing_or_repeats_a_name_is_told():
    with pytest.raises(ConfigurationError) as caught:
        load(
            {
                "rules.yaml": "include: [more.yaml, gone.yaml]\ndesks: {a: {addresses: [a@b.example]}}\n",
                "more.yaml": "desks:\n  a: {addresses: [b@b.example]}\n",
            }
        )
    assert [str(problem) for problem in caught.value.problems] == [
        "more.yaml:2:3: 'a' stands already in rules.yaml, line 2",
        "rules.yaml:1:22: no file 'gone.yaml'",
    ]


def test_mistakes_of_an_included_file_name_that_file():
    with pytest.raises(ConfigurationError) as caught:
        load({"rules.yaml": "include: more.yaml\n", "more.yaml": "desks:\n  a: {addresses: []}\n"})
    assert [str(problem) for problem in caught.value.problems] == ["more.yaml:2:18: write at least one"]


def test_lists_of_included_files_come_one_after_the_other(small):
    files = {
        "rules.yaml": "include: more.yaml\ndesks: {a: {addresses: [a@b.example]}}\nrules: [{name: one, then: {note: x}}]\n",
        "more.yaml": "rules: [{name: two, then: {note: y}}]\n",
    }
    assert [rule.name for rule in load(files).rules] == ["one", "two"]


def test_keys_whose_behaviour_comes_later_are_told_once_each(whole):
    sentences = later(whole)
    assert "rules.yaml: `digests` is read and checked; they are not sent yet" in sentences
    assert len(sentences) == len(set(sentences))


def test_a_thousand_mistakes_are_a_thousand_problems(small):
    added = "rules:\n" + "".join(f"  - {{name: r{n}, then: {{group: nowhere}}}}\n" for n in range(1000))
    with pytest.raises(ConfigurationError) as caught:
        small(added)
    assert len(caught.value.problems) == 1000


def test_organisations_may_be_spread_over_files():
    files = {
        "rules.yaml": "include: b.yaml\ndesks: {a: {addresses: [a@b.example]}}\ncontacts: {organisations: {x: {domains: [x.example]}}}",
        "b.yaml": "contacts: {organisations: {y: {domains: [y.example]}}}",
    }
    assert list(load(files).contacts.organisations) == ["x", "y"]
    files["b.yaml"] = "contacts: {organisations: {x: {}}}"
    with pytest.raises(ConfigurationError, match=r"'x' stands already in rules\.yaml, line 3"):
        load(files)


def test_reminders_must_follow_one_another(mistakes):
    found = mistakes(
        "", **{"rules.yaml": "desks: {a: {addresses: [a@b.example], waiting: {remind_after: [3bd, 2bd]}}}"}
    )
    assert len(found) == 1
    assert "each must be longer than the one before" in found[0]


def test_a_choice_needs_its_choices(mistakes):
    found = mistakes("", **{"rules.yaml": "desks: {a: {addresses: [a@b.example], fields: {site: {type: choice}}}}"})
    assert len(found) == 1
    assert "type choice needs `choices: [one, two]`" in found[0]
