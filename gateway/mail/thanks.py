"""Whether a mail says thank you and nothing else: it is shown, but it opens nothing and asks for nothing."""

from __future__ import annotations

import re
from typing import Final

from gateway.mail.lines import is_rule, plain

_LONGEST: Final = 300  # characters; a longer mail has something to say
_MOST_WORDS: Final = 30
_WORD: Final = re.compile(r"[^\W_]+(?:['’][^\W_]+)?")
_THUMBS: Final = re.compile(r"[👍🙏❤😊🙂😀😃😄👏🎉💪🥳😍🤗☺👌✅💯🙌🤝💚💙💛🧡♥️🏻🏼🏽🏾🏿\s!.]+")
_SIGNS: Final = ("+1", ":)", ":-)", ";)", ";-)", ":d", "<3", "(y)", "👍")

# Words that may stand in a thank-you, in rows because rows are easy to read and to add to; of the first one must be there.
_THANKING_WORDS: Final = (
    "tack tackar tackartackar tusentack tackså tks thx thanks thank thanx ty cheers takk takker mange tusen tak tusind mangetak kiitos kiitän kiitti kiitoksia danke dank dankeschön dankesehr vielendank merci gracias grazie obrigado obrigada bedankt dankjewel dankuwel dziękuję dzięki děkuji díky ďakujem hvala takkar kjempetakk tackmycket appreciated",
    "toppen perfekt super suveränt jättebra jättebra utmärkt kanon kanonbra fantastiskt underbart strålande grymt finfint härligt perfect great awesome excellent brilliant wonderful lovely supert flott topp herlig kjempebra kjempefint utmerket perfekte fint storartet herligt mahtavaa loistavaa hienoa hieno täydellistä wunderbar prima klasse parfait génial perfecto genial perfetto perfeito geweldig",
)
_COURTESY_WORDS: Final = (
    "detsamma stort stora jättemycket bockar som bockar väldigt oerhört jätte fort så mycket för hjälpen hjälp snabb snabbt snabba ditt din dina ert er era svar svaret du ni är bäst bra jag dig på förhand det den då nu fungerar funkar löste löst sig löser igen allt all och en ett fin trevlig dag helg kväll vecka ha hej hejsan mvh vänliga vänlig hälsningar hälsning hälsar med bästa kram ok okej okey ska vi av i att verkligen hemskt tusen många riktigt snälla snäll alla lysande toppen info informationen informationen beskedet besked uppdateringen återkopplingen återkoppling mejlet mailet bekräftelsen kul glad härligt vet mottaget noterat jobbat arbete insats toppenservice",  # sv
    "hjertelig hjertlig skal dere mye hjelpen hjelp hjælpen hjælp raskt rask hurtig hurtigt svar svaret dere deg dig er best flink bra veldig mye meget så for din ditt den det nå nu virker fungerer igjen igen alt god dag helg ha en fin fortsatt hilsen vennlig vennligst mvh hei hej beste med og ok okay greit kjempe tilbakemelding tilbakemeldingen oppdateringen beskjed venlig hilsner kærlig løst ordnet seg sig",  # nb da
    "paljon avusta avustanne nopeasta vastauksesta nopea toimii nyt hyvä hyvää päivää viikonloppua päivänjatkoa terveisin ystävällisin ystävällisesti moi hei tiedosta sinulle teille",  # fi
    "you your yours very much so a lot lots many for the help helping fast quick prompt reply response answer assistance support it that this is works work working now again all best regards kind kindly warm sincerely yours and have nice good weekend day one everyone team hi hello hey dear ok okay appreciate appreciated much in advance we are i'm im super solved fixed update info information letting me know us really resolved got worked noted received will do understood job",  # en
    "besten herzlichsten nochmals vielen herzlichen ihnen dir für die ihre deine hilfe schnelle rasche antwort rückmeldung funktioniert jetzt wieder alles sehr gut mit freundlichen freundliche grüßen grüße gruß liebe lg vg mfg hallo schön schönen tag wochenende ist das es",  # de
    "beaucoup pour votre ton aide réponse rapide bien bonne journée cordialement bonjour muchas mil por su tu ayuda respuesta saludos buen día hola je wel u hartelijk voor de hulp snelle reactie groet groeten met vriendelijke mille molte tante per l'aiuto aiuto risposta saluti cordiali buona giornata muito pela pelo ajuda resposta bardzo za pomoc odpowiedź pozdrawiam serdecznie",  # others
)
_OBJECTING_WORDS: Final = (
    "men but however aber mutta mais pero ma dock fast dessvärre tyvärr dessverre desværre unfortunately leider kunde can could please snälla not inte ikke ei nicht pas no still fortfarande fortsatt yet another ytterligare när when hur how vad what var where varför why",
)


