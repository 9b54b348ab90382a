"""What stands behind a verb: persons, groups, fixed values, lists `+a -b`, addresses, quoted text."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from gateway.commands import values
from gateway.commands.sentences import Said, say
from gateway.commands.spelling import bare, folded
from gateway.policy.schema import Policy
from gateway.policy.shapes import LocalText, unicode_domain

_TO = re.compile(r"(?:till|til|to) +", re.IGNORECASE)
_ADDRESS = re.compile(r"[^\s@<>,;\"']+@[^\s@<>,;\"']+\.[^\s@<>,;\"'.]+")
_SIGNED = re.compile(r"\s*([+-]?)\s*(\"[^\"]+\"|[^\s,;]+)")
_QUOTES = {"“": '"', "”": '"', "„": '"', "«": '"', "»": '"'}
_ME = frozenset({"me", "mig", "meg", "jag", "jeg", "myself"})


@dataclass(frozen=True, slots=True)
class Choice:
    """One allowed value and every word for it."""

    key: str
    words: tuple[str, ...] = ()
    shown: str = ""  # in the operator's language, where it differs


def unquoted(text: str) -> str:
    """Return the text without the quotation marks around it."""
    plain = "".join(_QUOTES.get(letter, letter) for letter in text).strip()
    return plain[1:-1].strip() if len(plain) > 1 and plain[0] == plain[-1] and plain[0] in "\"'" else text.strip()


def choose(text: str, choices: Iterable[Choice], *, show: int = 12) -> str | Said:
    """Return the key that the text means: exact first, then without diacritics, then an unambiguous beginning."""
    among = tuple(choices)
    wanted = bare(unquoted(text))
    for how in (bare, folded):
        found = {c.key for c in among if how(wanted) in {how(word) for word in (c.key, *c.words)}}
        if len(found) == 1:
            return found.pop()
        if found:
            return say("several", value=text, allowed=", ".join(sorted(found)))
    if not among:
        return say("unknown-value-free", value=text)
    return say("unknown-value", value=text, allowed=", ".join([c.shown or c.key for c in among][:show]))


def declared(names: Iterable[str], kind: str | None = None, language: str = "en") -> tuple[Choice, ...]:
    """Return a choice for each declared name, with the words that ship for its kind (values.TABLE)."""
    if kind is None:
        return tuple(Choice(name) for name in names)
    return tuple(Choice(name, values.words(kind, name), values.shown(kind, name, language)) for name in names)


def labels(label: LocalText | None) -> tuple[str, ...]:
    """Return what a declared name is called in any language, for any audience."""
    if label is None:
        return ()
    return tuple({text for by_audience in label.texts.values() for text in by_audience.values()})


def person(text: str, policy: Policy, me: str) -> str | Said:
    """Return the operator's key that the text means: key, name, first name, address, or `me`."""
    wanted = unquoted(_TO.sub("", text.strip(), count=1)).lstrip("@")
    if bare(wanted) in _ME:
        return me
    everyone = {**policy.people, **policy.operators}
    operators = {key: everyone[key] for key in operator_keys(policy)}
    return choose(wanted, [Choice(key, (who.name, who.first_name, *who.addresses)) for key, who in operators.items()])


def operator_keys(policy: Policy) -> tuple[str, ...]:
    """Return everyone who may own tickets: the operators, and people with the role."""
    with_role = (key for key, who in policy.people.items() if "operator" in who.roles)
    return tuple(dict.fromkeys((*policy.operators, *with_role)))


def group(text: str, policy: Policy) -> str | Said:
    """Return the group's key that the text means: key or name."""
    wanted = _TO.sub("", text.strip(), count=1)
    return choose(wanted, [Choice(key, (found.name,)) for key, found in policy.groups.items()])


def category(text: str, policy: Policy) -> str | Said:
    """Return `invoice` or `invoice/reminder`; a second level may be named alone where it is unambiguous."""
    choices = []
    for key, listed in policy.categories.items():
        if not listed.retired:
            choices.append(Choice(key, labels(listed.label)))
            choices += [Choice(f"{key}/{under}", (under,)) for under in listed.under]
    return choose(re.sub(r"\s*[/>]\s*", "/", text), choices)


def signed_list(text: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return what `+a b -c` adds and takes away; without a sign it is added."""
    plain = "".join(_QUOTES.get(letter, letter) for letter in text)
    found = [(match[1], match[2].strip('"')) for match in _SIGNED.finditer(plain)]
    return tuple(word for sign, word in found if sign != "-"), tuple(word for sign, word in found if sign == "-")


def address(text: str) -> str | Said:
    """Return the address with its domain as people read it."""
    plain = text.strip().strip("<>").rstrip(".,;")
    if not _ADDRESS.fullmatch(plain):
        return say("bad-address", value=text)
    local, _, domain = plain.rpartition("@")
    return f"{local}@{unicode_domain(domain)}"
