"""The key line `Nyckel: K7Q2-9XMA-BCDE-FGHJ`: a bearer in the text, taken out before anything leaves."""

from __future__ import annotations

import re

from gateway.commands.spelling import tidy

WORDS = {"sv": "Nyckel", "nb": "Nøkkel", "en": "Key"}
"""What stands before the key, by language."""

_KEY = r"((?:[A-Z2-7]{4}-){3}[A-Z2-7]{4})"
_LABELLED = re.compile(rf"[ *_>]*\b(?:{'|'.join(WORDS.values())}|Nokkel) ?: ?[*_]*{_KEY}\b[*_.]*", re.IGNORECASE)


def take_key(text: str) -> tuple[str | None, str, tuple[str, ...]]:
    """Return the first key, the text without any key, and the tidied lines that held nothing else.

    The key is lower case without dashes, as `identity.bearer_hash` takes it. A line that held only a key stays as an
    empty one, so that line numbers still mean the writer's lines. Without its label it is no key: people send each
    other licence keys of the same form.
    """
    keys: list[str] = []
    removed: list[str] = []
    lines = text.split("\n")
    for number, line in enumerate(lines):
        if "-" not in line and "‑" not in line and "–" not in line:
            continue
        plain = tidy(line)
        found = [match[1].replace("-", "").lower() for match in _LABELLED.finditer(plain)]
        if found:
            keys += found
            lines[number] = _LABELLED.sub("", plain).strip()
            removed += [] if lines[number] else [plain]
    return (keys[0] if keys else None), "\n".join(lines), tuple(removed)
