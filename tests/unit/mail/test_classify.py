"""Classes of mail by headers, envelope and words."""

from __future__ import annotations

import pytest

from gateway.mail.classify import classify
from gateway.mail.message import DeliveryReport, Envelope, MailClass, RecipientReport
from gateway.mail.spam_verdict import spam

PERSON = [("From", "Karin Berg <karin@kund.example>")]


def kind(*headers: tuple[str, str], subject: str = "Skrivaren", text: str = "Hej, skrivaren är trasig.", root: str = "text/plain", parameters: dict[str, str] | None = None, parts: tuple[str, ...] = ("text/plain",), envelope: Envelope | None = None) -> MailClass:  # fmt: skip
    return classify([*PERSON, *headers], envelope, subject, text, (root, parameters or {}), parts, None)[0]


def envelope(sender: str, source: str = "smtp") -> Envelope:
    return Envelope(sender, ("support@acme.example",), source)


def test_nothing_special_is_a_person() -> None:
    found, why = classify(
        PERSON, envelope("karin@kund.example"), "Hej", "Hej", ("text/plain", {}), ("text/plain",), None
    )
    assert found is MailClass.PERSON
    assert why


@pytest.mark.parametrize(
    "header",
    [
        ("Auto-Submitted", "auto-generated"), ("auto-submitted", "Auto-Replied; owner-email=a@b.se"), ("Auto-Submitted", "auto-notified"), ("Return-Path", "<>"), ("Precedence", "bulk"), ("Precedence", "JUNK"), ("Precedence", "auto_reply"), ("Precedence", "list"),
        ("X-Auto-Response-Suppress", "All"), ("X-Auto-Response-Suppress", "DR, OOF, AutoReply"), ("X-Autoreply", "yes"), ("X-Autorespond", "x"), ("From", "MAILER-DAEMON@x.example"),
    ],
)  # fmt: skip
def test_the_machine_marks_make_a_mail_automatic(header: tuple[str, str]) -> None:
    headers = [header] if header[0] == "From" else [*PERSON, header]
    found, why = classify(headers, None, "Rapport", "Allt är bra.", ("text/plain", {}), ("text/plain",), None)
    assert found in (MailClass.AUTOMATIC, MailClass.VACATION)
    assert why


@pytest.mark.parametrize(
    "local",
    [
        "noreply",
        "no-reply",
        "no_reply",
        "do-not-reply",
        "donotreply",
        "postmaster",
        "mailer-daemon",
        "svara-inte",
        "ikke-svar",
    ],
)
def test_senders_who_read_no_answers_are_machines(local: str) -> None:
    found, _ = classify(
        [("From", f"Butiken <{local}@x.example>")], None, "Order", "Tack för din order", ("text/plain", {}), (), None
    )
    assert found is MailClass.AUTOMATIC


@pytest.mark.parametrize(
    "header",
    [("Auto-Submitted", "no"), ("Precedence", "normal"), ("X-Auto-Response-Suppress", "None"), ("Return-Path", "<karin@kund.example>"), ("X-Mailer", "Outlook"), ("List-Unsubscribe", "<mailto:x@y.example>")],
)  # fmt: skip
def test_marks_that_mean_nothing_leave_a_person(header: tuple[str, str]) -> None:
    assert kind(header) is MailClass.PERSON


def test_the_null_sender_counts_on_the_wire_only() -> None:
    assert kind(envelope=envelope("")) is MailClass.AUTOMATIC
    assert kind(envelope=envelope("", "imap")) is MailClass.PERSON


