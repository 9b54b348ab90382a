"""Forwards as the clients of many languages write them."""

from __future__ import annotations

import pytest

from gateway.mail.forward import Inner, find
from gateway.mail.message import Address

JOHN = Address("John Doe", "john.doe@acme.example")
BODY = "Skrivaren på plan 2 är trasig.\n\nKan någon hjälpa till?"
# language: Apple Mail's line, Thunderbird's line, Yahoo's line, then from, date, to, subject as Apple writes them
CLIENTS = {
    "sv": ("Vidarebefordrat mejl:", "Vidarebefordrat meddelande", "Vidarebefordrat meddelande", "Från", "Datum", "Till", "Ämne"),
    "nb": ("Videresendt melding:", "Videresendt e-post", "Videresendt melding", "Fra", "Dato", "Til", "Emne"),
    "da": ("Start på videresendt besked:", "Videresendt meddelelse", "Videresendt meddelelse", "Fra", "Dato", "Til", "Emne"),
    "fi": ("Välitetty viesti alkaa:", "Välitetty viesti", "Välitetty viesti", "Lähettäjä", "Päivämäärä", "Vastaanottaja", "Aihe"),
    "en": ("Begin forwarded message:", "Forwarded Message", "Forwarded Message", "From", "Date", "To", "Subject"),
    "de": ("Anfang der weitergeleiteten Nachricht:", "Weitergeleitete Nachricht", "Weitergeleitete Nachricht", "Von", "Datum", "An", "Betreff"),
    "fr": ("Début du message réexpédié :", "Message transféré", "Message transmis", "De", "Date", "À", "Objet"),
    "es": ("Inicio del mensaje reenviado:", "Mensaje reenviado", "Mensaje reenviado", "De", "Fecha", "Para", "Asunto"),
    "it": ("Inizio messaggio inoltrato:", "Messaggio Inoltrato", "Messaggio inoltrato", "Da", "Data", "A", "Oggetto"),
    "nl": ("Begin doorgestuurd bericht:", "Doorgestuurd bericht", "Doorgestuurd bericht", "Van", "Datum", "Aan", "Onderwerp"),
    "pl": ("Początek przekazywanej wiadomości:", "Treść przekazanej wiadomości", "Przesłana wiadomość", "Od", "Data", "Do", "Temat"),
    "pt": ("Início da mensagem reencaminhada:", "Mensagem reencaminhada", "Mensagem encaminhada", "De", "Data", "Para", "Assunto"),
    "cs": ("Začátek přeposílané zprávy:", "Přeposlaná zpráva", "Přeposlaná zpráva", "Od", "Datum", "Komu", "Předmět"),
    "sk": ("Začiatok preposlanej správy:", "Preposlaná správa", "Preposlaná správa", "Od", "Dátum", "Pre", "Predmet"),
    "hr": ("Započni proslijeđenu poruku:", "Proslijeđena poruka", "Proslijeđena poruka", "Od", "Datum", "Prima", "Predmet"),
    "hu": ("Továbbított levél kezdete:", "Továbbított üzenet", "Továbbított üzenet", "Feladó", "Dátum", "Címzett", "Tárgy"),
    "ro": ("Începe mesajul redirecționat:", "Mesaj redirecționat", "Mesaj redirecționat", "De la", "Dată", "Către", "Subiect"),
    "ru": ("Начало переадресованного сообщения:", "Пересылаемое сообщение", "Пересылаемое сообщение", "От", "Дата", "Кому", "Тема"),
    "uk": ("Початок листа, що пересилається:", "Переслане повідомлення", "Переслане повідомлення", "Від", "Дата", "Кому", "Тема"),
    "tr": ("İleti başlangıcı:", "İletilmiş ileti", "İletilmiş Mesaj", "Kimden", "Tarih", "Kime", "Konu"),
}  # fmt: skip
WHEN = "25 oktober 2021 11:17:21"
KAJSA = "kajsa@bolaget.example"


def head(labels: tuple[str, ...], prefix: str = "") -> str:
    who, date, to, subject = labels
    rows = (f"{who}: John Doe <john.doe@acme.example>", f"{subject}: Skrivaren", f"{date}: {WHEN}", f"{to}: {KAJSA}")
    return "\n".join(prefix + row for row in rows)


def quoted(text: str) -> str:
    return "\n".join(f"> {line}".rstrip() for line in text.split("\n"))


@pytest.mark.parametrize("language", CLIENTS)
def test_apple_mail_forwards_with_a_line_of_its_own_language(language: str) -> None:
    marker, *_, who, date, to, subject = CLIENTS[language]
    text = f"{quoted(marker)}\n>\n{head((who, date, to, subject), '> ')}\n>\n{quoted(BODY)}\n"
    found = find(text, None, (), "Fwd: Skrivaren")
    assert found is not None
    forwarded, own = found
    assert (forwarded.sender, forwarded.subject, forwarded.text, own) == (JOHN, "Skrivaren", BODY, "")
    assert [address.address for address in forwarded.to] == [KAJSA]


