"""Which language a text is in, by its commonest small words; None where it cannot be told."""

from __future__ import annotations

import re
from collections import Counter
from typing import Final

_WORD: Final = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]+)?")
_SCANNED: Final = 8000
_FEWEST_WORDS: Final = 3
_FEWEST_POINTS: Final = 2.0
_CLEARER: Final = 1.2  # the best must have so many times the points of the second

# A word in one language only weighs most; the weight is shared among the languages that have it.
_WORDS: Final[dict[str, str]] = {
    "sv": "hjälpen skrivaren och att det som är inte jag har för med en ett på till av den när vi kan om så från eller men nu hej tack ska skulle vill ni vår vårt våra er ert era vara har hade också bara mycket finns måste där här hur vad varför vilken mig dig oss dem sig sin hjälp hjälpa fungerar går får fått gör göra någon något några inget inga sedan efter innan hälsningar vänliga gärna tyvärr fel idag imorgon igår snälla svar skickar skickade ärende skrivare lösenord mejl beställning faktura kunde ännu redan alltid aldrig detta denna dessa åt ut upp in då",
    "nb": "hjelpen skriveren fungere og at det som er ikke jeg har for med en et ei på til av den når vi kan om så fra eller men nå hei takk skal skulle vil dere vår vårt våre deres være hadde også bare mye finnes må der her hvor hva hvorfor hvilken hvordan meg deg oss dem seg sin hjelp hjelpe fungerer virker går får fått gjør gjøre noen noe noen ingen siden etter før hilsen vennlig gjerne dessverre feil dag i morgen går svar sender sendte sak skriver passord epost bestilling faktura kunne ennå allerede alltid aldri dette denne disse ut opp inn da jeg mitt min ble blitt hos",
    "da": "hjælpen printeren mailen og at det som er ikke jeg har for med en et på til af den når vi kan om så fra eller men nu hej tak skal skulle vil i vores jeres være havde også bare meget findes må der her hvor hvad hvorfor hvilken hvordan mig dig os dem sig sin hjælp hjælpe fungerer virker går får fået gør gøre nogen noget ingen siden efter før hilsen venlig gerne desværre fejl dag morgen svar sender sendte sag printer adgangskode bestilling faktura kunne endnu allerede altid aldrig dette denne disse ud op ind da mit min blev blevet hos af jer",
    "fi": "ja on ei se että en ole minä sinä hän me te he mutta kun jos niin myös vain tämä tuo joka mikä missä miten miksi kuka voi voin voisi voitteko pitää täytyy hei moi kiitos terveisin ystävällisin olen olet oli ollut meillä minulla teillä nyt vielä jo aina koskaan kanssa ennen jälkeen tai sekä kuin sen sitä tätä siitä tästä toimi toimii apua auttaa lasku tilaus tulostin salasana sähköposti",
    "is": "og að það sem er ekki ég hef fyrir með á til af en við þið þú hann hún þeir þetta þessi hvað hvar hvernig takk kveðja góðan dag var eru mér þér okkur ykkur",
    "en": "the and to of a in is it you that for on with this are be have not i we can was but at from or your as my me please thanks hello hi if do will would could should what when where how why there here they he she our us been has had an any all no yes am im i'm it's don't doesn't can't which who their them so just still need help working order password invoice ticket regards",
    "de": "und der die das ist nicht ich sie wir es zu mit für auf ein eine einen dem den des von im in an auch als wie aber oder wenn kann können haben hat habe bitte danke vielen hallo guten tag mit freundlichen grüßen noch nur sehr schon mehr werden wird wurde bei nach aus über um so dass ihr ihre ihnen uns mir mich unser diese dieser dieses kein keine warum wann wo wer was rechnung drucker passwort bestellung leider",
    "fr": "le la les de des du un une et est que qui dans pour pas ne je vous nous il elle sur avec au aux ce cette ces mais ou où donc si plus mon ma mes votre notre vos bonjour merci cordialement suis êtes sont avons avez ai été être faire peut pouvez j'ai c'est n'est d'un d'une très bien aussi comme tout tous commande facture mot passe imprimante",
    "es": "el la los las de del un una y es que en no por para con se lo su sus al como más pero o si yo usted nosotros mi me te le nos hola gracias saludos buenos días estoy está están tengo tiene puedo puede hacer muy también cuando donde qué cómo por favor pedido factura contraseña impresora",
    "pt": "o a os as de do da dos das um uma e é que em não por para com se no na nos nas ao mais mas ou eu você nós meu minha olá obrigado obrigada bom dia estou está estão tenho tem posso pode fazer muito também quando onde como pedido fatura senha impressora",
    "it": "il lo la i gli le di del della dei un una e è che in non per con si al alla come più ma o se io lei noi mio mia ciao grazie saluti buongiorno sono ho ha hai abbiamo posso può fare molto anche quando dove perché cosa questo questa ordine fattura password stampante cordiali",
    "nl": "de het een en is van ik je u niet dat die in op te met voor zijn er aan ook maar als om we wij hij ze naar bij nog wel geen heb heeft hebben kan kunnen wordt worden hallo dank bedankt groet groeten vriendelijke beste graag mijn uw ons onze dit deze waarom wanneer waar hoe wat factuur bestelling printer wachtwoord",
    "pl": "i w nie na się z do to że jest o jak ale po co tak za od przez dla czy już tylko jego jej są był była było może można proszę dziękuję dzień dobry witam pozdrawiam mam mamy mi mnie mój moja nasz ten ta te tego kiedy gdzie dlaczego hasło faktura zamówienie drukarka",
    "et": "ja on ei see et ma sa ta me te nad kui aga ka või mis kes kus kuidas miks tere aitäh tervitades palun olen oli saab võib ole mul teil meil kas seda selle",
    "cs": "a se je na že v to s z do o jak ale po co tak za od pro nebo už jen jeho jsem jsme jste byl byla bylo může prosím děkuji dobrý den s pozdravem mám máme můj moje náš ten ta kdy kde proč",
    "ro": "și de la în nu este un o pe cu pentru că din mai sau dar ce cum când unde am are avem bună ziua mulțumesc vă rog acest această",
    "hu": "a az és nem hogy egy is van de ha meg csak már még kell lehet jó köszönöm üdvözlettel kérem nekem vagyok volt lesz ezt azt mert vagy",
    "tr": "ve bir bu da de için ile çok ama ne var yok daha gibi ben sen biz siz merhaba teşekkürler lütfen saygılarımla olarak değil mi nasıl neden",
}  # fmt: skip
_SCRIPTS: Final[tuple[tuple[str, str, str], ...]] = (
    ("ru", "а", "я"), ("el", "α", "ω"), ("he", "א", "ת"), ("ar", "ا", "ي"), ("th", "ก", "ฮ"), ("ko", "가", "힣"), ("ja", "ぁ", "ヿ"), ("zh", "一", "鿿"),
)  # fmt: skip
_OTHER_SCRIPT: Final = re.compile("[" + "".join(f"{first}-{last}" for _, first, last in _SCRIPTS) + "]")


