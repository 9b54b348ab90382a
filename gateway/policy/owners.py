"""One address belongs to one desk or one person, a prefix to one desk, a name to one person or group."""

from __future__ import annotations

from gateway.errors import Problem
from gateway.mail.address import key as fold
from gateway.policy.conditions import Place
from gateway.policy.references import at
from gateway.policy.tree import Node
from gateway.policy.vocabulary import AUDIENCES, STATUSES

RESERVED = frozenset((*AUDIENCES, "next", "me", "mine"))
"""Words that no person or group may be named."""


def check(root: Node, problems: list[Problem]) -> None:
    """Add a problem for each address or prefix that stands at two owners, and for replies that cannot come back."""
    _unique(root, problems)
    _names(root, problems)
    _prefixes(root, problems)
    for node in at(root, "desks.*.operator_reply"):
        if isinstance(node.leaf, str) and node.leaf != "key-line" and node.leaf.count("{token}") != 1:
            _wrong(
                problems, node.place, "write an address with {token}, as in support+{token}@acme.example, or key-line"
            )


def _unique(root: Node, problems: list[Problem]) -> None:
    seen: dict[str, tuple[str, Place]] = {}
    for part, what in (("desks", "desk"), ("operators", "operator"), ("people", "person"), ("groups", "group")):
        for key, entry in root.entries.get(part, root).entries.items() if part in root.entries else ():
            owner = f"{what} {key}"
            for item in entry.entries["addresses"].items if "addresses" in entry.entries else ():
                address = fold(str(item.leaf))
                if address in seen:
                    other, place = seen[address]
                    _wrong(problems, item.place, f"{item.leaf} belongs already to {other} ({place})")
                seen.setdefault(address, (owner, item.place))


def _names(root: Node, problems: list[Problem]) -> None:
    """People and groups stand side by side in `tell:` and `notify:`, beside the audiences; own statuses beside ours."""
    for key, place in root.entries["statuses"].keys.items() if "statuses" in root.entries else ():
        if key in STATUSES:
            _wrong(problems, place, f"'{key}' is a fixed status; an own name must be another word")
    seen: dict[str, str] = {}
    for part in ("operators", "people", "groups"):
        for key, place in root.entries[part].keys.items() if part in root.entries else ():
            if key in RESERVED:
                _wrong(problems, place, f"'{key}' has a meaning of its own in rules; choose another name")
            if key in seen:
                _wrong(
                    problems,
                    place,
                    f"'{key}' stands already under {seen[key]}; people and groups need names of their own",
                )
            seen.setdefault(key, part)


def _prefixes(root: Node, problems: list[Problem]) -> None:
    seen: dict[str, str] = {}
    for key, desk in root.entries["desks"].entries.items() if "desks" in root.entries else ():
        written = desk.entries.get("prefix")
        prefix = str(written.leaf) if written is not None else "".join(c for c in key.upper() if c.isalnum())
        place = written.place if written is not None else root.entries["desks"].keys[key]
        if prefix in seen:
            _wrong(
                problems, place, f"the prefix {prefix} belongs already to desk {seen[prefix]}; give one of them another"
            )
        seen.setdefault(prefix, key)


def _wrong(problems: list[Problem], place: Place, message: str) -> None:
    problems.append(Problem(place.file, place.line, place.column, message))
