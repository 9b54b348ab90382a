"""Absences in twelve languages, receipts, reactions, recalls, calendars, complaints, lists; and people who speak of them."""

from __future__ import annotations

import pytest

from gateway.mail.reading import read

REPLIED = {"Auto-Submitted": "auto-replied"}


def letter(subject: str, text: str, kind: str = "text/plain; charset=utf-8", **headers: str) -> bytes:
    sender = headers.pop("sender", "Karin <karin@kund.example>")
    more = "".join(f"{name.replace('_', '-')}: {value}\n" for name, value in headers.items())
    head = f"From: {sender}\nTo: support@acme.example\nSubject: {subject}\nMessage-ID: <a@kund.example>\nMIME-Version: 1.0\n"
    return f"{head}{more}Content-Type: {kind}\nContent-Transfer-Encoding: 8bit\n\n{text}\n".encode()


MAILS: list[tuple[str, str, str, dict[str, str]]] = [
    ("vacation", "Autosvar: Skrivaren", "Hej! Jag är ledig till och med 10 augusti. Vid brådskande ärenden kontakta Olle.", REPLIED),
    ("vacation", "Automatiskt svar: Re: [ACME-1001] x", "Jag är inte på kontoret den här veckan.", {"Auto-Submitted": "auto-generated", "X-Auto-Response-Suppress": "All"}),
    ("vacation", "Automatiskt svar: x", "Tack för ditt mejl! Jag har semester t.o.m. 3/8.", {}),
    ("vacation", "Frånvaro: x", "Jag är på semester.", {}),
    ("vacation", "Re: [ACME-1001] x", "Ja, jag har semester till den 10 augusti och är tillbaka den 11. Vid brådskande ärenden ring växeln.", {}),
    ("vacation", "SV: x", "Hej,\nJag är föräldraledig till 1 mars. Mejla kollega@kund.example så länge.", REPLIED),
    ("vacation", "Re: x", "Yes, I am out of the office until Monday with limited access to email. For urgent matters please contact Bob.", {}),
    ("vacation", "Re: x", "Hi, thanks for your mail. I'm out of office until 12 January. I will respond when I return.", {}),
    ("vacation", "Automatic reply: x", "I am currently out of the office and will return on Monday.", {}),
    ("vacation", "Out of Office: x", "On holiday", {}),
    ("vacation", "Away from mail", "I will be away from 1 to 10 July.", {"Precedence": "bulk", "X-Autoreply": "yes"}),
    ("vacation", "Fraværsmelding: x", "Jeg har ferie til 10. august.", {}),
    ("vacation", "Automatisk svar: x", "Jeg er ute av kontoret til mandag.", REPLIED),
    ("vacation", "SV: x", "Hei! Jeg er på ferie og er tilbake 12. august. Ved hastesaker, kontakt Ola.", {}),
    ("vacation", "Autosvar: x", "Jeg holder ferie til den 4. august. I hastetilfælde kontakt Jens.", {}),
    ("vacation", "Automatisk svar: x", "Tak for din mail. Jeg er på kontoret igen mandag.", REPLIED),
    ("vacation", "Automaattinen vastaus: x", "Olen lomalla 1.-31.7. Palaan töihin 1.8.", {}),
    ("vacation", "Poissa: x", "Olen poissa toimistolta 10.8. asti.", REPLIED),
    ("vacation", "Abwesenheitsnotiz: x", "Ich bin bis zum 10. August nicht im Büro.", {}),
    ("vacation", "Automatische Antwort: x", "Vielen Dank für Ihre Nachricht. Ich bin im Urlaub.", REPLIED),
    ("vacation", "AW: x", "Guten Tag, ich bin bis einschließlich 10.08. nicht im Haus. In dringenden Fällen wenden Sie sich an Frau Müller.", {}),
    ("vacation", "Réponse automatique : x", "Je suis absent du bureau jusqu'au 10 août.", {}),
    ("vacation", "Re: x", "Bonjour, je suis en congés jusqu'au 20 août. En cas d'urgence, contactez Paul.", {}),
    ("vacation", "Absence : x", "Actuellement en congé.", REPLIED),
    ("vacation", "Respuesta automática: x", "Estoy fuera de la oficina hasta el lunes.", {}),
    ("vacation", "RE: x", "Hola, estaré de vacaciones hasta el 15 de agosto. En caso de urgencia contacte con Ana.", {}),
    ("vacation", "Automatisch antwoord: x", "Ik ben met vakantie tot 10 augustus.", {}),
    ("vacation", "Afwezig: x", "Ik ben afwezig", REPLIED),
    ("vacation", "Risposta automatica: x", "Sono fuori ufficio fino al 10 agosto.", {}),
    ("vacation", "RIF: x", "Buongiorno, sarò assente fino al 20 agosto. Per urgenze scrivere a info@kund.example.", {}),
    ("vacation", "Autoodpowiedź: x", "Przebywam na urlopie do 10 sierpnia.", {}),
    ("vacation", "Automatyczna odpowiedź: x", "Jestem poza biurem.", REPLIED),
    ("vacation", "Resposta automática: x", "Estou de férias até 10 de agosto.", {}),
    ("vacation", "RE: x", "Olá, estarei fora do escritório até 20 de agosto. Em caso de urgência, contacte o João.", {}),
    ("vacation", "Semester", "Jag är ledig v 28-31.", REPLIED),
    ("vacation", "Re: x", "Jag är på semester v. 28-31.", {"X-Autorespond": "Re: x"}),
    ("vacation", "Re: x", "I'm on vacation.", {"X-Apple-Auto-Reply": "yes", "Auto-Submitted": "auto-replied (vacation)"}),
    ("vacation", "Re: x", "Jag kör bil just nu. Jag återkommer när jag är framme.", REPLIED),
    ("vacation", "Vacation reply", "I am away", {"Precedence": "bulk", "Auto-Submitted": "auto-replied", "X-Mailer": "vacation 1.2"}),
    ("vacation", "Jag har slutat Re: x", "Hej, jag har slutat på Kund AB. Kontakta istället info@kund.example.", REPLIED),
    ("vacation", "Automatic reply: x", "John no longer works for Company. Please contact Jane.", {}),
    ("person", "Semester", "Hej! Hur många semesterdagar har jag kvar? Mvh Karin", {}),
    ("person", "Re: x", "Jag är på semester nästa vecka, kan ni ringa mig fredag i stället?", {}),
    ("person", "Re: x", "Hej, skrivaren är fortfarande trasig. Jag är tillbaka på kontoret imorgon så ring då. Vid brådskande ärenden ring Olle. Numret till honom är 070-1234567, och han har nyckeln till rummet.", {}),
    ("person", "Out of office-fråga", "Hur ställer jag in out of office i Outlook?", {}),
    ("person", "Vacation request", "Please approve my vacation in July.", {}),
    ("person", "Holiday opening hours", "When are you open?", {}),
    ("person", "Read: important", "Please read this, the printer is broken.", {}),
    ("person", "Läst: nästan allt", "Jag har läst igenom manualen men det fungerar inte.", {}),
    ("person", "Recall: product safety", "We want to discuss the recall of printer model X. It is dangerous and many customers are affected by this recall.", {}),
    ("person", "Undeliverable mail problem", "Hej, mina mejl studsar. Jag får felet 550 5.1.1 user unknown. Kan ni hjälpa mig?", {}),
    ("person", "Accepted: no invitation", "I accepted the offer, please send the printer.", {}),
    ("person", "Autosvar fungerar inte", "Hej, mitt autosvar skickas inte ut fast jag slagit på det.", {}),
    ("person", "Re: x", "Ja, det går bra.", {}),
    ("person", "Re: x", "Jag har slutat få utskrifter ur skrivaren.", {}),
    ("person", "Ledig tjänst", "Jag såg annonsen.", {}),
    ("person", "Föräldraledig - fråga om lön", "Jag är föräldraledig och undrar över min lön?", {}),
    ("person", "Frånvaro: hur rapporterar jag?", "Jag undrar hur jag rapporterar frånvaro i systemet.", {}),
    ("person", "Liked", "Jag gillade ert svar, men det löste inte problemet.", {}),
    ("reaction", "Re: x", "👍 Karin Berg reacted to your message:\n\nFrom: Support", {}),
    ("reaction", "Karin reagerade på ditt meddelande: x", "👍\n\nKarin Berg reagerade på ditt meddelande:", {"X-MS-Reactions": "like"}),
    ("reaction", "Re: x", "👍\n\nKarin Berg reacted via Gmail", {}),
    ("reaction", "Re: x", "Liked “Vi har lagat skrivaren”", {}),
    ("reaction", "Re: x", "Gillade ”Vi har lagat skrivaren”", {}),
    ("reaction", "Re: x", 'Loved "Hello there"', {}),
    ("reaction", "Re: x", "Reacted 👍 to “Hello”", {}),
    ("reaction", "Re: x", "Karin Berg reagerte på meldingen din:", {}),
    ("reaction", "Re: x", "Karin Berg hat auf Ihre Nachricht reagiert: 👍", {}),
    ("reaction", "Re: x", "Emphasised “Hello”", {}),
    ("reaction", "Re: x", "Likte «Hei på deg»", {}),
    ("reaction", "Re: x", 'Reacted ❤️ to "Thanks for the update"', {}),
    ("reaction", "Re: x", "Tog bort ett hjärta från ”Hej”", {}),
    ("reaction", "Re: x", "Removed a like from “Hello”", {}),
    ("reaction", "Re: x", "👍 to “Vi har lagat skrivaren”", {}),
    ("recall", "Recall: Offert", 'Karin Berg would like to recall the message, "Offert".', {}),
    ("recall", "Återkalla: Offert", "Karin Berg vill återkalla meddelandet Offert.", {}),
    ("recall", "Återkallelse: Offert", 'Berg, Karin vill återkalla meddelandet, "Offert".', {}),
    ("recall", "Tilbakekall: Tilbud", "Karin Berg vil tilbakekalle meldingen «Tilbud».", {}),
    ("recall", "Rückruf: Angebot", 'Karin Berg möchte die Nachricht "Angebot" zurückrufen.', {}),
    ("recall", "Rappel : Offre", "Karin Berg souhaite rappeler le message « Offre ».", {}),
    ("recall", "Message Recall Report for message", "Your message recall request", {"Auto-Submitted": "auto-generated"}),
    ("read-receipt", "Läst: Skrivaren", "Ditt meddelande\n\n   Till: Karin\n   Ämne: Skrivaren\n   Skickat: den 24 november 2026\n\nlästes den 24 november 2026 10:00.", {}),
    ("read-receipt", "Read: Printer", "Your message \n\n   To: Karin\n   Subject: Printer\n   Sent: Tuesday\n\n was read on Tuesday, November 24, 2026 10:00:00 AM.", {}),
    ("read-receipt", "Inte läst: Skrivaren", "Ditt meddelande\n\nTill: Karin\n\ntogs bort utan att läsas den 24 november 2026.", {}),
    ("read-receipt", "Not read: Printer", "Your message\n\nwas deleted without being read on Tuesday", {}),
    ("read-receipt", "Lest: Skriver", "Meldingen din\n\n Til: Karin\n\nble lest 24. november", {}),
    ("read-receipt", "Gelesen: Drucker", "Ihre Nachricht\n\nwurde am Dienstag gelesen.", {}),
    ("read-receipt", "Lu : Imprimante", "Votre message\n\na été lu le mardi", {}),
    ("read-receipt", "Return Receipt (displayed) - Printer", "This is a Return Receipt for the mail that you sent to karin@kund.example.\n\nNote: This Return Receipt only acknowledges that the message was displayed on the recipient's computer.", {}),
    ("read-receipt", "Läskvitto (visat) - Skrivaren", "Detta är ett läskvitto för det mejl du skickade till karin.", {}),
]  # fmt: skip