@pytest.mark.parametrize("language", CLIENTS)
def test_thunderbird_forwards_with_dashes_and_a_tab_behind_the_label(language: str) -> None:
    _, marker, _, who, date, to, subject = CLIENTS[language]
    rows = f"{subject}: \tSkrivaren\n{date}: \t{WHEN}\n{who}: \tJohn Doe <john.doe@acme.example>\n{to}: \t{KAJSA}"
    found = find(f"För kännedom.\n\n-------- {marker} --------\n{rows}\n\n\n{BODY}", None, (), "Fwd: Skrivaren")
    assert found is not None
    assert (found[0].sender, found[0].subject, found[0].text, found[1]) == (JOHN, "Skrivaren", BODY, "För kännedom.")


@pytest.mark.parametrize("language", CLIENTS)
def test_yahoo_renders_marker_and_headers_as_one_line(language: str) -> None:
    _, _, marker, who, date, to, subject = CLIENTS[language]
    gap = " " if language == "fr" else ""
    line = f"{who}{gap}: John Doe <john.doe@acme.example>{to}{gap}: {KAJSA} <{KAJSA}>{date}{gap}: tisdag 2 november 2021 09:26:50 GMT+1{subject}{gap}: Skrivaren"
    found = find(f"Se nedan!\n  ----- {marker} ----- {line}\n {BODY}", None, (), "Fw: Skrivaren")
    assert found is not None
    assert (found[0].sender, found[0].subject, found[1]) == (JOHN, "Skrivaren", "Se nedan!")
    assert [address.address for address in found[0].to] == [KAJSA]


@pytest.mark.parametrize("language", CLIENTS)
def test_outlook_forwards_with_a_header_block_and_a_prefix_in_the_subject(language: str) -> None:
    labels = CLIENTS[language][3:]
    text = f"Kan ni ta det här?\n\n________________________________\n{head(labels)}\n\n{BODY}"
    prefix = {"sv": "VB", "nb": "VS", "da": "VS", "fi": "VL", "de": "WG", "fr": "TR", "es": "RV", "it": "I", "pl": "PD", "pt": "ENC", "tr": "İLT"}.get(language, "FW")  # fmt: skip
    found = find(text, None, (), f"{prefix}: Skrivaren")
    assert found is not None
    assert (found[0].sender, found[0].text, found[1]) == (JOHN, BODY, "Kan ni ta det här?")
    assert find(text, None, (), "Re: Skrivaren") is None


@pytest.mark.parametrize(
    "line",
    [
        'On 28/10/2021 12:46, "John Doe" <john.doe@acme.example> wrote:',
        'Den 2021-10-28 12:46 skrev "John Doe" <john.doe@acme.example> följande:',
        "John Doe <john.doe@acme.example> skrev følgende den 28.10.2021 12:46:",
        'D. 28.10.2021 12.46 skrev "John Doe" <john.doe@acme.example>:',
        'Am 28.10.21, 12:46 schrieb "John Doe" <john.doe@acme.example>:',
        "Le 28/10/2021 12:46, « John Doe » <john.doe@acme.example> a écrit :",
        'El 28/10/21 12:46, "John Doe" <john.doe@acme.example> escribió:',
        'Il giorno 28/10/21, 12:46 "John Doe" <john.doe@acme.example> ha scritto:',
        "Op 28-10-2021 12:46 heeft John Doe <john.doe@acme.example> geschreven:",
        "Dnia 28.10.2021 12:46 „John Doe” <john.doe@acme.example> napisał:",
        'Em 28/10/2021 12:46, "John Doe" <john.doe@acme.example> escreveu:',
        'Dne 28.10.2021 12:46, "John Doe" <john.doe@acme.example> napsal(a):',
        '28.10.2021, 12:46, пользователь "John Doe" <john.doe@acme.example> написал:',
        "28. 10. 2021 12:46 používateľ John Doe (<john.doe@acme.example>) napísal:",
        "2021. 10. 28. 12:46 időpontban John Doe (john.doe@acme.example) ezt írta:",
        '"John Doe" <john.doe@acme.example>, 28.10.2021 12:46 tarihinde şunu yazdı:',
        "John Doe <john.doe@acme.example> kirjoitti 28.10.2021 kello 12.46:",
    ],
)
def test_outlook_for_mac_forwards_below_an_attribution(line: str) -> None:
    found = find(f"För kännedom.\n\n\ufeff{line}\n\n    Skrivaren är trasig.\n", None, (), "FW: Skrivaren")
    assert found is not None
    assert (found[0].sender, found[1]) == (JOHN, "För kännedom.")
    assert find(f"Tack!\n\n{line}\n\n> Skrivaren är trasig.\n", None, (), "Re: Skrivaren") is None


