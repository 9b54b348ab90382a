"""mailto: links: a button in a mail is a mail somebody else writes for you."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any
from urllib.parse import quote

from gateway.mail.headers import one_line
from gateway.render.values import Link
from gateway.render.wording import Wording

LIMIT = 1600  # bytes of a mailto: that all clients open


@dataclass(frozen=True, slots=True)
class Button:
    """A label, the link under it and the line a reader of the text part writes instead."""

    label: str
    link: Link

    @property
    def say(self) -> str:
        """What to write, in one line."""
        return self.link.say.split("\n")[0]


@dataclass(frozen=True, slots=True)
class Answering:
    """Where buttons send: the address, the subject that keeps the thread, and the key line."""

    address: str
    subject: str
    key_line: str = ""

    def link(self, say: str, fallback: str = "") -> Link:
        """Return a mailto: with these words; with the fallback where they are too long for a URL."""
        start = _start(self.address, self.subject)
        for words in (say, fallback):
            if len(words) > LIMIT:
                continue
            url = start + self._body(words)
            if len(url) <= LIMIT:
                return Link(url, words)
        return Link(f"mailto:{_coded(self.address)}", fallback or say)

    def _body(self, words: str) -> str:
        lines = [words, "", self.key_line] if self.key_line else [words]
        return _coded("\r\n".join("\r\n".join(lines).splitlines()))


@lru_cache(maxsize=64)
def _start(address: str, subject: str) -> str:
    return f"mailto:{_coded(address)}?subject={_coded(one_line(subject))}&body="


@lru_cache(maxsize=256)
def _coded(text: str) -> str:
    return quote(text, safe="@", errors="replace")


def operator_buttons(
    notice: Mapping[str, Any], facts: Mapping[str, Any], words: Wording, to: Answering
) -> list[Button]:
    """Return what an operator can do with one tap in this mail."""
    given = facts.get("buttons")
    if given is not None:
        return [_given(one, words, to) for one in given]
    if notice["event"] == "held":
        reason = str((facts.get("held") or {}).get("reason"))
        return [_button(name, words, to) for name in _HELD.get(reason, ("accept", "send", "drop"))]
    if notice["event"] == "confirmation":
        return [_button(name, words, to) for name in _HELD["unproven"]]
    ticket = facts.get("ticket") or {}
    if not ticket:
        return []
    own = owns(notice)
    closed = ticket.get("status") == "closed"
    wanted = _WANTED.get(str(ticket.get("status")), ("take", "resolve", "wait", "note"))
    buttons = [_button(name, words, to) for name in wanted if not (own and name == "take")]
    answers: Sequence[Mapping[str, Any]] = facts.get("answers") or ()
    return buttons + [_ready(one, words, to) for one in answers if not closed]


def owns(notice: Mapping[str, Any]) -> bool:
    """Tell whether the reader owns the ticket."""
    facts = notice["facts"]
    ticket, reader = facts.get("ticket") or {}, facts.get("reader") or {}
    owner = ticket.get("owner")
    return bool(owner) and (owner == reader.get("key") or (notice["to"].get("name") or "?") == ticket.get("owner_name"))


# What a settled ticket still takes; the others take everything.
_WANTED: Mapping[str, tuple[str, ...]] = {"resolved": ("reopen", "note"), "closed": ("reopen", "note")}

# What can be done with a held mail depends on why it is held (commands.md).
_HELD: Mapping[str, tuple[str, ...]] = {
    "near-miss": ("do-it", "send-as-is", "drop"),
    "collision": ("send-anyway", "save-as-note", "drop"),
    "leak": ("send-anyway", "save-as-note", "drop"),
    "unproven": ("it-was-me", "not-me"),
    "missing": (),
    "refused": ("drop",),
}


def _button(name: str, words: Wording, to: Answering) -> Button:
    return Button(words.get(f"buttons.{name}"), to.link(words.get(f"says.{name}")))


def _given(one: Mapping[str, Any], words: Wording, to: Answering) -> Button:
    label = str(one.get("label") or words.get(f"buttons.{one.get('word')}"))
    say = str(one.get("say") or words.get(f"says.{one.get('word')}"))
    return Button(label, to.link(say, say.partition("\n")[0]))


def _ready(answer: Mapping[str, Any], words: Wording, to: Answering) -> Button:
    """Return a button that writes the whole answer, or its command where that is too long for a link; typed, it is the command."""
    name = str(answer["name"])
    command = words.get("says.answer", name=name)
    link = to.link(str(answer.get("text") or command), command)
    return Button(words.get("buttons.answer", name=name), Link(str(link), command))
