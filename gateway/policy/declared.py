"""Which names the file declares, read from the raw tree so that one mistake does not hide the next."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from gateway.mail.message import MailClass
from gateway.policy.conditions import Place
from gateway.policy.schema import DEFAULT_TYPES
from gateway.policy.schema_time import DEFAULT_LEVELS, DEFAULT_MATRIX
from gateway.policy.tree import Node
from gateway.policy.vocabulary import (
    AUDIENCES,
    AUTHENTICATIONS,
    CUSTOMER_TYPES,
    EVENT_GROUPS,
    EVENTS,
    IMPORTANCES,
    LANGUAGES,
    LAST_WORDS,
    PROCESSES,
    RULE_EVENTS,
    SOURCES,
    SPAM_VERDICTS,
    STATUSES,
)

Names = Mapping[str, frozenset[str]]
"""Kind of name (`group`, `person`, …) -> the words that are known."""


_NOTHING = Node("scalar", Place("", 0, 0))


@dataclass(frozen=True, slots=True)
class Declared:
    """The names a file may use: fixed words and those it declares itself."""

    names: Names
    free: frozenset[str]  # kinds of which any word goes, because the file declares none

    def known(self, kind: str, word: str) -> bool:
        """Say whether a word of that kind may be used."""
        return kind in self.free or word in self.names[kind]


def declared(root: Node, objects: frozenset[str] = frozenset()) -> Declared:
    """Collect every name of the merged file."""
    people = _keys(root, "operators") | _keys(root, "people")
    groups = _keys(root, "groups")
    services = _keys(root, "services")
    names = {
        "desk": _keys(root, "desks"),
        "person": people,
        "operator": _keys(root, "operators"),
        "group": groups,
        "skill": _under(root, ("operators", "people"), "skills"),
        "calendar": _keys(root, "calendars") | {"always"},
        "SLA": _keys(root, "slas"),
        "status": frozenset(STATUSES) | _keys(root, "statuses"),
        "priority": _levels(root),
        "impact": _impacts(root),
        "urgency": _urgencies(root),
        "matrix": (_keys(root, "priorities") - {"levels"}) | {"default"},
        "type": _listed(root, "types") or frozenset(DEFAULT_TYPES),
        "cause": _listed(root, "causes"),
        "product": _listed(root, "products"),
        "category": _categories(root),
        "tag": _under_list(root, "tags", "allowed"),
        "service": services,
        "object": objects,
        "covered thing": services | objects,
        "field": _under(root, ("desks",), "fields"),
        "organisation": _keys(root.entries.get("contacts"), "organisations"),
        "contract": _keys(root, "contracts"),
        "ticket template": _keys(root, "ticket_templates"),
        "ready answer": _under(root, ("ticket_templates",), "answers"),
        "view": _keys(root, "views") | frozenset(SHIPPED_VIEWS),
        "source": frozenset(SOURCES) | _keys(root, "sources"),
        "event": frozenset(EVENTS) | frozenset(EVENT_GROUPS),
        "rule event": frozenset(RULE_EVENTS) | frozenset(EVENT_GROUPS),
        "recipient": frozenset(AUDIENCES) | groups | people,
        "process": frozenset(PROCESSES),
        "class": frozenset(kind.value for kind in MailClass),
        "language": frozenset(LANGUAGES),
        "importance": frozenset(IMPORTANCES),
        "customer type": frozenset(CUSTOMER_TYPES),
        "last word": frozenset(LAST_WORDS),
        "spam verdict": frozenset(SPAM_VERDICTS),
        "authentication": frozenset(AUTHENTICATIONS),
        "contract kind": frozenset({"customer", "supplier", "service"}),
    }
    return Declared(names, _free(names))


SHIPPED_VIEWS = ("inbox", "to-answer", "no-next-date", "mine", "open", "all")
"""Views every desk has; a view of the same name in the file replaces it."""


def _free(names: Names) -> frozenset[str]:
    return frozenset(kind for kind in ("tag", "object", "covered thing") if not names[kind])


def _keys(node: Node | None, key: str) -> frozenset[str]:
    below = node.entries.get(key) if node is not None else None
    return frozenset(below.entries) if below is not None else frozenset()


def _texts(node: Node | None) -> frozenset[str]:
    if node is None:
        return frozenset()
    leaves = [item.leaf for item in node.items] if node.kind == "list" else [node.leaf]
    return frozenset(leaf for leaf in leaves if isinstance(leaf, str))


def _listed(root: Node, key: str) -> frozenset[str]:
    node = root.entries.get(key)
    return frozenset() if node is None else frozenset(node.entries) or _texts(node)


def _under(root: Node, tops: tuple[str, ...], key: str) -> frozenset[str]:
    found: frozenset[str] = frozenset()
    for top in tops:
        for entry in root.entries.get(top, _NOTHING).entries.values():
            below = entry.entries.get(key, _NOTHING)
            found |= frozenset(below.entries) or _texts(below)
    return found


def _under_list(root: Node, top: str, key: str) -> frozenset[str]:
    node = root.entries.get(top, _NOTHING).entries.get(key)
    return _texts(node) if node is not None and node.kind == "list" else frozenset()


def _categories(root: Node) -> frozenset[str]:
    found = _listed(root, "categories")
    for name, entry in root.entries.get("categories", _NOTHING).entries.items():
        found |= {f"{name}/{sub}" for sub in _texts(entry.entries.get("under"))}
    return found


def _levels(root: Node) -> frozenset[str]:
    return _texts(root.entries.get("priorities", _NOTHING).entries.get("levels")) or frozenset(DEFAULT_LEVELS)


def _matrices(root: Node) -> list[Node]:
    priorities = root.entries.get("priorities", _NOTHING).entries
    return [node for key, node in priorities.items() if key != "levels"]


def _impacts(root: Node) -> frozenset[str]:
    found = frozenset(impact for matrix in _matrices(root) for impact in matrix.entries)
    return found or frozenset(DEFAULT_MATRIX)


def _urgencies(root: Node) -> frozenset[str]:
    rows = [row for matrix in _matrices(root) for row in matrix.entries.values()]
    return frozenset(urgency for row in rows for urgency in row.entries) or frozenset(DEFAULT_MATRIX["high"])
