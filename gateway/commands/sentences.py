"""What the transcript says, in the operator's language: one literal table, code -> language -> sentence."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any

_T: dict[str, tuple[str, str, str]] = {
    # code: (svenska, norsk bokmål, English)
    # -- done
    "resolved": ("Ärendet är löst.", "Saken er løst.", "The ticket is resolved."),
    "spam": (
        "Ärendet är avslutat som skräppost. Avsändaren får inget mejl.",
        "Saken er lukket som søppelpost. Avsenderen får ingen e-post.",
        "The ticket is closed as spam. The sender gets no mail.",
    ),
    "closed": ("Ärendet är avslutat.", "Saken er lukket.", "The ticket is closed."),
    "reopened": ("Ärendet är öppnat igen.", "Saken er åpnet igjen.", "The ticket is open again."),
    "waits": ("Ärendet väntar på kunden.", "Saken venter på kunden.", "The ticket waits for the customer."),
    "waits-remind": (
        "Ärendet väntar på kunden. Påminnelser skickas inte än; tiden är noterad: {when}.",
        "Saken venter på kunden. Påminnelser sendes ikke ennå; tiden er notert: {when}.",
        "The ticket waits for the customer. Reminders are not sent yet; the time is noted: {when}.",
    ),
    "paused": ("Ärendet vilar tills vidare.", "Saken er satt på vent inntil videre.", "The ticket is paused."),
    "paused-until": (
        "Ärendet vilar till {when}.",
        "Saken er satt på vent til {when}.",
        "The ticket is paused until {when}.",
    ),
    "status-is": ("Status: {value}.", "Status: {value}.", "Status: {value}."),
    "taken": ("Ärendet är ditt.", "Saken er din.", "The ticket is yours."),
    "already-yours": ("Ärendet är redan ditt.", "Saken er allerede din.", "The ticket is yours already."),
    "assigned": ("Ansvarig: {value}.", "Ansvarlig: {value}.", "Owner: {value}."),
    "assigned-away": (
        "Ansvarig: {value}, som är borta till {when}.",
        "Ansvarlig: {value}, som er borte til {when}.",
        "Owner: {value}, who is away until {when}.",
    ),
    "unassigned": ("Ärendet har ingen ansvarig.", "Saken har ingen ansvarlig.", "The ticket has no owner."),
    "group-is": ("Grupp: {value}.", "Gruppe: {value}.", "Group: {value}."),
    "field-is": ("{field}: {value}.", "{field}: {value}.", "{field}: {value}."),
    "field-empty": ("{field} är tömt.", "{field} er tømt.", "{field} is empty."),
    "tags-are": ("Etiketter: {value}.", "Merker: {value}.", "Tags: {value}."),
    "title-is": ("Ny rubrik: {value}", "Ny tittel: {value}", "New title: {value}"),
    "template-is": ("Ärendemall: {value}.", "Saksmal: {value}.", "Ticket template: {value}."),
    "answer-is": ("Färdigt svar: {value}.", "Ferdig svar: {value}.", "Ready answer: {value}."),
    "people-are": ("Kopia: {value}.", "Kopi: {value}.", "Cc: {value}."),
    "time-is": ("{value} bokfört, totalt {total}.", "{value} ført, totalt {total}.", "{value} logged, {total} in all."),
    "noted": ("Sparat som intern anteckning.", "Lagret som internt notat.", "Kept as an internal note."),
    "accepted": ("Mejlet tas emot.", "E-posten tas imot.", "The mail is accepted."),
    "accepted-on": (
        "Mejlet läggs i ärende {value}.",
        "E-posten legges i sak {value}.",
        "The mail goes to ticket {value}.",
    ),
    "sent": ("Texten skickas som den är.", "Teksten sendes som den er.", "The text is sent as it is."),
    "dropped": (
        "Mejlet kastas. Inget skickas.",
        "E-posten forkastes. Ingenting sendes.",
        "The mail is dropped. Nothing is sent.",
    ),
    "confirmed": (
        "Tack. Nu görs det du skrev.",
        "Takk. Nå gjøres det du skrev.",
        "Thank you. What you wrote is done now.",
    ),
    "files": (
        "Filerna följer med det här mejlet, eller de närmaste: {names}.",
        "Filene følger med denne e-posten, eller de neste: {names}.",
        "The files come with this mail, or the next ones: {names}.",
    ),
    "no-files": ("Ärendet har inga sådana filer.", "Saken har ingen slike filer.", "The ticket has no such files."),
    "help": ("Hjälpen står nedanför.", "Hjelpen står nedenfor.", "The help is below."),
    # -- not done
    # -- held
    "doubt-internal-mark": (
        "Raden ”{line}” ser ut att vara menad för er själva.",
        "Linjen «{line}» ser ut til å være ment for dere selv.",
        "The line “{line}” looks as if it were meant for yourselves.",
    ),
    "doubt-only-files": (
        "Mejlet har bara bilagor och ingen text.",
        "E-posten har bare vedlegg og ingen tekst.",
        "Your mail has attachments only and no text.",
    ),
    "doubt-colleague": (
        "Svaret börjar med en kollegas namn: ”{line}”",
        "Svaret begynner med navnet til en kollega: «{line}»",
        "The answer begins with a colleague’s name: “{line}”",
    ),
    "too-late": (
        "Frågan gällde i ett dygn. Skicka mejlet på nytt.",
        "Spørsmålet gjaldt i ett døgn. Send e-posten på nytt.",
        "The question was good for a day. Please send your mail again.",
    ),
    "not-done": (
        "Inte gjort, eftersom en annan rad inte gick att göra.",
        "Ikke gjort, fordi en annen linje ikke kunne utføres.",
        "Not done, because another line could not be done.",
    ),
    "not-understood": (
        "Raden förstod vi inte.",
        "Linjen forstod vi ikke.",
        "This line is not understood.",
    ),
    "not-understood-near": (
        "Raden förstod vi inte. Menade du #{word}?",
        "Linjen forstod vi ikke. Mente du #{word}?",
        "This line is not understood. Did you mean #{word}?",
    ),
    "later": (
        "#{word} är känt men fungerar inte än. Inget har gjorts.",
        "#{word} er kjent, men virker ikke ennå. Ingenting er gjort.",
        "#{word} is known but does not work yet. Nothing was done.",
    ),
    "already-resolved": ("Ärendet är redan löst.", "Saken er allerede løst.", "The ticket is resolved already."),
    "already-closed": (
        "Ärendet är redan avslutat.",
        "Saken er allerede lukket.",
        "The ticket is closed already.",
    ),
    "reopen-first": (
        "Ärendet är avslutat. Öppna det först: #öppna",
        "Saken er lukket. Åpne den først: #gjenåpne",
        "The ticket is closed. Reopen it first: #reopen",
    ),
    "not-closed": (
        "Ärendet är varken löst eller avslutat.",
        "Saken er verken løst eller lukket.",
        "The ticket is neither resolved nor closed.",
    ),
    "not-now": (
        "Det går inte i ärendets status.",
        "Det går ikke i sakens status.",
        "The ticket's status does not allow it.",
    ),
    "missing-field": (
        "Ärendet är inte löst än: {field} saknas. Svara med raden: {line}",
        "Saken er ikke løst ennå: {field} mangler. Svar med linjen: {line}",
        "The ticket is not resolved yet: {field} is missing. Answer with the line: {line}",
    ),
    "no-argument": (
        "#{word} tar inget efter sig; ”{value}” förstod vi inte.",
        "#{word} skal stå alene; «{value}» forstod vi ikke.",
        "#{word} stands alone; “{value}” was not understood.",
    ),
    "needs": (
        "Något saknas efter #{word}. Så här: {form}",
        "Noe mangler etter #{word}. Slik: {form}",
        "Something is missing after #{word}. Like this: {form}",
    ),
    "unknown-value": (
        "”{value}” känner vi inte igen. Det här går: {allowed}.",
        "«{value}» kjenner vi ikke igjen. Dette går: {allowed}.",
        "“{value}” is not known. Allowed: {allowed}.",
    ),
    "unknown-value-free": (
        "”{value}” förstod vi inte.",
        "«{value}» forstod vi ikke.",
        "“{value}” was not understood.",
    ),
    "several": (
        "”{value}” kan vara {allowed}. Skriv vem du menar.",
        "«{value}» kan være {allowed}. Skriv hvem du mener.",
        "“{value}” may be {allowed}. Write which one.",
    ),
    "no-answers": (
        "Ärendet har ingen mall med färdiga svar. Välj mall först: #mall namn",
        "Saken har ingen mal med ferdige svar. Velg mal først: #mal navn",
        "The ticket has no template with ready answers. Choose one first: #template name",
    ),
    "answer-or-note": (
        "#{word} skickas till kunden och kan inte stå i en intern anteckning.",
        "#{word} sendes til kunden og kan ikke stå i et internt notat.",
        "#{word} goes to the customer and cannot stand in an internal note.",
    ),
    "answer-by-mail": (
        "#{word} fungerar bara i ett mejl.",
        "#{word} virker bare i en e-post.",
        "#{word} works in a mail only.",
    ),
    "bad-date": (
        "”{value}” är inget datum vi förstår. Skriv till exempel imorgon, fre 12:00, 1/12 eller 2026-12-01.",
        "«{value}» er ingen dato vi forstår. Skriv for eksempel i morgen, fre 12:00, 1/12 eller 2026-12-01.",
        "“{value}” is no date we understand. Write for example tomorrow, fri 12:00, 1 Dec or 2026-12-01.",
    ),
    "past-date": ("{when} har redan varit.", "{when} har allerede vært.", "{when} is in the past."),
    "bad-time": (
        "”{value}” är ingen tid. Skriv till exempel 20m, 1h eller 1h30m.",
        "«{value}» er ingen tid. Skriv for eksempel 20m, 1h eller 1h30m.",
        "“{value}” is no time. Write for example 20m, 1h or 1h30m.",
    ),
    "bad-pattern": (
        "{field}: ”{value}” har inte rätt form.",
        "{field}: «{value}» har ikke riktig form.",
        "{field}: “{value}” does not have the right form.",
    ),
    "bad-address": (
        "”{value}” är ingen e-postadress.",
        "«{value}» er ingen e-postadresse.",
        "“{value}” is no e-mail address.",
    ),
    "own-address": (
        "{value} är vår egen adress.",
        "{value} er vår egen adresse.",
        "{value} is an address of ours.",
    ),
    "not-in-ticket": ("{value} är inte med i ärendet.", "{value} er ikke med i saken.", "{value} does not take part."),
    "no-ticket": (
        "Det finns inget ärende att göra det i. Svara på ett mejl som hör till ärendet.",
        "Det er ingen sak å gjøre det i. Svar på en e-post som hører til saken.",
        "There is no ticket to do it in. Answer a mail that belongs to the ticket.",
    ),
    "no-held-mail": (
        "Det finns inget mejl som väntar på ditt beslut. Använd knappen i mejlet vi skickade.",
        "Det er ingen e-post som venter på en avgjørelse fra deg. Bruk knappen i e-posten vi sendte.",
        "No mail waits for your decision. Use the button in the mail we sent.",
    ),
    "one-decision": (
        "Ett mejl kan bara få ett beslut.",
        "En e-post kan bare få én avgjørelse.",
        "A mail can have one decision only.",
    ),
    # -- may not
    "refused": (
        "Mejlet klarade inte kontrollen av avsändaren. Inget har gjorts.",
        "E-posten besto ikke kontrollen av avsenderen. Ingenting er gjort.",
        "The mail failed the check of its sender. Nothing was done.",
    ),
    "unproven": (
        "Vi kan inte vara säkra på att det var du. Inget har gjorts.",
        "Vi kan ikke være sikre på at det var deg. Ingenting er gjort.",
        "We cannot be sure that it was you. Nothing was done.",
    ),
    "needs-proven": (
        "#{word} behöver ett säkrare bevis på att det är du. Bekräfta, så görs det.",
        "#{word} krever et sikrere bevis på at det er deg. Bekreft, så blir det gjort.",
        "#{word} needs a stronger proof that it is you. Confirm, and it will be done.",
    ),
    "role": (
        "#{word} får du inte använda. Det får: {allowed}.",
        "#{word} kan du ikke bruke. Det kan: {allowed}.",
        "You may not use #{word}. These roles may: {allowed}.",
    ),
}

TABLE: Mapping[str, Mapping[str, str]] = MappingProxyType(
    {code: MappingProxyType(dict(zip(("sv", "nb", "en"), texts, strict=True))) for code, texts in _T.items()}
)


@dataclass(frozen=True, slots=True)
class Said:
    """A sentence by its code, with the values that go into it."""

    code: str
    values: Mapping[str, Any] = field(default_factory=dict)

    def text(self, language: str) -> str:
        """Return the sentence in the language, else in English."""
        sentences = TABLE[self.code]
        return sentences.get(language, sentences["en"]).format_map(self.values)


def say(code: str, **values: Any) -> Said:
    """Return the sentence; an unknown code is a bug and shows in the tests."""
    return Said(code, values)
