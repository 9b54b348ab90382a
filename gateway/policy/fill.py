"""Defaults that depend on other parts of the file: names from keys, prefixes, reply addresses, the shipped `tell`."""

from __future__ import annotations

from typing import Any

from gateway.policy.schema_desk import TELL
from gateway.policy.vocabulary import EVENT_GROUPS


def fill(data: dict[str, Any]) -> dict[str, Any]:
    """Return the plain data with these defaults put in; wrong shapes are left for the check to tell."""
    first_group = next(iter(_entries(data, "groups")), None)
    for key, desk in _entries(data, "desks").items():
        _desk(key, desk, first_group)
    for part in ("people", "operators"):
        for key, person in _entries(data, part).items():
            person.setdefault("name", key[:1].upper() + key[1:])
    for key, group in _entries(data, "groups").items():
        group.setdefault("name", key)
    for key, organisation in _entries(data.get("contacts"), "organisations").items():
        organisation.setdefault("name", key)
    for template in _entries(data, "ticket_templates").values():
        answers = template.get("answers")
        if isinstance(answers, dict):
            template["answers"] = {name: _answer(answer) for name, answer in answers.items()}
    return {key: value for key, value in data.items() if value is not None}


def _entries(data: Any, key: str) -> dict[str, dict[str, Any]]:
    part = data.get(key) if isinstance(data, dict) else None
    if not isinstance(part, dict):
        return {}
    for name, entry in part.items():
        if entry is None:
            part[name] = {}
    return {name: entry for name, entry in part.items() if isinstance(entry, dict)}


def _desk(key: str, desk: dict[str, Any], first_group: str | None) -> None:
    desk.setdefault("name", key)
    desk.setdefault("prefix", "".join(letter for letter in key.upper() if letter.isalnum()))
    desk.setdefault("group", first_group)
    addresses = desk.get("addresses")
    if isinstance(addresses, list) and addresses and isinstance(addresses[0], str):
        local, _, domain = addresses[0].rpartition("@")
        desk.setdefault("operator_reply", f"{local}+{{token}}@{domain}")
    else:
        desk.setdefault("operator_reply", "key-line")
    if isinstance(desk.get("tell", {}), dict):
        desk["tell"] = {**TELL, **_spread(desk.get("tell", {}))}


def _spread(tell: dict[str, Any]) -> dict[str, Any]:
    """Replace `updated` by the events it stands for; `[]` and null silence an event."""
    found: dict[str, Any] = {}
    for event, audiences in tell.items():
        for name in EVENT_GROUPS.get(event, (event,)):
            found[name] = [] if audiences is None else audiences
    return found


def _answer(answer: Any) -> Any:
    """Part the texts from the files: `{sv: …, en: …, files: […]}`."""
    if not isinstance(answer, dict):
        return {"text": answer}
    texts = {key: value for key, value in answer.items() if key != "files"}
    return {"text": texts, **({"files": answer["files"]} if "files" in answer else {})}
