"""Words by which absences, receipts, recalls, reactions and machines are known, in the languages of our mail.

Lower case, with a straight apostrophe.
"""

from __future__ import annotations

import re
from typing import Final

# Beginnings that no person writes.
CERTAIN_VACATION_SUBJECTS: Final = (
    "auto:", "automatiskt svar", "autosvar", "automatisk svar", "frånvaroavisering", "frånvaromeddelande", "frånvarosvar", "fraværsassistent", "fraværsmelding", "fraværsmeddelelse", "fravær:", "autosvar:", "automaattinen vastaus", "poissaoloviesti", "poissa:", "automatic reply", "automatic response", "automated reply", "auto reply", "auto-reply", "autoreply", "auto response", "auto-response", "autoresponse", "out of office", "out-of-office", "ooo:",
    "automatische antwort", "automatische antw", "abwesenheitsnotiz", "abwesenheitsnachricht", "abwesenheit:", "abwesenheitsmeldung", "abwesend:", "réponse automatique", "absence du bureau", "message d'absence", "absence :", "absence:", "respuesta automática", "respuesta automatica", "fuera de la oficina", "resposta automática", "resposta automatica", "fora do escritório", "ausência temporária", "risposta automatica", "fuori sede", "fuori ufficio", "automatisch antwoord", "afwezigheidsbericht", "afwezig:", "niet aanwezig", "autoodpowiedź", "odpowiedź automatyczna", "automatyczna odpowiedź", "automatická odpověď", "automatická odpoveď", "automatikus válasz", "răspuns automat", "автоответ", "автоматический ответ", "автоматична відповідь", "otomatik yanıt", "自動応答", "自動返信", "不在", "自动答复", "自动回复", "자동 회신", "automatvastus", "abwesenheitsassistent",
)  # fmt: skip
VACATION_SUBJECTS: Final = (
    *CERTAIN_VACATION_SUBJECTS,
    "frånvaro", "semester", "på semester", "semesterstängt", "ej på kontoret", "ledig", "föräldraledig", "tjänstledig", "fravær", "ferie", "på ferie", "ikke til stede", "permisjon", "orlov", "poissa", "lomalla", "loma", "vacation", "on vacation", "holiday", "on holiday", "on leave", "away", "away from", "i am out", "i'm out", "i am away", "urlaub", "im urlaub", "absence", "congés", "vacaciones", "ausente", "férias", "ferie:", "vakantie", "met vakantie", "urlop", "nieobecność", "dovolená", "szabadság", "отпуск", "в отпуске", "відпустка", "izinli",
)  # fmt: skip
VACATION_PHRASES: Final = (
    *CERTAIN_VACATION_SUBJECTS,
    "är på semester", "semesterstängt", "inte på kontoret", "ej på kontoret", "er på ferie", "ikke på kontoret", "poissa toimistolta", "lomalla", "away from my mail", "away from the office", "is out of the office", "on vacation", "on holiday", "annual leave", "maternity leave", "parental leave", "im urlaub", "en congé", "de vacaciones", "in ferie", "op vakantie", "na urlopie", "vacation",
)  # fmt: skip
VACATION_TEXTS: Final = (
    "jag är på semester", "jag har semester", "är på semester", "semesterstängt", "jag är inte på kontoret", "jag är ledig", "jag är föräldraledig", "jag är för närvarande inte", "är tillbaka den", "är åter på kontoret", "åter på kontoret", "tillbaka på kontoret", "åter i tjänst", "jag är tillbaka", "jag är frånvarande", "är frånvarande", "jag är bortrest", "jag läser inte min mejl", "jag läser inte min mail", "jag har begränsad tillgång", "är för tillfället inte", "jag är på tjänsteresa", "jag är sjukskriven", "jag har slutat", "har slutat sin anställning", "vid brådskande ärenden", "jag är på resande fot", "jag är inte i tjänst", "jag är på kurs", "jag är på konferens", "jag är vab", "jag vabbar", "jag är sjuk", "jag är tjänstledig", "jag är pappaledig", "jag är mammaledig", "jag är på väg på semester", "svarar när jag är tillbaka", "svarar när jag är åter", "jag svarar på ditt mejl när", "jag är ute på uppdrag", "är inte i tjänst", "arbetar inte längre", "jag kör bil",
    "jeg er på ferie", "jeg har ferie", "er på ferie", "jeg er ikke på kontoret", "er ikke på kontoret", "jeg er tilbake", "tilbake på kontoret", "er tilbake den", "jeg er fraværende", "jeg er bortreist", "jeg har permisjon", "er i permisjon", "jeg er ute av kontoret", "ved hastesaker", "jeg har sluttet", "tilbage på kontoret", "jeg er tilbage", "jeg holder ferie", "jeg er på barsel", "er på barsel", "i hastetilfælde", "i hastetilfelle", "jeg er på kurs", "jeg er syk", "jeg er sykmeldt", "jeg er på tjenestereise", "jeg har fri", "er ute av kontoret", "jeg er i permisjon", "jeg er på kontoret igen", "jeg er ikke på arbejde", "jeg har fratrådt", "svarer når jeg er tilbake", "svarer når jeg er tilbage",
    "olen lomalla", "olen poissa", "olen vuosilomalla", "palaan töihin", "palaan toimistolle", "kiireellisissä asioissa", "kiireellisissä tapauksissa", "en ole tavoitettavissa", "en ole paikalla", "olen vapaalla", "lomani aikana", "olen virkamatkalla", "olen sairaslomalla", "vastaan viestiisi palattuani", "ég er í fríi",
    "i am out of the office", "i'm out of the office", "i am currently out", "i'm currently out", "i am on vacation", "i'm on vacation", "i am on holiday", "i'm on holiday", "i am on leave", "i'm on leave", "on annual leave", "on maternity leave", "on parental leave", "out of office", "out of the office", "away from the office", "away from my desk", "away from my mail", "i will be away", "i am away", "i'm away", "i will be out", "i'll be out", "limited access to email", "limited access to my email", "no access to email", "will return on", "i will return", "i'll be back", "i will be back", "back in the office", "i am not in the office", "i'm not in the office", "i will respond when i return", "i am travelling", "for urgent matters", "in urgent cases", "if your matter is urgent", "i no longer work", "no longer works for", "has left the company", "no longer with the company",
    "ich bin im urlaub", "ich bin nicht im büro", "ich bin derzeit nicht", "ich bin zurzeit nicht", "ich bin bis", "ich bin ab dem", "bin ich nicht im büro", "bin ich im urlaub", "nicht im hause", "nicht im haus", "ich befinde mich", "im urlaub", "ausser haus", "wieder erreichbar", "bin nicht erreichbar", "ich bin außer haus", "ich bin abwesend", "während meiner abwesenheit", "ich bin auf dienstreise", "ich bin krank", "nicht im unternehmen", "nicht mehr im unternehmen", "ich bin in elternzeit", "bin ich wieder", "in dringenden fällen", "meine e-mails werden nicht", "nicht weitergeleitet", "elternzeit",
    "je suis absent", "je suis absente", "je suis en congé", "je suis en vacances", "je suis actuellement absent", "je suis en déplacement", "je suis en arrêt", "serai absent", "serai absente", "pendant mon absence", "à mon retour", "en congés jusqu", "absent du bureau", "absente du bureau", "absent jusqu", "je serai absent", "je serai de retour", "de retour le", "en cas d'urgence", "en mon absence",
    "estoy fuera de la oficina", "estaré fuera", "estoy de vacaciones", "estaré de vacaciones", "estaré ausente", "me encontraré ausente", "no estaré disponible", "hasta mi regreso", "estou ausente", "estarei de férias", "estarei fora", "sono assente", "sono in vacanza", "al mio rientro", "tornerò in ufficio", "in caso di urgenza", "sarò fuori", "ik ben afwezig", "ik ben niet aanwezig", "ik ben vrij tot", "tijdens mijn afwezigheid", "nie ma mnie w biurze", "będę nieobecn", "podczas mojej nieobecności", "wrócę do biura", "powrócę do pracy", "fuera de la oficina", "me encuentro de vacaciones", "estaré de vuelta", "en caso de urgencia", "estou de férias", "estou fora do escritório", "estarei ausente", "fora do escritório", "em caso de urgência", "sono in ferie", "sono fuori ufficio", "sono fuori sede", "sarò assente", "sarò in ferie", "fuori ufficio fino", "per urgenze", "ik ben op vakantie", "ik ben afwezig", "ik ben met vakantie", "ik ben niet op kantoor", "momenteel afwezig", "ik ben weer aanwezig", "in dringende gevallen", "bij dringende", "jestem na urlopie", "przebywam na urlopie", "jestem nieobecn", "w pilnych sprawach", "poza biurem", "jsem na dovolené", "mimo kancelář", "mám dovolenou", "szabadságon vagyok", "házon kívül", "sunt în concediu", "я в отпуске", "нахожусь в отпуске", "буду в отпуске", "я у відпустці", "ofis dışında", "izindeyim", "olen puhkusel", "休暇", "不在にして", "休假", "外出",
)  # fmt: skip

