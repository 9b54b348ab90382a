"""`#answer NAME`: a ready answer of the ticket's template, alone or around the operator's own words."""

from __future__ import annotations

from gateway.commands import arguments
from gateway.commands.arguments import Choice
from gateway.commands.context import Outcome, Scene, Step
from gateway.commands.sentences import Said, say
from gateway.tickets import template_texts


def answer(scene: Scene) -> Outcome:
    """Say the ready text to the customer, in his language; it stands where the line stands."""
    if scene.note:
        return say("answer-or-note", word=scene.word)
    if scene.context.channel != "mail":
        return say("answer-by-mail", word=scene.word)
    texts = template_texts.answers(scene.ticket, scene.context.policy, scene.context.operator)
    if not texts:
        return say("no-answers")
    name = arguments.choose(scene.argument, [Choice(name) for name in texts])
    if isinstance(name, Said):
        return name
    return Step(say("answer-is", value=name), ready=texts[name])
