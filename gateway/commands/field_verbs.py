"""`#priority #impact #urgency #type #category #tag #field #title #template #time`: what a ticket says of itself."""

from __future__ import annotations

from datetime import timedelta

from gateway.commands import arguments, dates, field_values, values
from gateway.commands.arguments import Choice
from gateway.commands.context import Outcome, Scene, Step, field_words
from gateway.commands.sentences import Said, say
from gateway.commands.spelling import bare
from gateway.rules.substitutes import substitutes
from gateway.rules.templates import expand
from gateway.rules.wording import Values
from gateway.tickets.effects import Effect

CHANGED = ("changed",)
_LONGEST_TITLE = 250


def level(scene: Scene) -> Outcome:
    """Set priority, impact or urgency; the matrix gives the priority when both of the others are known."""
    priorities = scene.context.policy.priorities
    name = scene.verb
    kind = "impact" if name == "impact" else "level"
    value = arguments.choose(scene.argument, arguments.declared(priorities.levels, kind, scene.context.language))
    if isinstance(value, Said):
        return value
    effects: list[Effect] = [scene.change(name, value)]
    if name != "priority":
        known = {"impact": scene.ticket.impact, "urgency": scene.ticket.urgency, name: value}
        service = scene.context.policy.services.get(scene.ticket.service or "")
        matrix = service.matrix if service is not None else "default"
        priority = priorities.level(known["impact"], known["urgency"], matrix)
        if priority is not None and priority != scene.ticket.priority:
            effects.append(scene.change("priority", priority))
    shown = values.shown(kind, value, scene.context.language)
    return Step(say("field-is", field=_title(scene), value=shown), tuple(effects), CHANGED)


def kind(scene: Scene) -> Outcome:
    """Set the type."""
    types, language = scene.context.policy.types, scene.context.language
    choices = [
        Choice(
            name, (*arguments.labels(listed.label), *values.words("type", name)), values.shown("type", name, language)
        )
        for name, listed in types.items()
        if not listed.retired
    ]
    value = arguments.choose(scene.argument, choices)
    if isinstance(value, Said):
        return value
    label = scene.context.policy.label("types", value, scene.context.language, "operator")
    shown = label if label != value else values.shown("type", value, scene.context.language)
    return Step(say("field-is", field=_title(scene), value=shown), (scene.change("type", value),), CHANGED)


def category(scene: Scene) -> Outcome:
    """Set the category, with or without its second level."""
    value = arguments.category(scene.argument, scene.context.policy)
    if isinstance(value, Said):
        return value
    first, slash, second = value.partition("/")
    shown = scene.context.policy.label("categories", first, scene.context.language, "operator") + slash + second
    return Step(say("field-is", field=_title(scene), value=shown), (scene.change("category", value),), CHANGED)


def title(scene: Scene) -> Outcome:
    """Give the ticket another subject."""
    text = arguments.unquoted(scene.argument)[:_LONGEST_TITLE]
    return Step(say("title-is", value=text), (scene.change("subject", text),), CHANGED)


def tag(scene: Scene) -> Outcome:
    """Add and take away tags."""
    added, removed = arguments.signed_list(scene.argument)
    allowed = scene.context.policy.tags.allowed
    if allowed != "any":
        chosen = [arguments.choose(word, arguments.declared(allowed)) for word in added]
        wrong = next((word for word in chosen if isinstance(word, Said)), None)
        if wrong is not None:
            return wrong
        added = tuple(str(word) for word in chosen)
    gone = {bare(word) for word in removed}
    here = [word for word in scene.ticket.tags if bare(word) not in gone]
    here += [word for word in added if bare(word) not in {bare(known) for known in here}]
    return Step(say("tags-are", value=", ".join(here) or "–"), (scene.change("tags", tuple(here)),), CHANGED)


def field(scene: Scene) -> Outcome:
    """Set a declared field; an empty value empties it."""
    name, equals, value = scene.argument.partition("=")
    if not equals:
        name, _, value = scene.argument.partition(" ")
    fields = scene.context.settings.fields
    key = field_words(scene.context.settings).get(bare(name.strip()))
    if key is None:
        return say("unknown-value", value=name.strip(), allowed=", ".join(fields) or "–")
    shown = field_values.label(fields, key, scene.context.language)
    kept = field_values.read(fields[key], arguments.unquoted(value), shown, scene.context.now, scene.context.zone)
    if isinstance(kept, Said):
        return kept
    kept_all = {name: text for name, text in {**scene.ticket.fields, key: kept}.items() if text}
    said = say("field-is", field=shown, value=kept) if kept else say("field-empty", field=shown)
    return Step(said, (scene.change("fields", kept_all),), CHANGED)


def template(scene: Scene) -> Outcome:
    """Apply a ticket template; the ticket's desk, subject and requester stay as they are."""
    policy = scene.context.policy
    name = arguments.choose(scene.argument, arguments.declared(policy.ticket_templates))
    if isinstance(name, Said):
        return name
    given = expand(policy, name, scene.ticket.language or scene.context.settings.languages[0])
    given = {key: value for key, value in given.items() if key not in {"desk", "subject", "status", "description"}}
    known = Values(substitutes(None, scene.ticket, policy, "changed"))
    given |= {key: known.filled(given[key]) for key in ("solution",) if key in given}
    given["fields"] = {name: known.filled(text) for name, text in given.get("fields", {}).items()} | dict(
        scene.ticket.fields
    )
    given["tags"] = tuple(dict.fromkeys((*scene.ticket.tags, *given.get("tags", ()))))
    effects = tuple(
        scene.change(key, value) for key, value in given.items() if getattr(scene.ticket, key, None) != value
    )
    return Step(say("template-is", value=name), effects, CHANGED)


def time(scene: Scene) -> Outcome:
    """Book working time; date, kind and text are kept in the history line."""
    spent = dates.time_spent(scene.argument)
    if spent is None:
        return say("bad-time", value=scene.argument)
    total = scene.ticket.time_spent_s + int(spent[0].total_seconds())
    said = say("time-is", value=_clock(spent[0]), total=_clock(timedelta(seconds=total)))
    return Step(said, (scene.change("time_spent_s", total),))


def _title(scene: Scene) -> str:
    return scene.word[:1].upper() + scene.word[1:]


def _clock(length: timedelta) -> str:
    hours, minutes = divmod(int(length.total_seconds()) // 60, 60)
    return f"{hours} h {minutes} min" if hours and minutes else f"{hours} h" if hours else f"{minutes} min"