THANKS_FOR_MAIL: Final = (
    "tack för ",
    "takk for ",
    "tak for ",
    "kiitos ",
    "thank",
    "vielen dank",
    "danke",
    "merci",
    "gracias",
    "grazie",
    "obrigad",
    "bedankt",
    "dank u",
    "dziękuję",
)

AUTOMATIC_SUBJECTS: Final = (
    "automatiskt meddelande", "automatisk bekräftelse", "[auto]", "automatisk melding", "automatisk besked", "automatic message", "automatic notification", "auto confirmation", "automatic acknowledgement", "[auto-reply]", "[autoreply]",
    "vi har tagit emot ditt ärende", "vi har mottagit ditt ärende", "ditt ärende har registrerats", "vi har mottatt din henvendelse", "your ticket has been", "we have received your request", "your request has been received", "your support request has been",
)  # fmt: skip
MACHINE_LOCAL_PARTS: Final = (
    "noreply",
    "donotreply",
    "notreply",
    "dontreply",
    "mailerdaemon",
    "postmaster",
    "mailer",
    "daemon",
    "autoreply",
    "autoresponder",
    "nepassrepondre",
    "nepasrepondre",
    "svarainte",
    "svarej",
    "ejsvar",
    "ikkesvar",
    "svarikke",
    "nichtantworten",
    "keineantwort",
    "noresponder",
    "naoresponda",
    "nonrispondere",
    "nietantwoorden",
    "alerts",
    "nagios",
    "zabbix",
    "monitoring",
    "cron",
    "root",
    "bounce",
    "bounces",
    "mdaemon",
)

