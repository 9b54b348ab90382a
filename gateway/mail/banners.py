"""Warnings that mail systems put above a mail ("Du får inte ofta e-post från …", "[EXTERNAL]"): nobody wrote them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from gateway.mail.lines import is_rule, plain

_FIRST_LINES: Final = 12
_MOST_LINES: Final = 5
_LONGEST: Final = 900
_LONGEST_HEAD_WORD: Final = 10

_SELDOM: Final = (
    "you don't often get email from", "you do not often get email from", "some people who received this message don't often get email", "du får inte ofta e-post från", "du får inte e-post ofta från", "du får ofta inte e-post från", "du får sällan e-post från", "vissa personer som tog emot det här meddelandet får inte ofta", "vissa som har fått det här meddelandet får inte ofta", "några personer som fått det här meddelandet",
    "vissa personer som fick det här meddelandet", "du får ikke ofte e-post fra", "du mottar ikke ofte e-post fra", "du får vanligvis ikke e-post fra", "noen som har mottatt denne meldingen", "noen personer som mottok denne meldingen", "enkelte som mottok denne meldingen", "du får ikke ofte mails fra", "du får ikke ofte mail fra", "du modtager ikke ofte mails fra", "du modtager ikke ofte mail fra", "nogle personer, der har modtaget denne meddelelse",
    "et saa usein sähköpostia", "et saa usein viestejä", "sie erhalten nicht häufig e-mails von", "sie erhalten nicht oft e-mails von", "sie erhalten nicht oft eine e-mail von", "sie erhalten häufig keine e-mails von", "einige personen, die diese nachricht erhalten haben", "vous n’obtenez pas souvent d’e-mail", "vous n'obtenez pas souvent d'e-mail", "vous ne recevez pas souvent", "no suele recibir correo", "no recibe correo", "u ontvangt niet vaak e-mail van", "u ontvangt vaak geen e-mail van", "non si ricevono spesso messaggi", "non ricevi spesso", "nie otrzymujesz często wiadomości", "não costuma receber", "você não costuma receber", "não recebe frequentemente", "no suele recibir", "вы нечасто получаете", "вы не часто получаете", "ви не часто отримуєте", "od odesílatele", "nem gyakran kap", "nu primiți des", "nu primiți frecvent", "δεν λαμβάνετε συχνά", "通常、", "您通常不会收到", "您不常收到", "não recebe com frequência",
)  # fmt: skip
_IMPORTANT: Final = (
    "important",
    "viktig",
    "vigtigt",
    "tärkeää",
    "wichtig",
    "importante",
    "belangrijk",
    "ważne",
    "learnaboutsenderidentification",
)
_PROOFPOINT: Final = "zjqcmqryfpfptbannerstart"
# "… is no frequent sender, learn why this is important", where the sender's address comes first.
_RARE: Final = (
    "není častý odesílatel",
    "nedostáváte e-maily často",
    "nedostávate e-maily často",
    "nedostávate často",
    "sık sık e-posta",
    "sık e-posta",
    "ne prejemate pogosto",
    "ne primate često",
)
_IMPORTANT_ENDS: Final = ("důležit", "dôležit", "önemli", "pomemb", "važno")
_HEADS: Final = ("this message is from an external", "precaución", "atención", "attenzione", "let op", "uwaga", "pozor", "cuidado", "atenção", "aviso", "внимание", "увага", "dikkat", "figyelem", "atenție", "προσοχή", "注意", "external email", "external e-mail", "external sender", "external message", "external mail", "extern e-post", "extern avsändare:", "externt mejl", "externt mail", "ekstern e-post", "ekstern avsender", "externe e-mail", "caution", "warning", "attention", "external", "[external", "[ext", "extern", "[extern", "obs", "varning", "advarsel", "ekstern", "[ekstern", "huomio", "ulkoinen", "achtung", "externe", "[externe", "vorsicht", "this email originated", "this e-mail originated", "this message originated", "this email came from outside", "this email was sent from outside", "this message was sent from outside", "this message came from outside", "this is an external", "det här mejlet kommer från en extern", "det här mailet kommer från en extern", "detta mail kommer från en extern", "detta mejl kommer från en extern", "detta e-postmeddelande kommer från en extern", "detta e-postmeddelande har skickats från en extern", "detta meddelande kommer från en extern", "detta mail har skickats från en extern", "mailet är skickat från en extern", "denna e-post kommer från en extern", "denne e-posten kommer fra en ekstern", "denne e-posten er sendt fra", "denne meldingen kommer fra en ekstern", "denne mail kommer fra en ekstern", "denne e-mail kommer udefra", "tämä viesti on tullut organisaation ulkopuolelta", "diese e-mail kommt von", "diese e-mail stammt von", "ce message provient", "cet e-mail provient", "deze e-mail is afkomstig van buiten", "zewnętrzn", "this sender is external", "think before you click", "** external", "*** external", "-- external", "ekstern:", "extern:", "externt")  # fmt: skip
_TAGS: Final = frozenset({"external", "extern", "externt", "ekstern", "ext", "external email", "external e-mail", "external sender", "external mail", "extern avsändare", "extern e-post", "externt mejl", "externt mail", "ekstern avsender", "ekstern e-post", "ekstern mail", "externe e-mail", "ulkoinen viesti", "externer absender", "external message", "e-mail externe"})  # fmt: skip
_FROM_OUTSIDE: Final = (
    "outside",
    "external",
    "extern",
    "utifrån",
    "utanför",
    "ekstern",
    "utenfor",
    "udefra",
    "ulkopuol",
    "ausserhalb",
    "extérieur",
    "fuera de",
    "estern",
    "fora da",
    "fora do",
    "spoza",
    "vnějš",
    "vonkajš",
    "внешн",
    "зовнішн",
    "dışından",
    "dış kaynak",
    "külső",
    "exterior",
    "εξωτερικ",
    "外部",
    "externe",
    "zewnątrz",
    "buiten",
)
_CARE: Final = (
    "click",
    "link",
    "attachment",
    "klicka",
    "länk",
    "bilag",
    "bifoga",
    "klikk",
    "lenke",
    "vedlegg",
    "klik",
    "linkk",
    "liit",
    "anhäng",
    "anlage",
    "cliquer",
    "liens",
    "pièce",
    "bijlage",
    "enlace",
    "adjunt",
    "anex",
    "odkaz",
    "příloh",
    "ссылк",
    "вложен",
    "посилан",
    "bağlant",
    "hivatkoz",
    "συνδέσμ",
    "链接",
    "リンク",
    "recogni",
    "känner",
    "kjenner",
    "trust",
    "litar",
    "avsändare",
    "sender",
    "organi",
    "försiktig",
    "forsiktig",
)
_GREETINGS: Final = (
    "hej",
    "hei",
    "hi ",
    "hi,",
    "hello",
    "dear ",
    "god ",
    "hallo",
    "moi",
    "guten",
    "sehr ",
    "bonjour",
    "hola",
    "ciao",
    "beste ",
    "tja",
    "hejsan",
    "tack",
    "takk",
    "thanks",
    "good ",
)


def lines_on_top(lines: Sequence[str]) -> int:
    """Count the lines at the top that are banners, blank lines and rulers around them included; 0 where there is none."""
    end = at = 0
    while at < min(len(lines), _FIRST_LINES):
        text = plain(lines[at])
        if not text or is_rule(lines[at]):
            at += 1
            continue
        length = _banner_length(lines, at)
        if not length:
            break
        at = end = at + length
    while 0 < end < len(lines) and (not plain(lines[end]) or is_rule(lines[end])):
        end += 1
    return end


def is_banner(text: str) -> bool:
    """Whether a whole paragraph is a banner and nothing else."""
    lines = [line for line in text.split("\n") if plain(line)]
    return bool(lines) and len(text) <= _LONGEST and lines_on_top(lines) == len(lines)


def _banner_length(lines: Sequence[str], at: int) -> int:
    low = _folded(lines[at])
    if low.startswith(_PROOFPOINT):
        return _marked_length(lines, at)
    if low.lstrip("[ ").startswith(_SELDOM):
        return _seldom_length(lines, at)
    if any(word in low for word in _IMPORTANT_ENDS) and any(word in low for word in _RARE):
        return 1
    if low.strip(" []()*!:.-–") in _TAGS:
        return 1
    head = next((head for head in _HEADS if low.startswith(head)), None)
    return 0 if head is None or not _is_set_off(lines[at], head) else _warning_length(lines, at)


def _marked_length(lines: Sequence[str], at: int) -> int:
    """Proofpoint marks where its banner ends."""
    ends = (i for i in range(at, min(at + _FIRST_LINES, len(lines))) if "bannerend" in lines[i].casefold())
    return next(ends, at) - at + 1


def _is_set_off(line: str, head: str) -> bool:
    """Whether a warning's first word is set off as nobody sets off the first word of a sentence."""
    if head.startswith("[") or len(head) > _LONGEST_HEAD_WORD:
        return True
    first = plain(line).lstrip("*_⚠️🛑❗| -[").split(maxsplit=1)[0]
    return first.isupper() or not first[-1].isalnum()


def _folded(line: str) -> str:
    return plain(line).lstrip("*_⚠️🛑❗| ").replace("’", "'").casefold()


def _seldom_length(lines: Sequence[str], at: int) -> int:
    for length in range(1, 4):
        if at + length > len(lines) or not plain(lines[at + length - 1]):
            break
        if any(word in _folded(lines[at + length - 1]) for word in _IMPORTANT):
            return length
    return 1


def _warning_length(lines: Sequence[str], at: int) -> int:
    paragraph: list[str] = []
    for line in lines[at : at + _MOST_LINES]:
        low = _folded(line)
        if not low or (paragraph and low.startswith(_GREETINGS)):
            break
        paragraph.append(low)
    whole = " ".join(paragraph)
    outside = any(word in whole for word in _FROM_OUTSIDE)
    return len(paragraph) if outside and len(whole) <= _LONGEST and any(word in whole for word in _CARE) else 0