@pytest.mark.parametrize(
    ("subject", "text"),
    [
        ("Automatiskt svar: Skrivaren", "Jag är på semester till den 8 augusti."),
        ("Frånvaro: Skrivaren", "Jag är på semester och är åter den 8 augusti."),
        ("Automatisk svar: Skriveren", "Jeg er på ferie og er tilbake den 8. august."),
        ("Autosvar: Printeren", "Jeg holder ferie."),
        ("Automaattinen vastaus: Tulostin", "Olen lomalla 8.8. asti."),
        ("Automatic reply: Printer", "I am out of the office until 8 August."),
        ("Out of Office: Printer", "Back on Monday."),
        ("Automatische Antwort: Drucker", "Ich bin bis zum 8. August im Urlaub."),
        ("Abwesenheitsnotiz", "In dringenden Fällen wenden Sie sich an Frau Krause."),
        ("Réponse automatique : Imprimante", "Je suis absent jusqu'au 8 août."),
        ("Respuesta automática: Impresora", "Estoy de vacaciones."),
        ("Automatisch antwoord: Printer", "Ik ben met vakantie."),
        ("Risposta automatica: Stampante", "Sono in ferie."),
        ("Resposta automática: Impressora", "Estou de férias."),
        ("Autoodpowiedź: Drukarka", "Jestem na urlopie."),
        ("Автоответ: Принтер", "Я в отпуске."),
        ("Re: Skrivaren (I'm on vacation)", "I'll be back in the office on Monday."),
    ],
)
def test_an_absence_is_a_vacation_also_without_a_header(subject: str, text: str) -> None:
    assert kind(subject=subject, text=text) is MailClass.VACATION
    assert kind(("Auto-Submitted", "auto-replied"), subject=subject, text=text) is MailClass.VACATION


def test_an_automatic_answer_that_speaks_of_an_absence_is_a_vacation() -> None:
    headers = [("Auto-Submitted", "auto-replied")]
    assert kind(*headers, subject="Re: Skrivaren", text="Hej! Jag är tillbaka den 8 augusti.") is MailClass.VACATION
    assert kind(*headers, subject="Re: Skrivaren", text="Vi har tagit emot ditt mejl.") is MailClass.AUTOMATIC


@pytest.mark.parametrize(
    "text",
    [
        "Hej! Jag är på semester och är tillbaka den 8 augusti. Vid brådskande ärenden, kontakta Bo.",
        "Jeg er på ferie. Ved hastesaker, kontakt Bo. Jeg er tilbake 8. august.",
        "I am out of the office until 8 August. For urgent matters please contact Bo.",
        "Ich bin bis zum 8. August nicht im Büro. In dringenden Fällen wenden Sie sich an Bo.",
    ],
)
def test_a_responder_without_any_mark_is_known_by_two_phrases(text: str) -> None:
    assert kind(subject="Re: [ACME-1042] Skrivaren", text=text) is MailClass.VACATION
    assert kind(subject="Skrivaren", text=text) is MailClass.PERSON
    assert kind(subject="Re: Skrivaren", text=f"{text} Hinner ni innan dess?") is MailClass.PERSON


@pytest.mark.parametrize(
    ("subject", "text"),
    [
        ("Semesterplanering", "Hej, hur söker jag semester i systemet?"),
        ("Skrivaren", "Jag är på semester nästa vecka, kan ni laga den då?"),
        ("Autosvar fungerar inte", "Mitt frånvaromeddelande skickas inte, kan ni hjälpa?"),
        ("Holiday calendar", "The calendar is missing."),
        ("Frånvaro", "Kan ni lägga in min frånvaro?"),
    ],
)
def test_a_person_may_write_about_absences(subject: str, text: str) -> None:
    assert kind(subject=subject, text=text) is MailClass.PERSON


def test_reports_have_classes_of_their_own() -> None:
    report = DeliveryReport((RecipientReport("a@b.se", "failed", "5.1.1", permanent=True),), None)
    assert classify(PERSON, None, "x", "x", ("text/plain", {}), (), report)[0] is MailClass.DELIVERY_REPORT
    assert kind(root="multipart/report", parameters={"report-type": "delivery-status"}) is MailClass.DELIVERY_REPORT
    assert (
        kind(root="multipart/report", parameters={"report-type": "disposition-notification"}) is MailClass.READ_RECEIPT
    )
    assert kind(root="multipart/report", parameters={"report-type": "feedback-report"}) is MailClass.FEEDBACK_REPORT
    assert kind(parts=("text/plain", "message/feedback-report")) is MailClass.FEEDBACK_REPORT


@pytest.mark.parametrize(
    ("subject", "text"),
    [("Läst: Skrivaren", "Meddelandet har lästs den 24 november"), ("Lest: Skriveren", "Meldingen ble lest 24. november"), ("Read: Printer", "Your message was read on Tuesday"), ("Gelesen: Drucker", "Ihre Nachricht wurde gelesen am 24.11.")],
)  # fmt: skip
def test_read_receipts_are_known_by_their_words(subject: str, text: str) -> None:
    assert kind(subject=subject, text=text) is MailClass.READ_RECEIPT