READ_RECEIPT_SUBJECTS: Final = (
    "läst:", "läskvitto", "inte läst:", "ej läst:", "har lästs:", "lest:", "lesebekreftelse", "ikke lest:", "læst:", "kvittering for læsning", "ikke læst:", "luettu:", "lukukuittaus", "ei luettu:", "read:", "not read:", "read receipt", "return receipt (displayed)", "return receipt", "gelesen:", "nicht gelesen:", "lesebestätigung", "ungelesen gelöscht", "lu :", "lu:", "non lu", "accusé de lecture", "confirmation de lecture", "leído:", "leido:", "no leído", "confirmación de lectura", "lida:", "lido:", "recibo de leitura", "letto:", "conferma di lettura", "non letto", "gelezen:", "leesbevestiging", "niet gelezen", "przeczytane:", "przeczytano:", "potwierdzenie przeczytania", "přečteno:", "olvasva:", "прочитано:", "citire:", "okundu:", "開封済み", "已读",
)  # fmt: skip
READ_RECEIPT_TEXTS: Final = (
    "was read on",
    "was displayed on",
    "was deleted without being read",
    "lästes den",
    "togs bort utan att läsas",
    "raderades utan att läsas",
    "ble slettet uten å bli lest",
    "ble slettet uten at den ble lest",
    "blev slettet uden at blive læst",
    "ungelesen gelöscht",
    "a été supprimé sans être lu",
    "this is a read receipt",
    "ett läskvitto",
    "en lesebekreftelse",
    "gelesen.",
    "is weergegeven op",
    "luettiin",
    "zostala przeczytana",
    "została przeczytana",
    "har lästs",
    "ble lest",
    "er lest",
    "blev læst",
    "on luettu",
    "wurde gelesen",
    "gelesen am",
    "a été lu",
    "se leyó",
    "foi lida",
    "è stato letto",
    "is gelezen",
    "return receipt for the mail",
    "this is a return receipt",
    "detta är ett mottagningsbevis",
    "dies ist eine empfangsbestätigung",
)

