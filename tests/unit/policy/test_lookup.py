from __future__ import annotations

from gateway.policy.load import load


def test_an_address_of_a_desk_leads_to_it_in_any_spelling(whole):
    assert whole.desk_of("Support@ACME.example") == ("acme", None)
    assert whole.desk_of("hjalp@acme.example") == ("acme", None)
    assert whole.desk_of("nobody@acme.example") is None


def test_a_subaddress_of_a_desk_leads_to_it_with_its_tag(whole):
    assert whole.desk_of("support+abc-123@acme.example") == ("acme", "abc-123")
    assert whole.desk_of("ekonomi+b-x@acme.example") == ("acme", "b-x")


def test_a_reply_address_on_a_domain_of_its_own_gives_the_token():
    policy = load(
        {
            "rules.yaml": "desks: {a: {addresses: [a@b.example], operator_reply: 'r-{token}@tickets.b.example'}}\n",
        }
    )
    assert policy.desk_of("R-K7Q2@Tickets.b.example") == ("a", "k7q2")
    assert policy.desk_of("r-@tickets.b.example") is None
    assert policy.desks["a"].reply_address("k7q2") == "r-k7q2@tickets.b.example"


def test_a_desk_without_subaddresses_has_no_reply_address():
    policy = load({"rules.yaml": "desks: {a: {addresses: [a@b.example], operator_reply: key-line}}\n"})
    assert policy.desks["a"].reply_address("x") is None


def test_every_address_of_a_person_is_his(whole):
    assert whole.person_of("ANNA@home.example") == "anna"
    assert whole.person_of("boss@acme.example") == "boss"
    assert whole.person_of("karin@umbrella.example") is None


def test_roles_come_from_the_list_the_entry_and_admins(whole):
    assert whole.roles("anna") == {"operator", "admin"}
    assert whole.roles("bo") == {"operator"}
    assert whole.roles("boss") == {"manager"}
    assert whole.roles("nobody") == frozenset()


def test_members_join_from_both_sides(whole):
    assert whole.members("first-line") == ("anna", "bo", "boss")
    assert whole.members("nowhere") == ()
    assert whole.groups_of("bo") == ("first-line", "finance")


def test_an_organisation_is_found_by_its_domain_and_those_below(whole):
    assert whole.organisation_of("karin@umbrella.example") == "umbrella"
    assert whole.organisation_of("karin@mail.UMBRELLA.example") == "umbrella"
    assert whole.organisation_of("karin@notumbrella.example") is None


def test_own_addresses_are_desks_people_and_groups():
    policy = load(
        {
            "rules.yaml": "desks: {a: {addresses: [A@b.example]}}\n"
            "operators: {bo: {addresses: [bo@b.example]}}\n"
            "groups: {g: {members: [bo], addresses: [g@b.example]}}\n"
        }
    )
    assert policy.own_addresses() == {"a@b.example", "bo@b.example", "g@b.example"}
    assert policy.group_of("G@b.example") == "g"


def test_labels_fall_back_to_the_name(whole):
    assert whole.label("statuses", "ordered", "sv") == "Beställd"
    assert whole.label("statuses", "ordered", "nb") == "Beställd"
    assert whole.label("types", "fault", "sv") == "fault"
    assert whole.stands_for("ordered") == "external"
    assert whole.stands_for("open") == "open"


def test_labels_differ_by_audience():
    policy = load(
        {
            "rules.yaml": "desks: {a: {addresses: [a@b.example]}}\n"
            "statuses: {ordered: {stands_for: external, label: {sv: {operator: Beställd, customer: På väg}}}}\n"
        }
    )
    assert policy.label("statuses", "ordered", "sv", "operator") == "Beställd"
    assert policy.label("statuses", "ordered", "sv", "customer") == "På väg"