@pytest.mark.parametrize(("wanted", "subject", "text", "headers"), MAILS)
def test_each_kind_has_its_class(wanted: str, subject: str, text: str, headers: dict[str, str]) -> None:
    mail = read(letter(subject, text, **headers))
    assert mail.mail_class == wanted, mail.why


def report(kind: str, fields: str) -> tuple[str, str]:
    body = f"--B\nContent-Type: text/plain\n\nx\n--B\nContent-Type: message/{kind}\n\n{fields}\n--B--"
    return f'multipart/report; report-type={kind}; boundary="B"', body


def invitation(method: str) -> tuple[str, str]:
    calendar = f"BEGIN:VCALENDAR\nMETHOD:{method}\nEND:VCALENDAR"
    parts = (
        f"--B\nContent-Type: text/plain\n\nx\n--B\nContent-Type: text/calendar; method={method}\n\n{calendar}\n--B--"
    )
    return 'multipart/alternative; boundary="B"', parts


@pytest.mark.parametrize(
    ("wanted", "subject", "content"),
    [
        ("read-receipt", "Read: x", report("disposition-notification", "Final-Recipient: rfc822;k@kund.example\nDisposition: manual-action/MDN-sent-manually; displayed")),
        ("feedback-report", "FW: spam", report("feedback-report", "Feedback-Type: abuse\nUser-Agent: x/1.0\nVersion: 1")),
        ("delivery-report", "x", report("delivery-status", "Reporting-MTA: dns; x\n\nFinal-Recipient: rfc822; a@b.se\nAction: failed\nStatus: 5.1.1")),
        ("calendar", "Accepterat: Möte", invitation("REPLY")),
        ("calendar", "Möte", invitation("REQUEST")),
        ("calendar", "Inställt: Möte", invitation("CANCEL")),
        ("reaction", "Re: x", ('multipart/alternative; boundary="B"', '--B\nContent-Type: text/plain\n\n👍\n--B\nContent-Type: text/vnd.google.email-reaction+json\n\n{"emoji":"👍","version":1}\n--B--')),
    ],
)  # fmt: skip
def test_kinds_that_a_part_tells(wanted: str, subject: str, content: tuple[str, str]) -> None:
    mail = read(letter(subject, content[1], content[0]))
    assert mail.mail_class == wanted, mail.why


@pytest.mark.parametrize(
    ("wanted", "headers"),
    [
        ("mailing-list", {"List_Id": "<lista.example.org>", "List_Post": "<mailto:l@example.org>", "Precedence": "list"}),
        ("mailing-list", {"List_Id": "<s.acme.example>", "Precedence": "list", "X_Google_Group_Id": "1", "List_Unsubscribe": "<mailto:x@googlegroups.com>"}),
        ("mailing-list", {"List_Id": "<s.acme.example>", "X_Mailman_Version": "3.3.8", "List_Unsubscribe": "<mailto:x@acme.example>"}),
        ("automatic", {"List_Id": "<n.shop.example>", "List_Unsubscribe": "<https://x>", "List_Unsubscribe_Post": "List-Unsubscribe=One-Click"}),
        ("automatic", {"sender": "noreply@shop.example"}),
    ],
)  # fmt: skip
def test_lists_are_told_from_mass_mail(wanted: str, headers: dict[str, str]) -> None:
    mail = read(letter("Hej", "Hej alla", **headers))
    assert mail.mail_class == wanted, mail.why