CALENDAR_REPLY_SUBJECTS: Final = (
    "accepterat:", "accepterad:", "tackat ja:", "avböjt:", "avböjd:", "avvisat:", "preliminärt:", "preliminärt accepterat:", "preliminärt accepterad:", "ny tid föreslagen:", "godtatt:", "akseptert:", "avslått:", "foreløpig:", "foreløpig godtatt:", "godkendt:", "accepteret:", "afslået:", "afvist:", "foreløbig:", "foreløbigt:", "hyväksytty:", "hylätty:", "alustava:", "alustavasti:", "accepted:", "declined:", "tentative:", "tentatively accepted:", "new time proposed:", "meeting forward notification:", "zugesagt:", "abgelehnt:", "mit vorbehalt:", "mit vorbehalt angenommen:", "angenommen:", "accepté :", "accepté:", "refusé :", "refusé:", "provisoire :", "aceptado:", "aceptada:", "rechazado:", "rechazada:", "provisional:", "aceito:", "aceite:", "recusado:", "provisório:", "accettato:", "accettata:", "rifiutato:", "rifiutata:", "provvisorio:", "geaccepteerd:", "geweigerd:", "afgewezen:", "voorlopig:", "zaakceptowane:", "odrzucone:", "wstępna akceptacja:", "принято:", "отклонено:", "canceled:", "cancelled:", "inställt:", "avlyst:", "avbokat:", "aflyst:", "peruttu:", "abgesagt:", "annulé :", "annulé:", "cancelado:", "cancelada:", "annullato:", "geannuleerd:",
)  # fmt: skip

RECALL_SUBJECTS: Final = (
    "återkalla:",
    "återkallelse:",
    "återkallande:",
    "tilbakekall:",
    "tilbakekalling:",
    "tilbagekald:",
    "tilbagekaldelse:",
    "recall:",
    "message recall:",
    "kutsu takaisin:",
    "rückruf:",
    "nachrichtenrückruf:",
    "rappel :",
    "rappel:",
    "recuperar:",
    "revocar:",
    "richiamo:",
    "richiama:",
    "intrekken:",
    "odwołanie:",
    "отзыв:",
)
RECALL_REPORT_SUBJECTS: Final = (
    "message recall report",
    "recall report",
    "rapport om återkallat meddelande",
    "message recall success",
    "message recall failure",
)
RECALL_TEXTS: Final = (
    "would like to recall the message", "wants to recall the message", "would like to recall this message", "vill återkalla det här meddelandet", "vill återkalla meddelandet", "vill dra tillbaka meddelandet", "ønsker å tilbakekalle meldingen", "vil tilbakekalle meldingen", "ønsker å trekke tilbake meldingen", "ønsker at tilbagekalde meddelelsen", "vil gerne tilbagekalde", "vil tilbagekalde meddelelsen", "haluaa kutsua takaisin viestin", "haluaa peruuttaa viestin", "möchte die nachricht", "souhaite rappeler le message", "desea recuperar el mensaje", "desea revocar el mensaje", "gostaria de cancelar a mensagem", "deseja recuperar a mensagem", "vuole richiamare il messaggio", "desidera richiamare", "wil het bericht", "chce odwołać wiadomość", "хочет отозвать сообщение",
)  # fmt: skip

# "👍 Karin Berg reagerade på ditt meddelande:", 'Liked "Hej …"', "Gillade …".
REACTION: Final = re.compile(
    r"(?:[^\w\s]{1,8}\s{0,3})?(?:"
    r"(?:liked|loved|disliked|laughed at|emphasi[sz]ed|questioned|reacted .{1,12} to|removed an? .{1,24} from|\W{1,4} to|tog bort .{1,24} från|fjernet .{1,24} fra|fjernede .{1,24} fra|ha reagit .{1,12} à|a réagi avec .{1,12} à|hat .{1,24} entfernt von|gillade|älskade|ogillade|skrattade åt|betonade|ifrågasatte|reagerade (?:med )?.{1,12} på|likte|elsket|mislikte|lo av|reagerte (?:med )?.{1,12} på|synes godt om|elskede|grinede ad|reagerede (?:med )?.{1,12} på|tykkäsi|gefällt|mochte|liebte|hat .{1,12} reagiert|aime|a aimé|a adoré|ha indicato di amare|ha messo mi piace a)"
    r"\s{0,3}[“”\"„«»].{1,500}"
    r"|.{1,80}? (?:reacted to your (?:message|email)|reagerade på ditt (?:meddelande|mejl|mail|e-postmeddelande)|reagerte på (?:meldingen|e-posten|e-postmeldingen) din|har reagert på (?:meldingen|e-posten)|reagerede på din (?:meddelelse|mail)|har reageret på din|reagoi viestiisi|hat auf ihre nachricht reagiert|a réagi à votre (?:message|e-mail)|reaccionó a (?:tu|su) mensaje|reagiu à sua mensagem|ha reagito al (?:tuo|suo) messaggio|heeft gereageerd op (?:uw|je) bericht|zareagowano na|reacted via gmail)"
    r"|.{0,80}?(?:reacted via gmail)"
    r")",
    re.IGNORECASE,
)
