"""Turns the keys of `then` that change no field into actions."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from gateway.policy.actions import Alarm, Notify
from gateway.rules import actions
from gateway.rules.actions import Action
from gateway.rules.wording import Values

Make = Callable[[Values, Any, str], list[Action]]


def make(key: str, value: Any, rule: str, values: Values) -> list[Action]:
    """Return the actions of one key; `value` has the form that FORMS of gateway.policy.actions tells."""
    return _MAKERS[key](values, value, rule)


def _alarms(values: Values, alarms: tuple[Alarm, ...], rule: str) -> list[Action]:
    return [
        actions.RaiseAlarm(alarm.mail, alarm.sms, alarm.webhook, values.wording(alarm.text), rule) for alarm in alarms
    ]


def _notices(_: Values, notices: tuple[Notify, ...], rule: str) -> list[Action]:
    return [actions.NotifyWho(notice.who, notice.mail, rule) for notice in notices]


_MAKERS: Mapping[str, Make] = {
    "note": lambda values, text, rule: [actions.Note(values.wording(text), rule)],
    "answer": lambda values, ready, rule: [actions.AnswerWith(ready.name, values.wordings(ready), rule)],
    "reject": lambda values, ready, rule: [actions.RejectWith(ready.name, values.wordings(ready), rule)],
    "notify": _notices,
    "alarm": _alarms,
    "forward": lambda values, to, rule: [actions.ForwardTo(tuple(map(values.filled, to)), rule)],
    "no_receipt": lambda _, yes, rule: [actions.NoReceipt(rule)] if yes else [],
    "discard": lambda _, because, rule: [actions.DiscardBecause(because, rule)],
    "hold": lambda _, because, rule: [actions.HoldFor(because, rule)],
    "treat_as": lambda _, mail_class, rule: [actions.TreatAs(mail_class, rule)],
    "spam": lambda _, spam, rule: [actions.TreatAsSpam(spam, rule)],
    "sender_from": lambda values, source, rule: [actions.SenderFrom(values.filled(source), rule)],
    "desk": lambda _, desk, rule: [actions.DeskIs(desk, rule)],
    "foreign_reference": lambda values, text, rule: [actions.ForeignReference(values.filled(text), rule)],
    "cc": lambda values, to, rule: [actions.CcAdd(values.filled(address), rule) for address in to],
    "link": lambda values, reference, rule: [actions.LinkTo(values.filled(reference), rule)],
}

KEYS = frozenset(_MAKERS)