def test_answers_to_invitations_are_calendar() -> None:
    parts = ("text/plain", "text/calendar")
    assert kind(subject="Accepterat: Möte", text="", parts=parts) is MailClass.CALENDAR
    assert kind(root="text/calendar", parameters={"method": "REPLY"}, parts=("text/calendar",)) is MailClass.CALENDAR
    assert (
        kind(("Content-Class", "urn:content-classes:calendarmessage"), subject="Avböjt: Möte", text="")
        is MailClass.CALENDAR
    )


@pytest.mark.parametrize(
    "text",
    [
        "👍 Karin Berg reagerade på ditt meddelande:\n\nHej, starta om skrivaren.",
        "Karin Berg reacted to your message:",
        "Kari Nordmann reagerte på meldingen din:",
        "Liked “Starta om skrivaren”",
        "Gillade ”Starta om skrivaren”",
        "👍 Karin Berg reacted via Gmail",
    ],
)
def test_a_thumb_from_outlook_or_a_telephone_is_a_reaction(text: str) -> None:
    assert kind(subject="Re: Skrivaren", text=text) is MailClass.REACTION


@pytest.mark.parametrize(
    "text",
    ["Karin Berg vill återkalla meddelandet ”Skrivaren”.", 'Karin Berg would like to recall the message, "Printer".', 'Kari Nordmann ønsker å tilbakekalle meldingen "Skriver".'],
)  # fmt: skip
def test_a_recall_is_a_recall(text: str) -> None:
    assert kind(subject="Återkalla: Skrivaren", text=text) is MailClass.RECALL


@pytest.mark.parametrize(
    "headers",
    [
        [
            ("List-Id", "<users.lists.x.example>"),
            ("List-Post", "<mailto:users@lists.x.example>"),
            ("Precedence", "list"),
        ],
        [
            ("List-ID", "support <support.acme.example>"),
            ("X-Google-Group-Id", "42"),
            ("Precedence", "list"),
            ("List-Unsubscribe", "<x>"),
        ],
        [("X-Mailman-Version", "2.1.39"), ("List-Id", "<x>"), ("Precedence", "list")],
    ],
)
def test_what_came_through_a_list_is_a_persons_mail_through_a_list(headers: list[tuple[str, str]]) -> None:
    assert kind(*headers) is MailClass.MAILING_LIST


def test_a_newsletter_is_automatic_and_no_list() -> None:
    headers = [
        ("List-Id", "<news.x.example>"),
        ("List-Unsubscribe", "<https://x.example>"),
        ("List-Unsubscribe-Post", "List-Unsubscribe=One-Click"),
        ("Precedence", "bulk"),
    ]
    assert kind(*headers) is MailClass.AUTOMATIC


@pytest.mark.parametrize(
    ("name", "value", "verdict"),
    [
        ("X-Spam-Flag", "YES", "yes"), ("X-Spam-Flag", "NO", "no"), ("X-Spam-Status", "Yes, score=12.1 required=5.0", "yes"), ("X-Spam-Status", "No, score=-1.2 required=5.0", "no"), ("X-Rspamd-Action", "add header", "yes"), ("X-Rspamd-Action", "greylist", "suspect"), ("X-Rspamd-Action", "no action", "no"),
        ("X-Spamd-Result", "default: True [18.1 / 15.0]", "yes"), ("X-MS-Exchange-Organization-SCL", "9", "yes"), ("X-MS-Exchange-Organization-SCL", "5", "suspect"), ("X-MS-Exchange-Organization-SCL", "-1", "no"), ("X-Forefront-Antispam-Report", "CIP:1.2.3.4;CTRY:SE;SCL:6;SRV:;", "suspect"), ("X-Forefront-Antispam-Report", "SFV:NSPM;SCL:1", "no"),
        ("X-SES-Spam-Verdict", "FAIL", "yes"), ("X-Bogosity", "Unsure, tests=bogofilter", "suspect"), ("X-Spam-Level", "******", "suspect"), ("Subject", "spam", None), ("X-MS-Exchange-Organization-SCL", "x", None),
    ],
)  # fmt: skip
def test_filters_are_read(name: str, value: str, verdict: str | None) -> None:
    assert spam([(name, value)]) == verdict


def test_the_worst_verdict_counts() -> None:
    assert spam([("X-Spam-Flag", "NO"), ("X-MS-Exchange-Organization-SCL", "9")]) == "yes"
    assert spam([]) is None
