"""`#take #assign #unassign #group #cc`: who works on it and who takes part."""

from __future__ import annotations

from dataclasses import replace

from gateway.commands import arguments
from gateway.commands.authority import Level
from gateway.commands.context import Outcome, Scene, Step
from gateway.commands.sentences import Said, say
from gateway.mail.address import key
from gateway.rules.distribute import hand_out
from gateway.tickets.effects import Effect, Join, Leave
from gateway.tickets.model import Participant
from gateway.tickets.states import Refusal, Trigger, move


def take(scene: Scene) -> Outcome:
    """Make the writer the owner; a new or paused ticket opens."""
    me = scene.context.operator
    if scene.argument:
        return say("no-argument", word=scene.word, value=scene.argument)
    target = move(scene.ticket.status, Trigger.ANSWERED)
    moved: tuple[Effect, ...] = ()
    if not isinstance(target, Refusal) and target is not scene.ticket.status:
        moved = (scene.change("status", target),)
    if scene.ticket.owner == me:
        return Step(say("already-yours"), moved)
    return Step(say("taken"), (*_owner(scene, me), *moved), ("taken",))


def assign(scene: Scene) -> Outcome:
    """Make somebody else the owner."""
    who = arguments.person(scene.argument, scene.context.policy, scene.context.operator)
    if isinstance(who, Said):
        return who
    if who == scene.context.operator:
        return take(replace(scene, argument=""))
    if who == scene.ticket.owner:
        return Step(say("assigned", value=_name(scene, who)))
    return Step(_assigned(scene, who), _owner(scene, who), ("assigned",))


def unassign(scene: Scene) -> Outcome:
    """Let go of it."""
    if scene.argument:
        return say("no-argument", word=scene.word, value=scene.argument)
    effects = _owner(scene, None) if scene.ticket.owner is not None else ()
    return Step(say("unassigned"), effects, ("changed",) if effects else ())


def group(scene: Scene) -> Outcome:
    """Give it to a group; an owner who is no member of it lets go, and groups that hand out do so."""
    policy = scene.context.policy
    name = arguments.group(scene.argument, policy)
    if isinstance(name, Said):
        return name
    said = say("group-is", value=policy.groups[name].name)
    if name == scene.ticket.group:
        return Step(said)
    effects: tuple[Effect, ...] = (scene.change("group", name), scene.change("line", policy.groups[name].line))
    if scene.ticket.owner not in policy.members(name):
        turn = hand_out(policy, name)
        if turn is not None or scene.ticket.owner is not None:
            effects = (*effects, scene.change("owner", turn), scene.change("owner_at", scene.context.now))
    return Step(said, effects, ("assigned",))


def cc(scene: Scene) -> Outcome:
    """Let people outside take part, or no more; a new one sees nothing from before (A03)."""
    added, removed = arguments.signed_list(scene.argument)
    effects: list[Effect] = []
    for written in added:
        joined = _join(scene, written)
        if isinstance(joined, Said):
            return joined
        effects += joined
    for written in removed:
        left = _leave(scene, written)
        if isinstance(left, Said):
            return left
        effects.append(left)
    gone = {effect.address for effect in effects if isinstance(effect, Leave)}
    here = [address for address in scene.ticket.addresses("cc") if address not in gone]
    here += [effect.participant.address for effect in effects if isinstance(effect, Join)]
    events = ("participant-added",) if any(isinstance(effect, Join) for effect in effects) else ("changed",)
    return Step(say("people-are", value=", ".join(here) or "–"), tuple(effects), events)


def _join(scene: Scene, written: str) -> list[Effect] | Said:
    address = arguments.address(written)
    if isinstance(address, Said):
        return address
    if key(address) in scene.context.policy.own_addresses() or scene.context.policy.desk_of(address) is not None:
        return say("own-address", value=address)
    if key(address) in {key(known) for known in scene.ticket.addresses()}:
        return []
    if key(address) not in _seen(scene) and scene.context.standing.level < Level.PROVEN:
        return say("needs-proven", word=scene.word)
    since = max((entry.id for entry in scene.context.case.entries), default=0) + 1
    return [Join(Participant(address, "", "cc", since))]


def _leave(scene: Scene, written: str) -> Leave | Said:
    wanted = key(written)
    found = next((known for known in scene.ticket.addresses("cc") if key(known) == wanted), None)
    return say("not-in-ticket", value=written) if found is None else Leave(found)


def _seen(scene: Scene) -> frozenset[str]:
    """Return every outside address that stood in the ticket before."""
    entries = scene.context.case.entries
    written = (address.address for entry in entries for address in (*entry.to, *entry.cc))
    authors = (entry.author.address for entry in entries if entry.author.address and entry.verified)
    return frozenset(map(key, (scene.ticket.requester.address, *scene.ticket.addresses(), *written, *authors)))


def _owner(scene: Scene, who: str | None) -> tuple[Effect, ...]:
    return (scene.change("owner", who), scene.change("owner_at", scene.context.now))


def _name(scene: Scene, who: str) -> str:
    found = scene.context.policy.person(who)
    return found.name if found is not None else who


def _assigned(scene: Scene, who: str) -> Said:
    found = scene.context.policy.person(who)
    if found is not None and found.away is not None and found.away.until >= scene.context.now.date():
        return say("assigned-away", value=found.name, when=found.away.until.isoformat())
    return say("assigned", value=_name(scene, who))
