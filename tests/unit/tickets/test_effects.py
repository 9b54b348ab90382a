"""What a ticket will be once effects are applied."""

from __future__ import annotations

from gateway.tickets.effects import Change, Disarm, Join, Leave, Link, Mute, project
from gateway.tickets.model import Actor, ActorKind, Participant, Status


def test_effects_are_projected_in_order(ticket):
    after = project(
        ticket, [Change("status", Status.WAITING), Change("status", Status.RESOLVED), Link("claims", "ACME-1")]
    )
    assert (after.status, after.links) == (Status.RESOLVED, ("claims ACME-1",))


def test_nobody_joins_twice_and_who_leaves_is_gone(ticket):
    new = Participant("ny@umbrella.example", "Ny", "cc")
    joined = project(ticket, [Join(new), Join(new), Join(Participant("karin@umbrella.example", "", "cc"))])
    assert joined.addresses("cc") == ("olle@umbrella.example", "ny@umbrella.example")
    assert "olle@umbrella.example" not in project(joined, [Leave("olle@umbrella.example")]).addresses()


def test_what_is_no_matter_of_the_ticket_leaves_it_as_it_is(ticket):
    assert project(ticket, [Disarm("wake"), Mute("a@x", "why")]) == ticket


def test_actors_print_as_history_names_them(ticket):
    assert str(Actor(ActorKind.OPERATOR, "anna")) == "operator anna"
    assert str(Actor(ActorKind.GATEWAY, "")) == "gateway"
    assert (ticket.reference, ticket.addresses("third-party")) == ("ACME-1042", ("toner@supplier.example",))
