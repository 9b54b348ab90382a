"""How an absence is told by a machine, and how by a person who only mentions it."""

from __future__ import annotations

import re
from typing import Final

from gateway.mail import class_words as say

_SENTENCE_END: Final = re.compile(r"[.!\n]+")


def comes_first(text: str) -> bool:
    """Whether the first thing said, greeting and thanks apart, is the absence: people come to their matter first.

    `text` is in lower case.
    """
    for said in _SENTENCE_END.split(text):
        if len(said.split()) > 3 and not any(word in said for word in say.THANKS_FOR_MAIL):
            return any(phrase in said for phrase in say.VACATION_TEXTS)
    return True


def is_certain(subject: str, phrase: str) -> bool:
    """Whether the words stand as machines set them: alone, or before a colon and the subject they answer."""
    behind = subject[len(phrase) :].strip()
    return phrase in say.CERTAIN_VACATION_SUBJECTS and (
        not behind or behind[0] in ":：-–—([{,.!" or phrase.endswith(":")
    )
