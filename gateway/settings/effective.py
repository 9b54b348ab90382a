"""The values in force, for start-up and `gateway check`; secrets are masked."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

from pydantic import BaseModel

from gateway.settings.schema import Settings
from gateway.settings.values import Secret

_URL_PASSWORD = re.compile(r"(://[^/@:]*:)[^@]*@")
_URL_QUERY = re.compile(r"(?i)((?:password|passwd|secret|sslpassword)=)[^&]*")


def effective(settings: Settings) -> str:
    """Return one line per value, `section.key = value`, in the order of the file."""
    return "\n".join(f"{key} = {value}" for key, value in _lines(settings, ""))


def mask_url(url: str) -> str:
    """Return a database URL without its password."""
    return _URL_QUERY.sub(r"\1***", _URL_PASSWORD.sub(r"\1***@", url))


def _lines(value: Any, name: str) -> list[tuple[str, str]]:
    if isinstance(value, BaseModel):
        fields = type(value).model_fields
        inner = [(field.alias or key, getattr(value, key)) for key, field in fields.items()]
        return [line for key, entry in inner for line in _lines(entry, f"{name}.{key}" if name else key)]
    if isinstance(value, dict):
        return [line for key, entry in value.items() for line in _lines(entry, f"{name}.{key}")]
    if isinstance(value, tuple) and value and isinstance(value[0], BaseModel):
        return [line for entry in value for line in _lines(entry, f"{name}.{getattr(entry, 'name', '')}")]
    return [] if value is None else [(name, _shown(name, value))]


def _shown(name: str, value: Any) -> str:
    match value:
        case Secret():
            return f"*** ({value.source})"
        case bool():
            return "true" if value else "false"
        case timedelta():
            return f"{int(value.total_seconds())}s"
        case str() if name == "database.url":
            return f'"{mask_url(value)}"'
        case tuple():
            return "[" + ", ".join(f'"{item}"' for item in value) + "]"
        case int():
            return str(value)
        case _:
            return f'"{value}"'
