"""Which names a condition captures from the text."""

from __future__ import annotations

import re

from gateway.policy.conditions import All, Any, Condition, Not, Op, Test

_GROUP = re.compile(r"\(\?P?<([^\W\d]\w*)>")  # reading names is a hundred times quicker than compiling again


def captures(condition: Condition) -> frozenset[str]:
    """Return the names under which a condition keeps parts of the text; those under `not` never get a value."""
    match condition:
        case All(parts) | Any(parts):
            return frozenset().union(*(captures(part) for part in parts))
        case Not():
            return frozenset()
        case Test(op=Op.REGEX, value=tuple() as patterns):
            return frozenset(name for pattern in patterns for name in _GROUP.findall(str(pattern)))
        case Test(op=Op.SOME, value=(All() | Any() | Not() | Test()) as inner):
            return captures(inner)
        case Test(capture=str() as name):
            return frozenset({name})
        case _:
            return frozenset()
