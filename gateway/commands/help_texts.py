"""What `#help` answers: one line for every verb that works, in three languages."""

from __future__ import annotations

from collections.abc import Mapping

from gateway.commands import vocabulary

TEXTS: Mapping[str, tuple[str, str, str]] = {
    # verb: (svenska, norsk bokmål, English)
    "resolve": ("Löser ärendet. Texten efter, eller ditt svar, blir lösningen.", "Løser saken. Teksten etter, eller svaret ditt, blir løsningen.", "Resolves the ticket. The text behind it, or your answer, becomes the solution."),
    "close": ("Avslutar ärendet.", "Lukker saken.", "Closes the ticket."),
    "spam": ("Avslutar ärendet som skräppost; ingen får något mejl. Svarar du på ett mejl som hålls kvar slängs det.", "Lukker saken som søppelpost; ingen får noen e-post. Svarer du på en e-post som holdes tilbake, kastes den.", "Closes the ticket as spam; nobody gets a mail. In answer to a held mail: drops it."),
    "reopen": ("Öppnar ett löst eller avslutat ärende igen.", "Åpner en løst eller lukket sak igjen.", "Opens a resolved or closed ticket again."),
    "wait": ("Ditt svar är en fråga; ärendet väntar på kunden. Med tid: när den första påminnelsen går.", "Svaret ditt er et spørsmål; saken venter på kunden. Med tid: når den første påminnelsen går.", "Your answer is a question; the ticket waits for the customer. With a time: when the first reminder goes."),
    "pause": ("Låter ärendet vila, till exempel till fre 12:00 eller 5d. Det vaknar av sig självt.", "Setter saken på vent, for eksempel til fre 12:00 eller 5d. Den våkner av seg selv.", "Pauses the ticket, for example until fri 12:00 or 5d. It wakes by itself."),
    "status": ("Sätter en status vid namn.", "Setter en status ved navn.", "Sets a status by its name."),
    "take": ("Gör ärendet till ditt.", "Gjør saken til din.", "Makes the ticket yours."),
    "assign": ("Ger ärendet till någon: namn, förnamn eller adress.", "Gir saken til noen: navn, fornavn eller adresse.", "Gives the ticket to somebody: name, first name or address."),
    "unassign": ("Släpper ärendet, så att det inte har någon ansvarig.", "Slipper saken, slik at den ikke har noen ansvarlig.", "Lets go of the ticket, so that nobody owns it."),
    "group": ("Flyttar ärendet till en grupp.", "Flytter saken til en gruppe.", "Moves the ticket to a group."),
    "note": ("Hela mejlet blir en intern anteckning. Kunden får inget.", "Hele e-posten blir et internt notat. Kunden får ingenting.", "The whole mail is an internal note. The customer gets nothing."),
    "priority": ("Sätter prioriteten: hög, medel, låg.", "Setter prioriteten: høy, middels, lav.", "Sets the priority: high, medium, low."),
    "impact": ("Sätter påverkan: stor, medel, liten.", "Setter påvirkningen: stor, middels, liten.", "Sets the impact: high, medium, low."),
    "urgency": ("Sätter brådskan: hög, medel, låg.", "Setter hastegraden: høy, middels, lav.", "Sets the urgency: high, medium, low."),
    "type": ("Sätter typen: fel, beställning, fråga, övrigt.", "Setter typen: feil, bestilling, spørsmål, annet.", "Sets the type: fault, order, question, other."),
    "category": ("Sätter kategorin.", "Setter kategorien.", "Sets the category."),
    "tag": ("Lägger till och tar bort etiketter: +ny -gammal.", "Legger til og fjerner merker: +ny -gammel.", "Adds and removes tags: +new -old."),
    "field": ("Fyller i ett fält: namn=värde.", "Fyller ut et felt: navn=verdi.", "Fills in a field: name=value."),
    "title": ("Ger ärendet en ny rubrik.", "Gir saken en ny tittel.", "Gives the ticket another title."),
    "template": ("Använder en ärendemall.", "Bruker en saksmal.", "Applies a ticket template."),
    "answer": ("Skickar ett färdigt svar ur ärendemallen, på kundens språk. Det du skriver själv kommer med.", "Sender et ferdig svar fra saksmalen, på kundens språk. Det du skriver selv, blir med.", "Sends a ready answer of the ticket template, in the customer’s language. What you write yourself goes along."),
    "cc": ("Lägger till och tar bort personer på kopia: +a@x.se -b@y.se.", "Legger til og fjerner personer på kopi: +a@x.no -b@y.no.", "Adds and removes people in copy: +a@x.com -b@y.com."),
    "time": ("Bokför arbetstid: 20m, 1h30m.", "Fører arbeidstid: 20m, 1h30m.", "Logs working time: 20m, 1h30m."),
    "accept": ("Tar emot ett mejl som väntar på ditt beslut, eventuellt i ett visst ärende.", "Tar imot en e-post som venter på din avgjørelse, eventuelt i en bestemt sak.", "Lets in a mail that waits for your decision, if you like on a certain ticket."),
    "send": ("Skickar texten i ett väntande mejl som den är.", "Sender teksten i en ventende e-post som den er.", "Sends the text of a held mail as it is."),
    "drop": ("Kastar ett mejl som väntar på ditt beslut.", "Forkaster en e-post som venter på din avgjørelse.", "Drops a mail that waits for your decision."),
    "confirm": ("Bekräftar att mejlet var ditt.", "Bekrefter at e-posten var din.", "Confirms that the mail was yours."),
    "files": ("Skickar ärendets filer till dig, även stora och sådana som kan köras. Med en del av namnet: bara de filerna.", "Sender sakens filer til deg, også store og slike som kan kjøres. Med en del av navnet: bare de filene.", "Sends you the files of the ticket, large ones and ones that can be run as well. With a part of a name: only those."),
    "help": ("Visar den här listan, eller hjälp om ett kommando.", "Viser denne listen, eller hjelp om én kommando.", "Shows this list, or help on one command."),
}  # fmt: skip

_LATER = ("Är känt men fungerar inte än.", "Er kjent, men virker ikke ennå.", "Is known but does not work yet.")
_COLUMN = {"sv": 0, "nb": 1, "en": 2}


def rows(language: str, verb: str | None = None) -> tuple[Mapping[str, str], ...]:
    """Return `{verb, text}` for every working verb, or for the one asked about."""
    shown = vocabulary.TABLE if verb is None else (vocabulary.VERBS[verb],)
    return tuple(
        {"verb": entry.shape(language), "text": _text(entry, language)}
        for entry in shown
        if verb is not None or not entry.later
    )


def _text(verb: vocabulary.Verb, language: str) -> str:
    return TEXTS.get(verb.name, _LATER)[_COLUMN.get(language, 2)]
