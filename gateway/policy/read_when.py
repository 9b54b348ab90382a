"""`when:` from the tree of the file to a checked Condition."""

from __future__ import annotations

from collections.abc import Callable

import regex

from gateway.errors import Problem
from gateway.policy import durations
from gateway.policy.conditions import (
    ALWAYS,
    NAMES,
    OPS,
    AfterDigits,
    All,
    Any,
    Condition,
    Kind,
    Not,
    Op,
    Place,
    Test,
    Value,
)
from gateway.policy.declared import Declared
from gateway.policy.nearest import nearest, unknown
from gateway.policy.shapes import as_text, language_of, read_size, unicode_domain
from gateway.policy.tree import Node
from gateway.policy.when_words import ATTACHMENT, KIND_OF_NAME, TESTS, WRITTEN


class WhenReader:
    """Reads conditions of one file; mistakes are added to `problems`, a broken part comes out as ALWAYS."""

    def __init__(self, known: Declared, problems: list[Problem], names: dict[str, Kind] | None = None) -> None:
        self.known = known
        self.problems = problems
        self.names = NAMES if names is None else names
        self.own_words = names is not None  # a view: `me`, `mine`

    def read(self, node: Node) -> Condition:
        """Read a mapping of names, `any`, `all` and `not`."""
        if node.kind != "mapping":
            return self._wrong(node.place, "a condition is a mapping, as in {subject: {contains: faktura}}")
        return _all([self._entry(key, value, node.keys[key]) for key, value in node.entries.items()])

    def _entry(self, key: str, node: Node, place: Place) -> Condition:
        if key in {"any", "all"}:
            return self._several(key, node)
        if key == "not":
            parts = [self.read(item) for item in node.items] if node.kind == "list" else [self.read(node)]
            return Not(parts[0]) if len(parts) == 1 else Not(Any(tuple(parts)))
        kind = self.names.get(key)
        if kind is None:
            self._wrong(place, unknown("condition", key, (*self.names, "any", "all", "not")))
            meant = nearest(key, self.names)  # so that mistakes further inside are told too
            return ALWAYS if meant is None else self._named(meant, self.names[meant], node)
        return self._named(key, kind, node)

    def _several(self, key: str, node: Node) -> Condition:
        if node.kind == "mapping":
            parts = [self._entry(name, value, node.keys[name]) for name, value in node.entries.items()]
        elif node.kind == "list" and node.items:
            parts = [self.read(item) for item in node.items]
        else:
            return self._wrong(node.place, f"`{key}` takes a list of conditions")
        return Any(tuple(parts)) if key == "any" else _all(parts)

    def _named(self, name: str, kind: Kind, node: Node) -> Condition:
        match kind:
            case Kind.HEADER | Kind.FIELDS:
                return self._by_argument(name, kind, node)
            case Kind.ATTACHMENT:
                return self._attachment(node)
            case Kind.HOURS:
                return self._hours(node)
            case _:
                return self.tests(name, None, kind, node)

    def _by_argument(self, name: str, kind: Kind, node: Node) -> Condition:
        if node.kind != "mapping" or not node.entries:
            which = "a header" if kind is Kind.HEADER else "a field"
            return self._wrong(
                node.place, f"`{name}` takes the name of {which} and its test, as in {{Name: {{is: value}}}}"
            )
        for argument in node.entries:
            if kind is Kind.FIELDS and not self.known.known("field", argument):
                self._wrong(node.keys[argument], unknown("field", argument, self.known.names["field"]))
        return _all([self.tests(name, argument, kind, value) for argument, value in node.entries.items()])

    def _attachment(self, node: Node) -> Condition:
        if isinstance(node.leaf, bool):
            return Test("attachment", None, Op.EXISTS, node.leaf, None, node.place)
        if node.kind != "mapping" or not node.entries:
            return self._wrong(node.place, "`attachment` takes true, false or tests of name, type and size")
        if set(node.entries) == {"exists"}:
            return self.tests("attachment", None, Kind.ATTACHMENT, node)
        parts: list[Condition] = []
        for key, value in node.entries.items():
            if key in ATTACHMENT:
                parts.append(self.tests(key, None, ATTACHMENT[key], value))
            else:
                self._wrong(node.keys[key], unknown("part of an attachment", key, ATTACHMENT))
        return Test("attachment", None, Op.SOME, _all(parts), None, node.place)

    def _hours(self, node: Node) -> Condition:
        calendar: str | None = None
        answer = node
        if node.kind == "mapping":
            for key in node.entries.keys() - {"calendar", "is"}:
                self._wrong(node.keys[key], unknown("key", key, ("calendar", "is")))
            written = node.entries.get("calendar")
            if written is not None and (calendar := self.text(written)) is not None:
                self._check("calendar", calendar, written.place)
            answer = node.entries.get("is", Node("scalar", node.place, leaf="open"))
        if answer.leaf not in {"open", "closed"}:
            return self._wrong(answer.place, "`business_hours` is open or closed")
        return Test("business_hours", calendar, Op.IS, (str(answer.leaf),), None, node.place)

    def tests(self, name: str, argument: str | None, kind: Kind, node: Node) -> Condition:
        """Read what stands under a name: a value, a list of values, or a mapping of tests."""
        if node.kind != "mapping":
            return self._bare(name, argument, kind, node)
        parts: list[Condition] = []
        for key, value in node.entries.items():
            if key == "not":
                parts.append(Not(self.tests(name, argument, kind, value)))
            elif key == "after":
                parts.append(self._after(name, argument, kind, node))
            elif key in WRITTEN:
                parts.append(self._test(name, argument, kind, WRITTEN[key], value))
            elif key not in {"digits", "capture"}:
                self._wrong(node.keys[key], unknown("test", key, TESTS))
            elif "after" not in node.entries:
                self._wrong(node.keys[key], f"`{key}` belongs to `after: [words]`")
        if not node.entries:
            self._wrong(node.place, f"`{name}` has no test")
        return _all(parts)

    def _bare(self, name: str, argument: str | None, kind: Kind, node: Node) -> Condition:
        op = Op.CONTAINS if name == "mentions" else Op.ANY_OF if node.kind == "list" else Op.IS
        if kind in {Kind.SIZE, Kind.FOR}:
            return self._wrong(node.place, f"write `{name}: {{over: …}}` or `{{under: …}}`")
        return self._test(name, argument, kind, op, node)

    def _test(self, name: str, argument: str | None, kind: Kind, op: Op, node: Node) -> Condition:
        if op not in OPS[kind]:
            fitting = ", ".join(sorted(op.value for op in OPS[kind]))
            return self._wrong(node.place, f"`{op.value}` does not fit `{name}`; what fits: {fitting}")
        value = self._value(name, kind, op, node)
        if value is None:
            return _all([])
        if op in {Op.IS, Op.ANY_OF} and isinstance(value, tuple):
            op = Op.IS if len(value) == 1 else Op.ANY_OF
        return Test(name, argument, op, value, None, node.place)

    def _value(self, name: str, kind: Kind, op: Op, node: Node) -> Value | None:
        match op:
            case Op.EXISTS:
                return self._yes_no(node)
            case Op.OVER | Op.UNDER:
                return self._amount(kind, node)
            case Op.IS if kind is Kind.YES_NO:
                return self._yes_no(node)
            case Op.REGEX:
                return self._texts(node, self._pattern)
            case Op.DOMAIN:
                return self._texts(node, lambda item: self._mapped(item, unicode_domain))
            case _ if kind in {Kind.WORD, Kind.WORDS}:
                return self._texts(node, lambda item: self._word(name, item))
            case _:
                return self._texts(node, self.text)

    def _texts(self, node: Node, read: Callable[[Node], str | None]) -> tuple[str, ...] | None:
        items = node.items if node.kind == "list" else (node,)
        if not items:
            self._wrong(node.place, "the list is empty: it can never hit")
            return None
        words = [read(item) for item in items]
        good = tuple(word for word in words if word is not None)
        return good if len(good) == len(items) else None

    def text(self, node: Node) -> str | None:
        """Read text, or complain."""
        if node.kind != "scalar":
            self._wrong(node.place, "text is meant here")
            return None
        try:
            word = as_text(node.leaf)
        except ValueError as error:
            self._wrong(node.place, str(error))
            return None
        if not word:
            self._wrong(node.place, "an empty text hits everything; use `exists`")
            return None
        return word

    def _mapped(self, node: Node, change: Callable[[str], str]) -> str | None:
        word = self.text(node)
        return None if word is None else change(word.removeprefix("@"))

    def _pattern(self, node: Node) -> str | None:
        pattern = self.text(node)
        if pattern is None:
            return None
        try:
            regex.compile(pattern, regex.IGNORECASE)
        except regex.error as error:
            self._wrong(node.place, f"the pattern is wrong: {error}")
            return None
        return pattern

    def _word(self, name: str, node: Node) -> str | None:
        if name == "spam" and isinstance(node.leaf, bool):
            return "yes" if node.leaf else "no"
        word = self.text(node)
        if word is None:
            return None
        if name == "language":
            word = language_of(word)
        if self.own_words and word in {"me", "mine"}:
            return word
        kind = KIND_OF_NAME.get(name)
        return word if kind is None or self._check(kind, word, node.place) else None

    def _check(self, kind: str, word: str, place: Place) -> bool:
        if self.known.known(kind, word):
            return True
        self._wrong(place, unknown(kind, word, self.known.names[kind]))
        return False

    def _yes_no(self, node: Node) -> bool | None:
        if isinstance(node.leaf, bool):
            return node.leaf
        self._wrong(node.place, "true or false is meant here")
        return None

    def _amount(self, kind: Kind, node: Node) -> Value | None:
        if kind is Kind.FIELDS and isinstance(node.leaf, int) and not isinstance(node.leaf, bool):
            return node.leaf
        try:
            return durations.parse(as_text(node.leaf)) if kind is not Kind.SIZE else read_size(node.leaf)
        except ValueError as error:
            self._wrong(node.place, str(error))
            return None

    def _after(self, name: str, argument: str | None, kind: Kind, node: Node) -> Condition:
        after, digits, capture = (node.entries.get(key) for key in ("after", "digits", "capture"))
        if Op.AFTER_DIGITS not in OPS[kind]:
            return self._wrong(node.place, f"`after` does not fit `{name}`")
        words = self._texts(after, self.text) if after is not None else None
        if digits is None:
            return self._wrong(node.place, "`after` needs `digits:`, as in {after: [faktura], digits: 4-8}")
        span = _digits(digits)
        if span is None:
            return self._wrong(digits.place, "`digits` is how many: 6, or from-to as in 4-8")
        label = self.text(capture) if capture is not None else None
        if label is not None and not label.isidentifier():
            return self._wrong(node.keys["capture"], f"'{label}' cannot be a capture's name; use letters, digits and _")
        return (
            _all([])
            if words is None
            else Test(name, argument, Op.AFTER_DIGITS, AfterDigits(words, *span), label, node.place)
        )

    def _wrong(self, place: Place, message: str) -> Condition:
        self.problems.append(Problem(place.file, place.line, place.column, message))
        return _all([])


def _all(parts: list[Condition]) -> Condition:
    return parts[0] if len(parts) == 1 else All(tuple(parts))


def _digits(node: Node) -> tuple[int, int] | None:
    least, dash, most = str(node.leaf).partition("-")
    if node.kind != "scalar" or not least.isdecimal() or (dash and not most.isdecimal()):
        return None
    span = (int(least), int(most or least))
    return span if 1 <= span[0] <= span[1] <= 40 else None
