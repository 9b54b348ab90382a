"""`#resolve #close #reopen #wait #pause #status`: where a ticket stands."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import datetime

from gateway.commands import arguments, dates, values
from gateway.commands.arguments import Choice
from gateway.commands.context import Context, Outcome, Scene, Step
from gateway.commands.sentences import Said, say
from gateway.tickets.effects import Arm, Change, Disarm, Effect
from gateway.tickets.model import Status
from gateway.tickets.states import Refusal, Trigger, move

_REFUSALS = {"already": "already-closed", "reopen-first": "reopen-first", "not-closed": "not-closed"}
_TIMERS = {Status.PAUSED: "wake", Status.RESOLVED: "close-due"}
"""The timer that belongs to a status and goes with it."""

SPAM = "spam"
"""The tag by which rules and reports know it."""

_UNTIL = re.compile(r"(?:until|till|tills|til|to) +", re.IGNORECASE)


def resolve(scene: Scene) -> Outcome:
    """Resolve; the text, else the reply's words, becomes the solution. Words of a note never do (A70)."""
    target = move(scene.ticket.status, Trigger.RESOLVE)
    if isinstance(target, Refusal):
        return _refused(target, scene)
    changes = [*_to(scene, target), *_solved(scene), *_solution(scene)]
    return Step(say("resolved"), tuple(changes), ("resolved",))


def close(scene: Scene) -> Outcome:
    """Close; what was not resolved before counts as resolved now."""
    target = move(scene.ticket.status, Trigger.CLOSE)
    if isinstance(target, Refusal):
        return _refused(target, scene)
    changes = [*_to(scene, target), scene.change("closed_at", scene.context.now)]
    if scene.ticket.resolved_at is None:
        changes += [*_solved(scene), *_solution(scene)]
    return Step(say("closed"), tuple(changes), ("closed",))


def spam(scene: Scene) -> Outcome:
    """Close it as spam: tagged, counted as nothing resolved, and told to nobody; no filter learns from it."""
    if scene.argument:
        return say("no-argument", word=scene.word, value=scene.argument)
    target = move(scene.ticket.status, Trigger.CLOSE)
    changes: list[Effect] = []
    if not isinstance(target, Refusal):
        changes += [*_to(scene, target), scene.change("closed_at", scene.context.now)]
    if SPAM not in scene.ticket.tags:
        changes.append(scene.change("tags", (*scene.ticket.tags, SPAM)))
    return Step(say("spam"), tuple(changes))


def reopen(scene: Scene) -> Outcome:
    """Open what was resolved or closed."""
    target = move(scene.ticket.status, Trigger.REOPEN)
    if isinstance(target, Refusal):
        return _refused(target, scene)
    if scene.argument:
        return say("no-argument", word=scene.word, value=scene.argument)
    emptied = [scene.change(name, None) for name in ("resolved_at", "resolved_by", "closed_at")]
    count = scene.change("reopened_count", scene.ticket.reopened_count + 1)
    return Step(say("reopened"), (*_to(scene, target), *emptied, count), ("reopened",))


def wait(scene: Scene) -> Outcome:
    """Wait for the customer; a duration or date moves the first reminder."""
    target = move(scene.ticket.status, Trigger.WAIT)
    if isinstance(target, Refusal):
        return _refused(target, scene)
    changes = (*_to(scene, target), *_no_longer_resolved(scene))
    if not scene.argument:
        return Step(say("waits"), changes, ("waiting",))
    at = moment(scene.argument, scene.context)
    if isinstance(at, Said):
        return at
    when = scene.context.shown(at[0], day_only=at[1])
    return Step(say("waits-remind", when=when), (*changes, Arm("reminder-1", at[0])), ("waiting",))


def pause(scene: Scene) -> Outcome:
    """Let it rest, until a date or open end."""
    target = move(scene.ticket.status, Trigger.PAUSE)
    if isinstance(target, Refusal):
        return _refused(target, scene)
    changes = (*_to(scene, target), *_no_longer_resolved(scene))
    if scene.ticket.status is Status.PAUSED:
        changes = (*changes, Disarm("wake"))
    until = _UNTIL.sub("", scene.argument, count=1)
    if not until:
        return Step(say("paused"), changes, ("paused",))
    at = moment(until, scene.context)
    if isinstance(at, Said):
        return at
    when = scene.context.shown(at[0], day_only=at[1])
    return Step(say("paused-until", when=when), (*changes, Arm("wake", at[0])), ("paused",))


