"""A brand: the face of a desk (`branding/<brand>/brand.yaml`, logo, signatures), read and checked once."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from difflib import get_close_matches
from pathlib import Path
from types import MappingProxyType
from typing import Any

from gateway.errors import ConfigurationError, Problem
from gateway.render import picture, yaml_file
from gateway.render.picture import Picture

PAPER, NIGHT = "#ffffff", "#1c1f24"  # what colours are read on, by day and in dark mode
ACCENT, ACCENT_DARK = "#1f5f8b", "#8cc4ec"  # a calm blue, where a brand names none
READABLE = 4.5  # WCAG 2.2, contrast (minimum)
KEYS: Mapping[str, str] = MappingProxyType(
    {
        "name": "the brand's name; also the logo's text where logo_alt is missing",
        "colour": "`{accent, accent_dark}` as #rrggbb: the bar, buttons and links by day and in dark mode",
        "logo": "a PNG, JPEG or GIF in the same folder, at most 40 kB; travels inline",
        "logo_alt": "what stands for the logo when pictures are off",
        "logo_width": "width in CSS pixels (default 140)",
        "signature_width": "width of the signatures' pictures in CSS pixels (default 96)",
        "phone": "a telephone number for the footer",
        "hours_text": "opening hours in words, or one per language",
        "footer": "the last line: name, address, number of organisation; or one per language",
        "privacy": "`{text, url, contact}`: how personal details are handled; text may be one per language",
        "words": "words that differ from `words.yaml`, per language: `{sv: {labels: {…}}}`",
    }
)
_WIDTHS = {"logo_width": "140", "signature_width": "96"}
_WIDEST = 320  # the narrowest screen
_INSIDE = {"colour": ("accent", "accent_dark"), "privacy": ("text", "url", "contact")}


@dataclass(frozen=True, slots=True)
class Brand:
    """Everything of a brand that mails show. Texts in one language or in several."""

    key: str
    name: str
    accent: str = ACCENT
    accent_dark: str = ACCENT_DARK
    logo: Picture | None = None
    logo_alt: str = ""
    phone: str = ""
    hours_text: Any = ""
    footer: Any = ""
    privacy: Mapping[str, Any] = field(default_factory=dict)
    words: Mapping[str, Any] = field(default_factory=dict)
    signatures: Mapping[str, tuple[str, str]] = field(default_factory=dict)  # stem -> (shown file name, source)
    pictures: Mapping[str, Picture] = field(default_factory=dict)  # of signatures, by stem

    @property
    def on_accent(self) -> str:
        """The colour of text on the accent: the one of black and white that reads better."""
        return max(("#ffffff", "#111111"), key=lambda colour: contrast(colour, self.accent))

    @property
    def on_accent_dark(self) -> str:
        """The same in dark mode."""
        return max(("#ffffff", "#111111"), key=lambda colour: contrast(colour, self.accent_dark))


def localised(value: Any, language: str) -> str:
    """Return a text that may be one for all languages or one per language."""
    if isinstance(value, Mapping):
        return str(value.get(language) or value.get("en") or next(iter(value.values()), ""))
    return str(value or "")


def contrast(one: str, other: str) -> float:
    """Return the contrast ratio of two #rrggbb colours (WCAG 2.2), 1 to 21."""
    bright, dark = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (bright + 0.05) / (dark + 0.05)


def _luminance(colour: str) -> float:
    shares = [int(colour[n : n + 2], 16) / 255 for n in (1, 3, 5)]
    linear = [share / 12.92 if share <= 0.04045 else ((share + 0.055) / 1.055) ** 2.4 for share in shares]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def load(folder: Path) -> Brand:
    """Read one brand's folder. Raises ConfigurationError with every problem in it."""
    shown = f"branding/{folder.name}/brand.yaml"
    found, lines = yaml_file.read(folder / "brand.yaml", shown)
    problems = _unknown(found, lines, shown)
    colours = found.get("colour", {}) if isinstance(found.get("colour"), dict) else {}
    problems += _colour_problems(colours, lines, shown)
    widths = _widths(found, lines, shown, problems)
    logo = None
    if found.get("logo"):
        read = _logo(folder, str(found["logo"]), widths["logo_width"])
        logo = read if isinstance(read, Picture) else None
        problems += [Problem(shown, lines[("logo",)], 0, f"logo: {read}")] if isinstance(read, str) else []
    pictures = _pictures(folder, widths["signature_width"], problems)
    if problems:
        raise ConfigurationError(problems)
    name = str(found.get("name") or folder.name)
    return Brand(
        folder.name,
        name,
        colours.get("accent", ACCENT),
        colours.get("accent_dark", ACCENT_DARK),
        logo,
        str(found.get("logo_alt") or name),
        str(found.get("phone", "")),
        found.get("hours_text", ""),
        found.get("footer", ""),
        MappingProxyType(found.get("privacy", {})),
        MappingProxyType(found.get("words", {})),
        _signatures(folder),
        MappingProxyType(pictures),
    )


