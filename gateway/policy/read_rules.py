"""`rules:`, the templates' own rules and the views, from the tree of the file."""

from __future__ import annotations

from gateway.errors import Problem
from gateway.policy.actions import Then
from gateway.policy.captures import captures
from gateway.policy.conditions import ALWAYS, NAMES, Condition
from gateway.policy.declared import Declared
from gateway.policy.nearest import unknown
from gateway.policy.read_then import ThenReader
from gateway.policy.read_when import WhenReader
from gateway.policy.rule import Example, Rule
from gateway.policy.shapes import as_text
from gateway.policy.tree import Node
from gateway.policy.vocabulary import EVENT_GROUPS
from gateway.policy.when_words import VIEW_NAMES

KEYS = ("name", "event", "when", "then", "examples")


def rules(node: Node | None, known: Declared, problems: list[Problem]) -> tuple[Rule, ...]:
    """Read the list under `rules:`."""
    if node is None or (node.kind == "scalar" and node.leaf is None):
        return ()
    if node.kind != "list":
        problems.append(Problem(node.place.file, node.place.line, node.place.column, "`rules` is a list"))
        return ()
    seen: dict[str, Node] = {}
    found = []
    for index, item in enumerate(node.items):
        rule = _rule(item, index, known, problems)
        if rule is None:
            continue
        if rule.name in seen:
            first = seen[rule.name].place
            _wrong(problems, item, f"a rule named '{rule.name}' stands already in line {first.line} of {first.file}")
        seen.setdefault(rule.name, item)
        found.append(rule)
    return tuple(found)


def template_rules(node: Node | None, known: Declared, problems: list[Problem]) -> dict[str, Rule]:
    """Read the `when` of each ticket template: a rule of event `registered` that sets this template."""
    found = {}
    for name, template in (node.entries if node is not None else {}).items():
        when = template.entries.get("when")
        if when is not None:
            condition = WhenReader(known, problems).read(when)
            then = Then({"template": name}, {"template": when.place})
            found[name] = Rule(f"template {name}", ("registered",), condition, then, (), when.place, template=name)
    return found


def view_conditions(node: Node | None, known: Declared, problems: list[Problem]) -> dict[str, Condition]:
    """Read `where` of each view."""
    reader = WhenReader(known, problems, VIEW_NAMES)
    found = {}
    for name, view in (node.entries if node is not None else {}).items():
        where = view.entries.get("where")
        found[name] = ALWAYS if where is None else reader.read(where)
    return found


def _rule(node: Node, index: int, known: Declared, problems: list[Problem]) -> Rule | None:
    if node.kind != "mapping":
        _wrong(problems, node, "a rule is a mapping of name, when and then")
        return None
    for key in node.entries:
        if key not in KEYS:
            place = node.keys[key]
            problems.append(Problem(place.file, place.line, place.column, unknown("key", key, KEYS)))
    events = _events(node.entries.get("event"), known, problems)
    when = node.entries.get("when")
    condition = ALWAYS if when is None else WhenReader(known, problems).read(when)
    if "then" not in node.entries:
        _wrong(problems, node, "the rule has no `then`")
        return None
    then = ThenReader(known, captures(condition), problems).read(node.entries["then"], events)
    examples = _examples(node.entries.get("examples"), problems)
    return Rule(_name(node, index, problems), events, condition, then, examples, node.place)


def _name(node: Node, index: int, problems: list[Problem]) -> str:
    name = node.entries.get("name")
    if name is None:
        return f"rule {index + 1}"
    try:
        return as_text(name.leaf)
    except ValueError as error:
        _wrong(problems, name, str(error))
        return f"rule {index + 1}"


def _events(node: Node | None, known: Declared, problems: list[Problem]) -> tuple[str, ...]:
    if node is None:
        return ("registered",)
    word = str(node.leaf)
    if word in known.names["rule event"]:
        return EVENT_GROUPS.get(word, (word,))
    _wrong(problems, node, unknown("event", word, known.names["rule event"]))
    return ("registered",)


def _examples(node: Node | None, problems: list[Problem]) -> tuple[Example, ...]:
    if node is None:
        return ()
    found = []
    for item in node.items:
        hits = item.entries.get("hits")
        if hits is None or not isinstance(hits.leaf, bool):
            _wrong(
                problems,
                item,
                "an example is a mail in short and `hits: true` or `false`, as in {subject: Hej, hits: false}",
            )
            continue
        for key in item.entries:
            if key not in NAMES and key != "hits":
                place = item.keys[key]
                problems.append(Problem(place.file, place.line, place.column, unknown("condition", key, NAMES)))
        given = {key: value.plain() for key, value in item.entries.items() if key in NAMES}
        found.append(Example(given, hits.leaf, item.place))
    if node.kind != "list":
        _wrong(problems, node, "`examples` is a list")
    return tuple(found)


def _wrong(problems: list[Problem], node: Node, message: str) -> None:
    problems.append(Problem(node.place.file, node.place.line, node.place.column, message))
