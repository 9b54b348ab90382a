"""Every verb of the command language with its English, Swedish and Norwegian words: one literal table.

The docs are compared with it, the grammar reads by it. A verb marked `later` is recognised and refused with a sentence,
so that no order of an operator is ever mailed to a customer as text.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from types import MappingProxyType

from gateway.commands.spelling import bare, spellings


@dataclass(frozen=True, slots=True)
class Verb:
    """One verb: canonical English name, what follows it, all its words by language."""

    name: str
    form: str  # what may follow, as the docs print it
    words: Mapping[str, tuple[str, ...]]  # language -> words, the first one is printed
    later: bool = False  # known, does nothing yet

    def word(self, language: str) -> str:
        """Return the word to print for a reader of `language`; English where there is none."""
        return self.words.get(language, self.words["en"])[0]

    def shape(self, language: str) -> str:
        """Return how the whole line is written in the language: `#tilldela namn`."""
        column = {"sv": 0, "nb": 1}.get(language)
        form = self.form if column is None else _WORD.sub(lambda m: _FORMS.get(m[0], (m[0],) * 2)[column], self.form)
        return f"#{self.word(language)} {form}".rstrip()


_WORD = re.compile(r"[A-Za-z]+(?:=[a-z]+)?")
_FORMS: Mapping[str, tuple[str, str]] = {
    # what stands in a form: (svenska, norsk bokmål)
    "PERSON": ("namn", "navn"),
    "NAME": ("namn", "navn"),
    "LEVEL": ("hög|medel|låg", "høy|middels|lav"),
    "DATE": ("datum", "dato"),
    "VIEW": ("vy", "visning"),
    "EVENT": ("händelse", "hendelse"),
    "text": ("text", "tekst"),
    "name=value": ("namn=värde", "navn=verdi"),
    "until": ("till", "til"),
    "kind": ("slag", "slag"),
    "verb": ("kommando", "kommando"),
    "on": ("i", "i"),
    "words": ("ord", "ord"),
    "deputy": ("ersättare", "stedfortreder"),
    "subject": ("rubrik", "tittel"),
    "phone": ("telefon", "telefon"),
    "short": ("kort", "kort"),
}


def _now(name: str, form: str, sv: str, nb: str, also: str = "") -> Verb:
    words = {"en": (name, *also.split()), "sv": tuple(sv.split()), "nb": tuple(nb.split())}
    return Verb(name, form, MappingProxyType(words))


def _later(name: str, form: str, sv: str, nb: str) -> Verb:
    verb = _now(name, form, sv, nb)
    return Verb(verb.name, verb.form, verb.words, later=True)


TABLE: tuple[Verb, ...] = (
    _now("resolve", "[text]", "löst", "løst"),
    _now("close", "[text]", "avsluta stäng", "lukk avslutt"),
    _now("reopen", "", "öppna återöppna", "gjenåpne"),
    _now("wait", "[3bd]", "vänta väntar", "vent venter", also="waiting"),
    _now("pause", "[until DATE|5d]", "vila vilande", "påvent utsett"),
    _now("status", "NAME", "status", "status"),
    _now("take", "", "ta", "ta"),
    _now("assign", "PERSON", "tilldela", "tildel"),
    _now("unassign", "", "släpp", "slipp"),
    _now("group", "NAME", "grupp", "gruppe"),
    _now("note", "[text]", "anteckning intern", "notat intern"),
    _now("priority", "LEVEL", "prioritet", "prioritet"),
    _now("impact", "LEVEL", "påverkan", "påvirkning"),
    _now("urgency", "LEVEL", "brådska", "hastegrad"),
    _now("type", "NAME", "typ", "type"),
    _now("category", "NAME[/NAME]", "kategori", "kategori"),
    _now("tag", "+x -y", "etikett", "merke"),
    _now("field", "name=value", "fält", "felt"),
    _now("title", "text", "rubrik", "tittel"),
    _now("template", "NAME", "mall", "mal"),
    _now("answer", "NAME", "svar", "svar"),
    _now("cc", "+a@x -b@y", "kopia", "kopi"),
    _now("time", "20m [DATE] [kind] [text]", "tid", "tid"),
    _now("accept", "[on 1042]", "ta-emot", "ta-imot"),
    _now("send", "", "skicka", "send"),
    _now("drop", "", "släng", "dropp"),
    _now("confirm", "", "bekräfta", "bekreft"),
    _now("spam", "", "skräp", "søppel"),
    _now("files", "[NAME]", "filer", "filer"),
    _now("help", "[verb]", "hjälp", "hjelp"),
    _later("external", "a@x [3bd]", "extern", "ekstern"),
    _later("forward", "a@x", "vidarebefordra", "videresend"),
    _later("next", "", "nästa", "neste"),
    _later("escalate", "[text]", "eskalera", "eskaler"),
    _later("return", "", "återlämna", "tilbakefør"),
    _later("handover", "PERSON text", "överlämna", "overlat"),
    _later("watch", "", "bevaka", "følg"),
    _later("unwatch", "", "sluta-bevaka", "slutt-å-følge"),
    _later("product", "NAME", "produkt", "produkt"),
    _later("service", "NAME", "tjänst", "tjeneste"),
    _later("object", "ID", "objekt", "objekt"),
    _later("cause", "NAME", "orsak", "årsak"),
    _later("keep", "NAME", "behåll", "behold"),
    _later("bcc", "a@x", "hemligkopia", "blindkopi"),
    _later("requester", "a@x", "kund", "kunde"),
    _later("same-person", "", "samma-person", "samme-person"),
    _later("parent", "1001", "huvudärende", "hovedsak"),
    _later("merge", "1001", "slåihop", "slåsammen"),
    _later("unmerge", "", "sära", "løsne"),
    _later("duplicate", "1001", "dubblett", "duplikat"),
    _later("link", "1001", "länka", "lenke"),
    _later("split", "", "bryt-ut", "skill-ut"),
    _later("confidential", "", "sekretess", "skjermet"),
    _later("open-up", "", "häv-sekretess", "opphev-skjerming"),
    _later("discard", "", "kasta", "forkast"),
    _later("did", "text", "gjort", "gjort"),
    _later("lesson", "text", "lärdom", "lærdom"),
    _later("due", "DATE", "senast", "frist"),
    _later("remind", "DATE text", "påminn", "påminn"),
    _later("promise", "DATE [text]", "lova", "lov"),
    _later("strike", "[text]", "försök", "forsøk"),
    _later("next-step", "text", "nästa-steg", "neste-steg"),
    _later("done", "2", "klart", "ferdig"),
    _later("approve", "a@x", "godkänn", "godkjenn"),
    _later("new", "", "nytt", "ny"),
    _later("for", "a@x [subject]", "åt för", "for"),
    _later("source", "phone", "källa", "kilde"),
    _later("list", "VIEW", "lista", "liste"),
    _later("search", "words", "sök", "søk"),
    _later("save", "NAME", "spara", "lagre"),
    _later("forget", "NAME", "glöm", "glem"),
    _later("show", "1042 [unmasked]", "visa", "vis"),
    _later("original", "", "original", "original"),
    _later("history", "", "historik", "historikk"),
    _later("report", "7d | 1042 for a@x", "rapport", "rapport"),
    _later("explain", "", "förklara", "forklar"),
    _later("away", "until DATE [deputy PERSON]", "borta", "borte"),
    _later("back", "", "tillbaka", "tilbake"),
    _later("mute", "EVENT", "tysta", "demp"),
    _later("mail", "short", "mejl", "epost"),
    _later("on", "1001 1002 | view:NAME", "på", "på"),
    _later("undo", "", "ångra", "angre"),
    _later("mine", "", "mina", "mine"),
    _later("unsubscribe", "", "avanmäl", "meld-av"),
    _later("rate", "good|ok|bad", "betyg", "vurder"),
)
"""In the order of the docs. `mine`, `unsubscribe` and `rate` are the customers'; `close` is theirs too."""

VERBS: Mapping[str, Verb] = MappingProxyType({verb.name: verb for verb in TABLE})

_NEAR: Mapping[str, str] = MappingProxyType({"open": "reopen"})
"""Words that are close in meaning, not in letters: `open` is a view word."""


def _index() -> dict[str, str]:
    """Return every accepted spelling -> verb; a spelling without its diacritics counts where it means one verb only."""
    exact = {bare(word): verb.name for verb in TABLE for words in verb.words.values() for word in words}
    loose: dict[str, set[str]] = {}
    for word, name in exact.items():
        for spelling in spellings(word):
            loose.setdefault(spelling, set()).add(name)
    return {spelling: next(iter(names)) for spelling, names in loose.items() if len(names) == 1} | exact


_INDEX: Mapping[str, str] = MappingProxyType(_index())


def find(word: str) -> str | None:
    """Return the canonical verb that `word` means in any of the languages, or None."""
    return _INDEX.get(bare(word))


def nearest(word: str) -> str | None:
    """Return the verb `word` was probably meant to be, or None."""
    plain = bare(word)
    if plain in _NEAR:
        return _NEAR[plain]
    close = get_close_matches(plain, _INDEX, n=1, cutoff=0.75)
    return _INDEX[close[0]] if close else None
