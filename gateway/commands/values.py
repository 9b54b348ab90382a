"""Fixed values with their words in three languages: the first one of each is printed, all are understood."""

from __future__ import annotations

from collections.abc import Mapping

_LANGUAGES = ("sv", "nb", "en")

TABLE: Mapping[str, Mapping[str, tuple[tuple[str, ...], tuple[str, ...], tuple[str, ...]]]] = {
    # value: (svenska, norsk bokmål, English)
    "level": {
        "low": (("låg", "lågt"), ("lav", "lavt"), ("low",)),
        "medium": (("medel", "mellan", "normal"), ("middels", "normal"), ("medium", "normal")),
        "high": (("hög", "högt"), ("høy", "høyt"), ("high",)),
    },
    "impact": {
        "low": (("liten", "låg"), ("liten", "lav"), ("low", "small")),
        "medium": (("medel",), ("middels",), ("medium",)),
        "high": (("stor", "hög"), ("stor", "høy"), ("high", "large")),
    },
    "type": {
        "fault": (("fel",), ("feil",), ("fault",)),
        "order": (("beställning",), ("bestilling",), ("order",)),
        "question": (("fråga",), ("spørsmål",), ("question",)),
        "other": (("övrigt", "annat"), ("annet",), ("other",)),
    },
    "status": {
        "new": (("nytt", "mottaget"), ("ny", "mottatt"), ("new",)),
        "open": (("pågår", "öppet", "öppen"), ("under arbeid", "åpen"), ("open",)),
        "waiting": (("väntar på kund", "väntar", "vänta"), ("venter på kunde", "venter"), ("waiting", "wait")),
        "external": (("hos extern part", "extern"), ("hos ekstern", "ekstern"), ("external",)),
        "paused": (("vilande", "vilar", "pausat"), ("på vent", "utsatt"), ("paused", "pause")),
        "resolved": (("löst",), ("løst",), ("resolved", "resolve")),
        "closed": (("avslutat", "stängt"), ("lukket", "avsluttet"), ("closed", "close")),
    },
    "yes-no": {
        "yes": (("ja", "j", "sant"), ("ja", "j", "sant"), ("yes", "y", "true")),
        "no": (("nej", "n", "falskt"), ("nei", "n", "usant"), ("no", "n", "false")),
    },
}


def words(kind: str, value: str) -> tuple[str, ...]:
    """Return every word for the value; none for one that an organisation declared itself."""
    return tuple(word for by_language in TABLE[kind].get(value, ()) for word in by_language)


def shown(kind: str, value: str, language: str) -> str:
    """Return the word that people of the language read; the value itself where it has none."""
    if value not in TABLE[kind]:
        return value
    return TABLE[kind][value][_LANGUAGES.index(language if language in _LANGUAGES else "en")][0]
