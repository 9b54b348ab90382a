"""What may be written under `when:` and a view's `where:`: names, their lists of words, tests."""

from __future__ import annotations

from gateway.policy.conditions import NAMES, Kind, Op

KIND_OF_NAME = {
    "source": "source",
    "class": "class",
    "spam": "spam verdict",
    "authentication": "authentication",
    "organisation": "organisation",
    "customer_type": "customer type",
    "contract": "contract",
    "desk": "desk",
    "language": "language",
    "importance": "importance",
    "status": "status",
    "priority": "priority",
    "impact": "impact",
    "urgency": "urgency",
    "type": "type",
    "category": "category",
    "product": "product",
    "template": "ticket template",
    "service": "service",
    "object": "object",
    "group": "group",
    "owner": "person",
    "tags": "tag",
    "last_word": "last word",
}
"""Which declared names a name of `when` may hold."""

ATTACHMENT = {"name": Kind.TEXT, "type": Kind.TEXT, "size": Kind.SIZE}
VIEW_NAMES: dict[str, Kind] = {
    **{name: kind for name, kind in NAMES.items() if kind in {Kind.WORD, Kind.WORDS, Kind.FOR, Kind.FIELDS}},
    "subject": Kind.TEXT,
    "requester": Kind.ADDRESSES,
    "participant": Kind.ADDRESSES,
    "watcher": Kind.WORD,
    "parent": Kind.WORD,
    "confidential": Kind.YES_NO,
    "next_date": Kind.TEXT,  # exists: something will happen by itself
    "due": Kind.TEXT,  # exists: a promised time is running
    "created_for": Kind.FOR,  # how old
}
"""What `views.*.where` knows: the ticket's own names, not the message's."""

WRITTEN: dict[str, Op] = {
    "is": Op.IS,
    "any_of": Op.ANY_OF,
    "contains": Op.CONTAINS,
    "words": Op.WORDS,
    "starts": Op.STARTS,
    "ends": Op.ENDS,
    "domain": Op.DOMAIN,
    "regex": Op.REGEX,
    "over": Op.OVER,
    "under": Op.UNDER,
    "exists": Op.EXISTS,
}
"""Tests as they are written."""

TESTS = (*WRITTEN, "after", "digits", "capture", "not")
"""The keys that can stand under a name."""
