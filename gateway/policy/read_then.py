"""`then:` from the tree of the file to a checked Then."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any

from gateway.errors import Problem
from gateway.policy import substitution
from gateway.policy.actions import (
    FORMS,
    NEXT,
    RECEIVED_ONLY,
    SYNONYMS,
    Alarm,
    BySkill,
    Notify,
    ReadyText,
    TagChange,
    Then,
)
from gateway.policy.conditions import Place
from gateway.policy.declared import Declared
from gateway.policy.nearest import unknown
from gateway.policy.shapes import as_text, is_address, local_text
from gateway.policy.tree import Node

_NAMED = {
    "template": "ticket template",
    "desk": "desk",
    "priority": "priority",
    "impact": "impact",
    "urgency": "urgency",
    "type": "type",
    "process": "process",
    "category": "category",
    "product": "product",
    "service": "service",
    "cause": "cause",
    "status": "status",
    "sla": "SLA",
    "treat_as": "class",
}
"""Actions whose value is one declared name."""

_NUMBER = re.compile(r"\+[1-9]\d{5,14}")


class ThenReader:
    """Reads the actions of one rule; mistakes are added to `problems`, a broken action is left out."""

    def __init__(self, known: Declared, captures: frozenset[str], problems: list[Problem]) -> None:
        self.known = known
        self.captures = captures
        self.problems = problems
        self.readers: Mapping[str, Callable[[Node], Any]] = {
            **{key: self._name_reader(kind) for key, kind in _NAMED.items()},
            "group": self._group,
            "owner": self._owner,
            "object": self._text,
            "tags": self._tags,
            "fields": self._fields,
            "cc": self._addresses,
            "link": self._text,
            "foreign_reference": self._text,
            "confidential": self._yes_no,
            "note": self._text,
            "answer": self._ready_text,
            "notify": lambda node: self._several(node, self._notify),
            "forward": self._addresses,
            "alarm": lambda node: self._several(node, self._alarm),
            "no_receipt": self._yes_no,
            "discard": self._because,
            "hold": self._because,
            "reject": self._ready_text,
            "sender_from": self._sender_from,
            "spam": self._yes_no,
            "stop": self._yes_no,
        }

    def read(self, node: Node, events: tuple[str, ...]) -> Then:
        """Read a mapping of actions; a rule of event `received` may do less."""
        values: dict[str, Any] = {}
        places: dict[str, Place] = {}
        if node.kind != "mapping":
            self._wrong(node.place, "`then` is a mapping, as in {group: network, stop: true}")
            return Then({}, {})
        for written, value in node.entries.items():
            key = SYNONYMS.get(written, written)
            if key not in FORMS:
                self._wrong(node.keys[written], unknown("action", written, FORMS))
            elif "received" in events and key not in RECEIVED_ONLY:
                allowed = ", ".join(sorted(RECEIVED_ONLY))
                self._wrong(
                    node.keys[written], f"`{key}` comes too early in a rule of event received; allowed are {allowed}"
                )
            elif (form := self.readers[key](value)) is not None:
                values[key], places[key] = form, node.keys[written]
        if not node.entries:
            self._wrong(node.place, "the rule does nothing; write an action, or remove the rule")
        return Then(values, places)

    def _name_reader(self, kind: str) -> Callable[[Node], str | None]:
        return lambda node: self._name(kind, node)

    def _name(self, kind: str, node: Node) -> str | None:
        word = self._plain(node)
        if word is None or self.known.known(kind, word):
            return word
        self._wrong(node.place, unknown(kind, word, self.known.names[kind]))
        return None

    def _group(self, node: Node) -> str | BySkill | None:
        if node.kind != "mapping":
            return self._name("group", node)
        if set(node.entries) != {"skill"}:
            self._wrong(node.place, "`group` is the name of a group, or {skill: name}")
            return None
        skill = self._name("skill", node.entries["skill"])
        return None if skill is None else BySkill(skill)

    def _owner(self, node: Node) -> str | None:
        return NEXT if node.leaf == NEXT else self._name("operator", node)

    def _tags(self, node: Node) -> TagChange | None:
        words = self._list(node, self._plain)
        add = tuple(word for word in words if not word.startswith("-"))
        remove = tuple(word[1:] for word in words if word.startswith("-"))
        for word in (*add, *remove):
            if not self.known.known("tag", word):
                self._wrong(node.place, unknown("tag", word, self.known.names["tag"]))
        return TagChange(add, remove)

    def _fields(self, node: Node) -> dict[str, str] | None:
        if node.kind != "mapping":
            self._wrong(node.place, "`fields` is a mapping, as in {site: Luleå}")
            return None
        found: dict[str, str] = {}
        for name, value in node.entries.items():
            if not self.known.known("field", name):
                self._wrong(node.keys[name], unknown("field", name, self.known.names["field"]))
            if (text := self._text(value)) is not None:
                found[name] = text
        return found

    def _addresses(self, node: Node) -> tuple[str, ...]:
        return self._list(node, self._address)

    def _address(self, node: Node) -> str | None:
        text = self._text(node)
        if text is None or "{{" in text or is_address(text):
            return text
        self._wrong(node.place, f"'{text}' is not an e-mail address")
        return None

    def _recipients(self, node: Node) -> tuple[str, ...]:
        return self._list(node, self._recipient)

    def _recipient(self, node: Node) -> str | None:
        word = self._plain(node)
        if word is None or is_address(word) or self.known.known("recipient", word):
            return word
        self._wrong(node.place, unknown("recipient", word, self.known.names["recipient"]))
        return None

    def _notify(self, node: Node) -> Notify | None:
        if node.kind != "mapping":
            return Notify(self._recipients(node), "changed")
        entries = self._only(node, ("who", "mail"))
        if "who" not in entries:
            self._wrong(node.place, "`notify` needs `who:`")
            return None
        who = self._recipients(entries["who"])
        mail = self._name("event", entries["mail"]) if "mail" in entries else "changed"
        return None if mail is None else Notify(who, mail)

    def _alarm(self, node: Node) -> Alarm | None:
        if node.kind != "mapping":
            self._wrong(node.place, "`alarm` is a mapping of mail, sms, webhook and text")
            return None
        entries = self._only(node, ("mail", "sms", "webhook", "text"))
        ways = {
            "mail": self._recipients(entries["mail"]) if "mail" in entries else (),
            "sms": self._list(entries["sms"], self._number) if "sms" in entries else (),
            "webhook": self._list(entries["webhook"], self._url) if "webhook" in entries else (),
        }
        if not entries.keys() & ways.keys():
            self._wrong(node.place, "`alarm` needs one of mail, sms, webhook")
        text = self._text(entries["text"]) if "text" in entries else "{{ ticket.reference }} {{ ticket.subject }}"
        return None if text is None else Alarm(**ways, text=text)

    def _number(self, node: Node) -> str | None:
        word = self._plain(node)
        if word is not None and not _NUMBER.fullmatch(word.replace(" ", "")):
            self._wrong(node.place, f"'{word}' is not a number in international form, as in \"+46701234567\"")
            return None
        return word and word.replace(" ", "")

    def _url(self, node: Node) -> str | None:
        word = self._plain(node)
        if word is not None and not word.startswith("https://"):
            self._wrong(node.place, "a webhook is an https:// address")
            return None
        return word

    def _ready_text(self, node: Node) -> ReadyText | None:
        if node.kind == "scalar":
            name = self._name("ready answer", node)
            return None if name is None else ReadyText(name)
        try:
            text = local_text(node.plain()).plain()
        except ValueError as error:
            self._wrong(node.place, str(error))
            return None
        for sentence in (problem for words in text.values() for problem in substitution.check(words, self.captures)):
            self._wrong(node.place, sentence)
        return ReadyText(None, text)

    def _because(self, node: Node) -> str | None:
        if node.leaf is True:
            return "rule"
        if node.kind == "mapping":
            entries = self._only(node, ("because",))
            return self._plain(entries["because"]) if "because" in entries else "rule"
        self._wrong(node.place, "write {because: a word or a sentence}, or true")
        return None

    def _sender_from(self, node: Node) -> str | None:
        text = self._text(node)
        if text is None or text in {"reply-to", "sender"} or "{{" in text:
            return text
        self._wrong(node.place, '`sender_from` is reply-to, sender, or a text with a capture, as in "{{ address }}"')
        return None

    def _yes_no(self, node: Node) -> bool | None:
        if isinstance(node.leaf, bool):
            return node.leaf
        self._wrong(node.place, "true or false is meant here")
        return None

    def _text(self, node: Node) -> str | None:
        text = self._plain(node)
        if text is not None:
            for sentence in substitution.check(text, self.captures):
                self._wrong(node.place, sentence)
        return text

    def _plain(self, node: Node) -> str | None:
        try:
            if node.kind == "scalar" and (text := as_text(node.leaf)):
                return text
            self._wrong(node.place, "text is meant here")
        except ValueError as error:
            self._wrong(node.place, str(error))
        return None

    def _list(self, node: Node, read: Callable[[Node], str | None]) -> tuple[str, ...]:
        items = node.items if node.kind == "list" else (node,)
        return tuple(word for item in items if (word := read(item)) is not None)

    def _several(self, node: Node, read: Callable[[Node], Any]) -> tuple[Any, ...]:
        nested = node.kind == "list" and any(item.kind == "mapping" for item in node.items)
        items = node.items if nested else (node,)
        return tuple(form for item in items if (form := read(item)) is not None)

    def _only(self, node: Node, keys: tuple[str, ...]) -> dict[str, Node]:
        for key in node.entries:
            if key not in keys:
                self._wrong(node.keys[key], unknown("key", key, keys))
        return {key: value for key, value in node.entries.items() if key in keys}

    def _wrong(self, place: Place, message: str) -> None:
        self.problems.append(Problem(place.file, place.line, place.column, message))