def _weights() -> dict[str, dict[str, float]]:
    by_word: dict[str, list[str]] = {}
    for language, words in _WORDS.items():
        for word in dict.fromkeys(words.split()):
            by_word.setdefault(word, []).append(language)
    return {word: dict.fromkeys(languages, 1.0 / len(languages)) for word, languages in by_word.items()}


_WEIGHTS: Final = _weights()
_LETTERS: Final[dict[str, tuple[str, ...]]] = {
    "ö": ("sv", "fi", "de", "et", "hu", "tr", "is"), "ä": ("sv", "fi", "de", "et"), "å": ("sv", "nb", "da"), "ø": ("nb", "da"), "æ": ("nb", "da", "is"), "ß": ("de",), "ñ": ("es",), "ł": ("pl",), "ã": ("pt",), "õ": ("pt", "et"), "ç": ("fr", "pt", "tr"), "ř": ("cs",), "ě": ("cs",), "ș": ("ro",), "ț": ("ro",), "ő": ("hu",), "ð": ("is",), "þ": ("is",), "ı": ("tr",), "ğ": ("tr",), "ą": ("pl",), "ę": ("pl",), "è": ("fr", "it"), "ê": ("fr", "pt"),
}  # fmt: skip


def guess(text: str) -> str | None:
    """Return ISO 639-1 of the language a text is written in, or None where it is too short or unclear."""
    sample = text[:_SCANNED].lower().replace("’", "'")
    by_script = _by_script(sample)
    if by_script is not None:
        return by_script
    words = _WORD.findall(sample)
    if len(words) < _FEWEST_WORDS:
        return None
    points: dict[str, float] = {}
    for word, times in Counter(words).items():
        for language, weight in _WEIGHTS.get(word, {}).items():
            points[language] = points.get(language, 0.0) + weight * min(times, 4)
    for letter, languages in _LETTERS.items():
        if letter in sample:
            for language in languages:
                points[language] = points.get(language, 0.0) + 0.7 / len(languages)
    return _clearest(points)


def _clearest(points: dict[str, float]) -> str | None:
    best = sorted(points.items(), key=lambda item: -item[1])[:2]
    if not best or best[0][1] < _FEWEST_POINTS * 0.6:
        return None
    if len(best) > 1 and best[0][1] < best[1][1] * _CLEARER:
        return None
    return best[0][0]


def _by_script(sample: str) -> str | None:
    if _OTHER_SCRIPT.search(sample, 0, 2000) is None:
        return None  # Latin letters: each of them need not be asked for each script
    letters = [char for char in sample[:2000] if char.isalpha()]
    if len(letters) < _FEWEST_WORDS * 2:
        return None
    for language, first, last in _SCRIPTS:
        share = sum(1 for char in letters if first <= char <= last) / len(letters)
        if share > (0.1 if language == "ja" else 0.4):
            return "uk" if language == "ru" and any(char in "іїєґ" for char in letters) else language
    return None