def status(scene: Scene) -> Outcome:
    """Set a status by its name, fixed or own."""
    name = arguments.choose(scene.argument, _names(scene.context))
    if isinstance(name, Said):
        return name
    outcome = _by_name(scene, Status(scene.context.policy.stands_for(name)))
    if isinstance(outcome, Said):
        return outcome
    own = name if name in scene.context.policy.statuses else None
    language = scene.context.language
    shown = scene.context.policy.label("statuses", name, language, "operator")
    shown = values.shown("status", name, language) if own is None else shown
    effects = tuple(effect for effect in outcome.effects if not _is_name(effect))
    effects = (*effects, scene.change("status_name", own)) if own != scene.ticket.status_name else effects
    return Step(say("status-is", value=shown), effects, outcome.events or ("status-changed",))


def moment(text: str, context: Context) -> tuple[datetime, bool] | Said:
    """Return when a date or duration is, and whether it means a whole day; it must lie ahead."""
    length = dates.duration(text)
    if length is not None:
        return context.add(context.now, length), False
    found = dates.moment(text, context.now, context.zone)
    if found is None:
        return say("bad-date", value=text)
    if found.at <= context.now:
        return say("past-date", when=context.shown(found.at, day_only=found.day_only))
    return found.at, found.day_only


def _by_name(scene: Scene, target: Status) -> Outcome:
    done = replace(scene, argument="")
    match target:
        case Status.RESOLVED:
            return resolve(done)
        case Status.CLOSED:
            return close(done)
        case Status.WAITING:
            return wait(done)
        case Status.PAUSED:
            return pause(done)
        case Status.EXTERNAL:
            return _set(done, move(scene.ticket.status, Trigger.EXTERNAL))
        case Status.OPEN if scene.ticket.status in {Status.RESOLVED, Status.CLOSED}:
            return reopen(done)
        case Status.OPEN:
            return _set(done, Status.OPEN)
        case Status.NEW:
            return _set(done, Status.NEW if scene.ticket.status is Status.NEW else Refusal("not-now"))


def _set(scene: Scene, target: Status | Refusal) -> Outcome:
    if isinstance(target, Refusal):
        return _refused(target, scene)
    return Step(say("status-is", value=target.value), (*_to(scene, target), *_no_longer_resolved(scene)))


def _names(context: Context) -> list[Choice]:
    fixed = arguments.declared([status.value for status in Status], "status", context.language)
    own = [Choice(name, arguments.labels(status.label)) for name, status in context.policy.statuses.items()]
    return [*own, *fixed]


def _is_name(effect: Effect) -> bool:
    return isinstance(effect, Change) and effect.field == "status_name"


def _to(scene: Scene, target: Status) -> list[Effect]:
    """Return what a move to `target` changes in every case."""
    changes: list[Effect] = []
    if target is not scene.ticket.status:
        changes.append(scene.change("status", target))
    if scene.ticket.status_name is not None:
        changes.append(scene.change("status_name", None))
    if target is not scene.ticket.status and (timer := _TIMERS.get(scene.ticket.status)) is not None:
        changes.append(Disarm(timer))
    if target is Status.RESOLVED:
        settings = scene.context.settings
        changes.append(Arm("close-due", scene.context.add(scene.context.now, settings.close_resolved_after)))
    return changes


def _solved(scene: Scene) -> list[Effect]:
    return [scene.change("resolved_at", scene.context.now), scene.change("resolved_by", scene.context.operator)]


def _no_longer_resolved(scene: Scene) -> list[Effect]:
    if scene.ticket.resolved_at is None:
        return []
    return [scene.change("resolved_at", None), scene.change("resolved_by", None)]


def _solution(scene: Scene) -> list[Effect]:
    text = scene.argument or ("" if scene.note else scene.text)
    return [scene.change("solution", text)] if text else []


def _refused(refusal: Refusal, scene: Scene) -> Said:
    if refusal.code == "already" and scene.ticket.status is Status.RESOLVED:
        return say("already-resolved")
    return say(_REFUSALS.get(refusal.code, "not-now"))
