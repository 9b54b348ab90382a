"""One line of `gateway doctor`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True, slots=True)
class Finding:
    """What was looked at and how it is; `do` is empty where nothing is to be done."""

    about: str  # "disk", "smarthost relay", "DNS acme.example"
    state: Literal["ok", "note", "wrong"]
    what: str
    do: str = ""