def _set(rows: tuple[str, ...]) -> frozenset[str]:
    return frozenset(word.casefold() for row in rows for word in row.split())


_THANKING: Final = _set(_THANKING_WORDS)
_COURTESY: Final = _set(_COURTESY_WORDS)
_OBJECTING: Final = _set(_OBJECTING_WORDS)
_CLOSING: Final = re.compile(r"(?:mvh|m\.?v\.?h\.?|vh|bästa hälsningar|vänlig(?:a|t)? ?hälsning(?:ar|en)?|med vänlig(?:a)? hälsning(?:ar)?|hälsningar|hälsar|kram|vennlig hilsen|med vennlig hilsen|beste hilsen|hilsen|venlig hilsen|med venlig hilsen|mange hilsner|terveisin|ystävällisin terveisin|t\.|best regards|kind regards|regards|best|cheers|sincerely|warm regards|br|kr|yours|mfg|mit freundlichen grüßen|viele grüße|liebe grüße|lg|vg|cordialement|saludos|groet(?:en)?|met vriendelijke groet(?:en)?|cordiali saluti|pozdrawiam|/|//)\b[ ,.!]*(.{0,60})", re.IGNORECASE)  # fmt: skip
_NAME: Final = re.compile(r"[/ \-–—~]{0,4}[A-ZÅÄÖÆØÜÉ][\w.'’-]{0,30}(?: [A-ZÅÄÖÆØÜÉ][\w.'’-]{0,30}){0,3}[,.!]?")
_MOST_NAME_LINES: Final = 8


def is_thanks(new_text: str) -> bool:
    """Say whether the text is a short courtesy in which nobody asks, adds or objects to anything."""
    text = new_text.strip()
    if not text or len(text) > _LONGEST or "?" in text or "？" in text:
        return False
    lines = [plain(line) for line in text.split("\n") if plain(line) and not is_rule(line)]
    words = _without_closing(lines)
    if not words:
        return False
    said = " ".join(words)
    if _THUMBS.fullmatch(said) or said.casefold().strip(" .!") in _SIGNS:
        return True
    return _is_courtesy(said)


def _without_closing(lines: list[str]) -> list[str]:
    """Drop greeting of a name, closing and names at the end; the rest is what was said."""
    for number, line in enumerate(lines):
        closed = _CLOSING.fullmatch(line)
        below = lines[number + 1 :]
        if number and closed and len(below) <= _MOST_NAME_LINES and _are_names([closed[1], *below]):
            return lines[:number]
    kept = list(lines)
    while (
        len(kept) > 1 and _NAME.fullmatch(kept[-1]) and not _words(kept[-1]) & _THANKING and len(lines) - len(kept) < 2
    ):
        kept.pop()
    return kept


def _are_names(lines: list[str]) -> bool:
    return all(len(line) <= 60 and not line.rstrip().endswith((".", "!")) for line in lines if line.strip())


def _words(text: str) -> set[str]:
    return {word.casefold().replace("’", "'") for word in _WORD.findall(text)}


def _is_courtesy(said: str) -> bool:
    ordered = [word.casefold().replace("’", "'") for word in _WORD.findall(_THUMBS.sub(" ", said))]
    words = set(ordered)
    if (
        len(ordered) > _MOST_WORDS
        or not words & _THANKING
        or words & _OBJECTING
        or any(char.isdigit() for char in said)
    ):
        return False
    strange = [number for number, word in enumerate(ordered) if word not in _COURTESY and word not in _THANKING]
    if not strange:
        return True
    # A name may follow the thanks ("Tack Anna!", "Hei Kari, tusen takk"), written as names are.
    originals = _WORD.findall(_THUMBS.sub(" ", said))
    return len(strange) <= 2 and all(originals[number][:1].isupper() and number > 0 for number in strange)
