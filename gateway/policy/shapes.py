"""The types rules.yaml is made of: strict scalars, durations, sizes, labels, addresses."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, StrictBool, WithJsonSchema

from gateway.mail import address
from gateway.policy import durations
from gateway.policy.durations import Duration
from gateway.policy.vocabulary import LANGUAGES

Language = Literal["sv", "nb", "en", "da", "fi", "de"]
ANY = "*"
"""Stands for every language in a label or text that was written without one."""

_SIZE = re.compile(r"(\d{1,9}) ?(B|kB|MB|GB)")
_FACTORS = {"B": 1, "kB": 1_000, "MB": 1_000_000, "GB": 1_000_000_000}
_PERCENT = re.compile(r"(\d{1,4}) ?%")


class Shape(BaseModel):
    """A mapping of rules.yaml: frozen, and an unknown key is an error."""

    # defer_build: built once, with the whole, when a file is read; each class on its own costs a start 0.2 s
    model_config = ConfigDict(
        frozen=True, extra="forbid", arbitrary_types_allowed=True, populate_by_name=False, defer_build=True
    )


@dataclass(frozen=True, slots=True)
class LocalText:
    """One text in several languages, and where they differ for the two audiences `operator` and `customer`."""

    texts: Mapping[str, Mapping[str, str]]  # language or ANY -> audience or ANY -> text

    def pick(self, language: str, audience: str = ANY) -> str:
        """Return the text in the language, else without a language, else in the first one written."""
        by_audience = self.texts.get(language) or self.texts.get(ANY) or next(iter(self.texts.values()), {})
        return by_audience.get(audience) or by_audience.get(ANY) or next(iter(by_audience.values()), "")

    def plain(self) -> dict[str, str]:
        """Return language -> text, for whom the audience makes no difference."""
        return {language: self.pick(language) for language in self.texts}


def language_of(word: str) -> str:
    """Return the language a key names; `no` is `nb`."""
    return "nb" if word == "no" else word


def as_text(value: Any) -> str:
    """Let text through; say what to do about numbers and the words YAML takes for something else."""
    if isinstance(value, str):
        return value
    if isinstance(value, bool | int | float) or value is None:
        msg = f"text is meant here; put {'null' if value is None else str(value).lower()} in quotes"
        raise ValueError(msg)
    raise ValueError("text is meant here")


def local_text(value: Any) -> LocalText:
    """Read a text, or one text for each language; ValueError says what is wrong."""
    if isinstance(value, LocalText):
        return value
    if not isinstance(value, dict):
        return LocalText({ANY: {ANY: as_text(value)}})
    texts: dict[str, Mapping[str, str]] = {}
    for key, inner in value.items():
        language = language_of(str(key))
        if language not in LANGUAGES:
            msg = f"unknown language '{key}'; known are {', '.join(LANGUAGES)}"
            raise ValueError(msg)
        texts[language] = _by_audience(inner)
    if not texts:
        raise ValueError("write the text, or one text for each language")
    return LocalText(texts)


def _by_audience(inner: Any) -> Mapping[str, str]:
    if not isinstance(inner, dict):
        return {ANY: as_text(inner)}
    wrong = [key for key in inner if key not in {"operator", "customer"}]
    if wrong or not inner:
        raise ValueError("a text in one language is the text itself, or {operator: …, customer: …}")
    return {str(key): as_text(text) for key, text in inner.items()}


def _duration(value: Any) -> Duration:
    if isinstance(value, int) and not isinstance(value, bool):
        said = f"{value} of what? Write {value}d, {value}h or, in opening hours, {value}bd or {value}bh"
        raise ValueError(said)  # noqa: TRY004  # pydantic reports ValueError only
    return value if isinstance(value, Duration) else durations.parse(as_text(value))


def read_size(value: Any) -> int:
    """Return bytes of `5MB`; a MB is a million."""
    match = _SIZE.fullmatch(value.strip()) if isinstance(value, str) else None
    if match is None:
        raise ValueError("a size is a number and B, kB, MB or GB, as in 5MB")
    return int(match[1]) * _FACTORS[match[2]]


def _percent(value: Any) -> int:
    match = _PERCENT.fullmatch(value.strip()) if isinstance(value, str) else None
    if match is None:
        raise ValueError("a share is a whole number and %, as in 75%")
    return int(match[1])


def is_address(value: str) -> bool:
    """Say whether this is one e-mail address with a domain, without a display name."""
    known = address.normalise(value)
    return known is not None and "." in known.rpartition("@")[2]


def _address(value: str) -> str:
    known = address.normalise(value)
    if known is None or not is_address(value):
        msg = f"'{value}' is not an e-mail address"
        raise ValueError(msg)
    return known


def unicode_domain(domain: str) -> str:
    """Return the domain as people read it: lower case, IDN as Unicode; a leading dot stays."""
    known = address.normalise(f"x@{domain.removeprefix('.')}")
    dot = "." if domain.startswith(".") else ""
    return domain.casefold() if known is None else dot + known.rpartition("@")[2]


def _date(value: Any) -> date:
    try:
        return date.fromisoformat(as_text(value))
    except ValueError:
        raise ValueError("a date is written 2026-12-31") from None


def _many(value: Any) -> Any:
    return value if isinstance(value, list | tuple) else [value]


Text = Annotated[str, BeforeValidator(as_text), WithJsonSchema({"type": "string"})]
YesNo = StrictBool
Label = Annotated[
    LocalText,
    BeforeValidator(local_text),
    WithJsonSchema({"anyOf": [{"type": "string"}, {"type": "object", "minProperties": 1}]}),
]
Span = Annotated[
    Duration,
    BeforeValidator(_duration),
    WithJsonSchema({"type": "string", "pattern": r"^\d+ ?(s|min|mo|m|h|d|w|bh|bd)$"}),
]
Size = Annotated[int, BeforeValidator(read_size), WithJsonSchema({"type": "string", "pattern": "^\\d+ ?(B|kB|MB|GB)$"})]
Percent = Annotated[int, BeforeValidator(_percent), WithJsonSchema({"type": "string", "pattern": r"^\d+ ?%$"})]
Address = Annotated[str, BeforeValidator(as_text), AfterValidator(_address), WithJsonSchema({"type": "string"})]
Day = Annotated[date, BeforeValidator(_date), WithJsonSchema({"type": "string", "format": "date"})]
Texts = Annotated[
    tuple[Text, ...],
    BeforeValidator(_many),
    WithJsonSchema({"anyOf": [{"type": "string"}, {"type": "array", "items": {"type": "string"}}]}),
]
Addresses = Annotated[tuple[Address, ...], Field(min_length=1)]