def test_an_answer_to_a_forward_is_no_forward() -> None:
    text = (
        "Det är löst nu.\n\nDen mån 3 mars 2025 kl 10:14 skrev Anna <anna@s.example>:\n\n"
        f"> ---------- Forwarded message ---------\n> Från: Kund <kund@x.example>\n> Date: mån 3 mars 2025\n> Subject: Hjälp\n>\n{quoted(BODY)}"
    )
    assert find(text, None, (), "Re: Fwd: Hjälp") is None


def test_the_finnish_vs_is_an_answer_and_the_norwegian_a_forward() -> None:
    finnish = f"Kiitos!\n\n{head(('Lähettäjä', 'Lähetetty', 'Vastaanottaja', 'Aihe'))}\n\n{BODY}"
    norwegian = f"Kan dere se på denne?\n\n{head(('Fra', 'Sendt', 'Til', 'Emne'))}\n\n{BODY}"
    assert find(finnish, None, (), "VS: Skrivaren") is None
    assert find(norwegian, None, (), "VS: Skrivaren") is not None


def test_a_mail_attached_to_a_mail_is_a_forward() -> None:
    inner = Inner(JOHN, (), "2021-10-28T10:46:00+00:00", "Skrivaren", BODY)
    found = find("Kan ni ta det här?\n\n-- \nKajsa", None, (inner,), "Skrivaren")
    assert found is not None
    assert (found[0].sender, found[0].date, found[0].text, found[1]) == (
        JOHN,
        "2021-10-28T10:46:00+00:00",
        BODY,
        "Kan ni ta det här?",
    )
    assert find("Så här svarade ni", None, (inner,), "Re: [ACME-1042] Skrivaren") is None


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("John Doe [mailto:john.doe@acme.example]", JOHN),
        ("John Doe<mailto:john.doe@acme.example> <john.doe@acme.example<mailto:john.doe@acme.example>> on behalf of t@acme.example<mailto:t@acme.example>", JOHN),
        ('"\'John Doe\'" <John.Doe@ACME.example>', Address("John Doe", "John.Doe@acme.example")),
        ("john.doe@acme.example", Address("", "john.doe@acme.example")),
        ("john.doe@acme.example <john.doe@acme.example>", Address("", "john.doe@acme.example")),
        ("Doe, John <john.doe@acme.example>", Address("Doe, John", "john.doe@acme.example")),
        ("John Doe", Address("John Doe", "")),
    ],
)  # fmt: skip
def test_the_sender_is_read_however_it_was_written(written: str, expected: Address) -> None:
    text = f"---------- Forwarded message ---------\nFrom: {written}\nDate: Wed, 27 Oct 2021 09:31:00 +0200\nSubject: x\nTo: {KAJSA}\n\n{BODY}"
    found = find(text, None, (), "Fwd: x")
    assert found is not None
    assert found[0].sender == expected
    assert found[0].date == "2021-10-27T09:31:00+02:00"


def test_somebody_who_writes_of_a_forwarded_message_forwards_nothing() -> None:
    assert find("Hej!\n\nForwarded message:\ndet är vad det står i ämnet.\n", None, (), "Fråga") is None
    assert find("Från: Stockholm\nTill: Malmö\nDatum: 3 mars\n\nBoka om, tack.", None, (), "Resa") is None


def test_a_forward_under_an_attribution_has_its_date_and_the_subject_of_the_mail() -> None:
    line = 'On 03/03/2025, 10:14, "Anna Berg" <anna@kund.example> wrote:'
    found = find(f"Kan ni ta detta?\n\n{line}\n\nDörren går inte att låsa.", None, (), "FW: Dörren i källaren")
    assert found is not None
    forwarded, own = found
    assert own == "Kan ni ta detta?"
    assert forwarded.sender == Address("Anna Berg", "anna@kund.example")
    assert (forwarded.date, forwarded.subject) == ("03/03/2025, 10:14", "Dörren i källaren")


@pytest.mark.parametrize(
    ("line", "name"),
    [
        ("On Mar 3, 2025, at 10:14 AM, Anna Berg <anna@kund.example> wrote:", "Anna Berg"),
        ("2025/03/03 10:14、Anna Berg <anna@kund.example>のメール:", "Anna Berg"),
        ("2025-03-03 10:14 GMT+01:00 Anna Berg <anna@kund.example>:", "Anna Berg"),
        ("Le 3 mars 2025 à 10:14, Claude de la Tour <anna@kund.example> a écrit :", "Claude de la Tour"),
        ("Kontakt Anna Berg (<anna@kund.example>) kirjutas kuupäeval 3. märts 2025 kell 10:14:", "Anna Berg"),
    ],
)
def test_the_name_in_an_attribution_is_only_the_name(line: str, name: str) -> None:
    found = find(f"{line}\n\nDörren går inte att låsa.", None, (), "Fwd: Dörren")
    assert found is not None
    assert found[0].sender == Address(name, "anna@kund.example")