def _unknown(found: Any, lines: Mapping[tuple[str, ...], int], shown: str) -> list[Problem]:
    if not isinstance(found, dict):
        return [Problem(shown, 1, 0, "expected `name: …`, `colour: …` and so on")]
    problems = [_stranger(shown, lines[(key,)], key, list(KEYS)) for key in found if key not in KEYS]
    for outer, inner in _INSIDE.items():
        value = found.get(outer, {})
        if not isinstance(value, dict):
            problems.append(Problem(shown, lines[(outer,)], 0, f"{outer}: expected {{{', '.join(inner)}}}"))
            continue
        problems += [_stranger(shown, lines[(outer, key)], key, inner) for key in value if key not in inner]
    return problems


def _stranger(shown: str, line: int, key: str, known: Any) -> Problem:
    near = get_close_matches(key, list(known), 1)
    return Problem(shown, line, 0, f"unknown key `{key}`" + (f"; did you mean `{near[0]}`?" if near else ""))


def _colour_problems(colours: Mapping[str, str], lines: Mapping[tuple[str, ...], int], shown: str) -> list[Problem]:
    problems = []
    for key, ground, where in (("accent", PAPER, "white"), ("accent_dark", NIGHT, "dark mode's ground")):
        value, line = colours.get(key), lines.get(("colour", key), 0)
        if value is None:
            continue
        if not re.fullmatch(r"#[0-9a-fA-F]{6}", value):
            problems.append(Problem(shown, line, 0, f"colour.{key}: expected #rrggbb, got {value!r}"))
        elif (ratio := contrast(value, ground)) < READABLE:
            told = f"colour.{key}: {value} has a contrast of {ratio:.1f} on {where}; links need {READABLE}"
            problems.append(Problem(shown, line, 0, told))
    return problems


def _widths(found: Any, lines: Mapping[tuple[str, ...], int], shown: str, problems: list[Problem]) -> dict[str, int]:
    widths = {}
    for key, default in _WIDTHS.items():
        width = str(found.get(key, default)) if isinstance(found, dict) else default
        if not width.isdecimal() or not 1 <= int(width) <= _WIDEST:
            problems.append(Problem(shown, lines[(key,)], 0, f"{key}: expected 1 to {_WIDEST}, got {width!r}"))
            width = default
        widths[key] = int(width)
    return widths


def _logo(folder: Path, name: str, width: int) -> Picture | str:
    if "/" in name or not picture.is_one(name):
        return f"expected a PNG, JPEG or GIF in this folder, got {name!r}"
    return picture.read(folder / name, width, "logo")


def _pictures(folder: Path, width: int, problems: list[Problem]) -> dict[str, Picture]:
    """Read what lies beside the signatures' texts; one name has one picture, and nothing else lies there."""
    made: dict[str, Picture] = {}
    for one in sorted((folder / "signatures").glob("*")):
        if one.suffix == ".md" or one.name.startswith("."):
            continue
        read: Picture | str = "expected a text (.md) or a picture (PNG, JPEG or GIF)"
        if one.stem in made:
            read = f"there is {made[one.stem].name} already; one picture for each name"
        elif picture.is_one(one.name):
            read = picture.read(one, width, "signature")
        if isinstance(read, str):
            problems.append(Problem(f"{folder.name}/signatures/{one.name}", 0, 0, read))
        else:
            made[one.stem] = read
    return made


def _signatures(folder: Path) -> Mapping[str, tuple[str, str]]:
    files = sorted((folder / "signatures").glob("*.md"))
    return MappingProxyType(
        {one.stem: (f"{folder.name}/signatures/{one.name}", one.read_text("utf-8")) for one in files}
    )
