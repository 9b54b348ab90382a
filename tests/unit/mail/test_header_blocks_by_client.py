"""The block of headers that each client writes above the mail it forwards or answers, by language."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Final

import pytest

from gateway.mail.forward import find
from gateway.mail.message import Address
from gateway.mail.quote import split

BODY: Final = "Hej!\n\nDörren går inte att låsa.\n\nVänliga hälsningar\nJohn"
SUBJECT: Final = "Dörren i källaren"
DATE: Final = "Mon, 3 Mar 2025 10:14:05 +0100"
JOHN: Final = Address("John Doe", "john.doe@kund.example")
BESSIE: Final = Address("Bessie Berry", "bessie.berry@kund.example")
OWN: Final = "Kan ni titta på det här?"


@dataclass(frozen=True, slots=True)
class Words:
    """The words of one language: labels as in Apple Mail, Outlook's label for the date, the markers of three clients."""

    sender: str
    date: str
    sent: str
    to: str
    cc: str
    subject: str
    reply_to: str
    apple: str
    thunderbird: str
    yahoo: str
    prefix: str


WORDS: Final = {
    "en": Words("From", "Date", "Sent", "To", "Cc", "Subject", "Reply-To", "Begin forwarded message", "Forwarded Message", "Forwarded message", "Fw: "),
    "sv": Words("Från", "Datum", "Skickat", "Till", "Kopia", "Ämne", "Svara till", "Vidarebefordrat mejl", "Vidarebefordrat meddelande", "Vidarebefordrat meddelande", "VB: "),
    "nb": Words("Fra", "Dato", "Sendt", "Til", "Kopi", "Emne", "Svar til", "Videresendt melding", "Videresendt melding", "Videresendt melding", "Vs: "),
    "da": Words("Fra", "Dato", "Sendt", "Til", "Cc", "Emne", "Svar til", "Start på videresendt besked", "Videresendt meddelelse", "Videresendt meddelelse", "VS: "),
    "fi": Words("Lähettäjä", "Päivämäärä", "Lähetetty", "Vastaanottaja", "Kopio", "Aihe", "Vastaus", "Välitetty viesti alkaa", "Välitetty viesti / Fwd.Msg", "Edelleenlähetetty viesti", "VL: "),
    "de": Words("Von", "Datum", "Gesendet", "An", "Kopie", "Betreff", "Antwort an", "Anfang der weitergeleiteten Nachricht", "Weitergeleitete Nachricht", "Weitergeleitete Nachricht", "WG: "),
    "fr": Words("De", "Date", "Envoyé", "À", "Cc", "Objet", "Répondre à", "Début du message réexpédié", "Message transféré", "Message transmis", "TR: "),
    "es": Words("De", "Fecha", "Enviado", "Para", "CC", "Asunto", "Responder a", "Inicio del mensaje reenviado", "Mensaje reenviado", "Mensaje reenviado", "RV: "),
    "it": Words("Da", "Data", "Inviato", "A", "Cc", "Oggetto", "Rispondi a", "Inizio messaggio inoltrato", "Messaggio Inoltrato", "Messaggio inoltrato", "I: "),
    "nl": Words("Van", "Datum", "Verzonden", "Aan", "CC", "Onderwerp", "Antwoord aan", "Begin doorgestuurd bericht", "Doorgestuurd bericht", "Doorgestuurd bericht", "FW: "),
    "pt": Words("De", "Data", "Enviado", "Para", "Cc", "Assunto", "Responder A", "Início da mensagem reencaminhada", "Mensagem reencaminhada", "Mensagem reencaminhada", "FW: "),
    "pt-br": Words("De", "Data", "Enviado", "Para", "Cc", "Assunto", "Responder A", "Início da mensagem encaminhada", "Mensagem encaminhada", "Mensagem encaminhada", "ENC: "),
    "pl": Words("Od", "Data", "Wysłano", "Do", "DW", "Temat", "Odpowiedź do", "Początek przekazywanej wiadomości", "Przekazana wiadomość", "Przesłana wiadomość", "PD: "),
    "cs": Words("Od", "Datum", "Odesláno", "Komu", "Kopie", "Předmět", "Odpověď-komu", "Začátek přeposílané zprávy", "Přeposlaná zpráva", "Přeposlaná zpráva", "Fw: "),
    "sk": Words("Od", "Dátum", "Odoslané", "Komu", "Kópia", "Predmet", "Odpovedať-Pre", "Začiatok preposlanej správy", "Preposlaná správa", "Preposlaná správa", "FW: "),
    "hr": Words("Šalje", "Datum", "Poslano", "Prima", "Kopija", "Predmet", "Odgovori na", "Započni proslijeđenu poruku", "Proslijeđena poruka", "Proslijeđena poruka", "Fw: "),
    "hu": Words("Feladó", "Dátum", "Elküldve", "Címzett", "Másolatot kap", "Tárgy", "Válaszcím", "Továbbított levél kezdete", "Továbbított üzenet", "Továbbított üzenet", "Fw: "),
    "ro": Words("Expeditorul", "Dată", "Trimis", "Destinatarul", "Cc", "Subiectul", "Răspuns către", "Începe mesajul redirecționat", "Mesaj redirecționat", "Mesaj redirecționat", "Redir.: "),
    "ru": Words("От", "Дата", "Отправлено", "Кому", "Копия", "Тема", "Ответ-Кому", "Начало переадресованного сообщения", "Пересылаемое сообщение", "Пересылаемое сообщение", "FW: "),
    "uk": Words("Від", "Дата", "Надіслано", "Кому", "Копія", "Тема", "Кому відповісти", "Початок листа, що пересилається", "Переслане повідомлення", "Перенаправлене повідомлення", "Fw: "),
    "tr": Words("Kimden", "Tarih", "Gönderildi", "Kime", "Bilgi", "Konu", "Yanıt Adresi", "İleti başlangıcı", "İletilmiş İleti", "İletilmiş Mesaj", "İLT: "),
    "et": Words("Saatja", "Kuupäev", "Saadetud", "Adressaat", "Koopia", "Teema", "Vasta", "Edastatud kiri", "Edastatud kiri", "Edastatud kiri", "Ed: "),
    "ja": Words("差出人", "日付", "送信日時", "宛先", "CC", "件名", "返信先", "転送されたメッセージ", "転送メッセージ", "メッセージを転送", "Fw: "),
    "zh": Words("发件人", "日期", "发送时间", "收件人", "抄送", "主题", "回复", "下面是被转发的邮件", "转发的消息", "转发的邮件", "转发: "),
    "zh-tw": Words("寄件者", "日期", "寄件日期", "收件者", "副本", "主旨", "回覆", "以下是轉寄的郵件", "轉寄郵件", "轉寄的郵件", "轉寄: "),
    "ko": Words("보낸 사람", "날짜", "보낸 날짜", "받는 사람", "참조", "제목", "회신", "전달된 메시지", "전달된 메시지", "전달된 메시지", "Fw: "),
    "el": Words("Από", "Ημερομηνία", "Στάλθηκε", "Προς", "Κοιν.", "Θέμα", "Απάντηση", "Έναρξη προωθημένου μηνύματος", "Προωθημένο μήνυμα", "Προωθημένο μήνυμα", "ΠΡΘ: "),
    "bg": Words("От", "Дата", "Изпратено", "До", "Копие", "Относно", "Отговор до", "Начало на препратеното съобщение", "Препратено съобщение", "Препратено съобщение", "Fw: "),
    "sl": Words("Od", "Datum", "Poslano", "Za", "Kp", "Zadeva", "Odgovori", "Začetek posredovanega sporočila", "Posredovano sporočilo", "Posredovano sporočilo", "Fw: "),
}  # fmt: skip


def _apple(w: Words) -> str:
    return f"{w.apple}:\n\n{w.sender}: John Doe <john.doe@kund.example>\n{w.subject}: {SUBJECT}\n{w.date}: {DATE}\n{w.to}: Bessie Berry <bessie.berry@kund.example>\n{w.reply_to}: John Doe <john.doe@kund.example>\n\n"


def _apple_ios(w: Words) -> str:
    text = f"{w.apple}:\n\n*{w.sender}:* John Doe <john.doe@kund.example>\n*{w.date}:* {DATE}\n*{w.to}:* Bessie Berry <bessie.berry@kund.example>\n*{w.subject}:* *{SUBJECT}*\n\n"
    return "".join(f"> {line}\n" if line else "> \n" for line in text.split("\n")[:-1])


def _gmail(w: Words) -> str:
    return f"---------- Forwarded message ---------\n{w.sender}: John Doe <john.doe@kund.example>\nDate: {DATE}\nSubject: {SUBJECT}\nTo: Bessie Berry <bessie.berry@kund.example>\n\n\n"


def _thunderbird(w: Words) -> str:
    return f"-------- {w.thunderbird} --------\n{w.subject}: \t{SUBJECT}\n{w.date}: \t{DATE}\n{w.sender}: \tJohn Doe <john.doe@kund.example>\n{w.to}: \tBessie Berry <bessie.berry@kund.example>\n\n\n\n"


def _yahoo(w: Words) -> str:
    return f"----- {w.yahoo} -----\n{w.sender}: John Doe <john.doe@kund.example>\n{w.to}: Bessie Berry <bessie.berry@kund.example>\n{w.sent}: {DATE}\n{w.subject}: {SUBJECT}\n\n"


def _outlook(w: Words) -> str:
    return f"{w.sender}: John Doe <john.doe@kund.example>\n{w.sent}: {DATE}\n{w.to}: Bessie Berry <bessie.berry@kund.example>\n{w.cc}: Walter Sheltan <walter@kund.example>\n{w.subject}: {SUBJECT}\n\n"


def _outlook_mailto(w: Words) -> str:
    return f"{w.sender}: John Doe [mailto:john.doe@kund.example]\n{w.sent}: {DATE}\n{w.to}: 'Bessie Berry' <bessie.berry@kund.example>\n{w.subject}: {SUBJECT}\n\n"


def _new_outlook(w: Words) -> str:
    return f"\n{w.sender}: John Doe <john.doe@kund.example>\n{w.date}: {DATE}\n{w.to}: Bessie Berry <bessie.berry@kund.example>\n{w.subject}: {SUBJECT}\n"


def _outlook_web(w: Words) -> str:
    return f"________________________________\n{_outlook(w)}"


def _outlook_bold(w: Words) -> str:
    return f"*{w.sender}:* John Doe <john.doe@kund.example>\n*{w.sent}:* {DATE}\n*{w.to}:* Bessie Berry <bessie.berry@kund.example>\n*{w.subject}:* {SUBJECT}\n\n"


def _below_labels(w: Words) -> str:
    return f"-------- {w.thunderbird} --------\n{w.sender}:\nJohn Doe <john.doe@kund.example>\n{w.date}:\n{DATE}\n{w.to}:\nBessie Berry <bessie.berry@kund.example>\n{w.subject}:\n{SUBJECT}\n\n"


CLIENTS: Final = {
    "below-labels": _below_labels,
    "apple": _apple, "ios": _apple_ios, "gmail": _gmail, "thunderbird": _thunderbird, "yahoo": _yahoo,
    "outlook": _outlook, "outlook-mailto": _outlook_mailto, "new-outlook": _new_outlook, "outlook-web": _outlook_web, "outlook-bold": _outlook_bold,
}  # fmt: skip
MARKED: Final = frozenset({"below-labels", "apple", "ios", "gmail", "thunderbird", "yahoo"})


def cases() -> Iterator[object]:
    for language, words in WORDS.items():
        for client, head in CLIENTS.items():
            subject = "" if client in MARKED else f"{words.prefix}{SUBJECT}"
            yield pytest.param(head(words), client == "ios", subject, id=f"{client}-{language}")


@pytest.mark.parametrize(("head", "quoted", "subject"), list(cases()))
def test_a_forward_is_read_with_and_without_own_words(head: str, quoted: bool, subject: str) -> None:
    for own in ("", OWN):
        _assert_read(head, own, subject, quoted=quoted)


def _assert_read(head: str, own: str, subject: str, *, quoted: bool) -> None:
    body = "\n".join(f"> {line}" for line in BODY.split("\n")) if quoted else BODY
    found = find(f"{own}\n\n{head}{body}".lstrip("\n"), None, (), subject)
    assert found is not None
    forwarded, words = found
    assert forwarded.sender == JOHN
    assert forwarded.to == (BESSIE,)
    assert forwarded.subject == SUBJECT
    assert forwarded.date == "2025-03-03T10:14:05+01:00"
    assert forwarded.text == BODY
    assert words == own


ORIGINAL: Final = {"en": "Original Message", "sv": "Ursprungligt meddelande", "nb": "Opprinnelig melding", "da": "Oprindelig meddelelse", "fi": "Alkuperäinen viesti", "de": "Ursprüngliche Nachricht", "fr": "Message d'origine", "es": "Mensaje original", "it": "Messaggio originale", "nl": "Oorspronkelijk bericht", "pt": "Mensagem original", "pt-br": "Mensagem original", "pl": "Wiadomość oryginalna", "cs": "Původní zpráva", "sk": "Pôvodná správa", "hr": "Izvorna poruka", "hu": "Eredeti üzenet", "ro": "Mesaj original", "ru": "Исходное сообщение", "uk": "Вихідне повідомлення", "tr": "Özgün İleti", "et": "Algne sõnum", "ja": "元のメッセージ", "zh": "原始邮件", "zh-tw": "原始郵件", "ko": "원본 메시지", "el": "Αρχικό μήνυμα", "bg": "Оригинално съобщение", "sl": "Izvirno sporočilo"}  # fmt: skip


def _samsung(w: Words, original: str) -> str:
    return f"-------- {original} --------\n{w.sender}: John Doe <john.doe@kund.example> \n{w.date}: 2025-03-03  10:14  (GMT+01:00) \n{w.to}: bessie.berry@kund.example \n{w.subject}: {SUBJECT} \n\n"


def _outlook_text(w: Words, original: str) -> str:
    return f"-----{original}-----\n{w.sender}: John Doe <john.doe@kund.example> \n{w.sent}: den 3 mars 2025 10:14\n{w.to}: Bessie Berry\n{w.subject}: SV: {SUBJECT}\n\n"


def _outlook_names(w: Words, original: str) -> str:
    return (
        f"{w.sender}: John Doe\n{w.sent}: den 3 mars 2025 10:14\n{w.to}: Bessie Berry\n{w.subject}: SV: {SUBJECT}\n\n"
    )


def _outlook_spaced(w: Words, original: str) -> str:
    """French and some web clients set a blank before the colon; others wrap each header in a paragraph."""
    return f"{w.sender} : John Doe <john.doe@kund.example>\n\n{w.sent} : 3 mars 2025 10:14\n\n{w.to} : Bessie Berry <bessie.berry@kund.example>\n\n{w.subject} : {SUBJECT}\n\n"


def _zimbra(w: Words, original: str) -> str:
    return f'----- {original} -----\n> {w.sender}: "John Doe" <john.doe@kund.example>\n> {w.to}: "Bessie Berry" <bessie.berry@kund.example>\n> {w.sent}: 3 mars 2025 10:14:05\n> {w.subject}: {SUBJECT}\n> \n> Hej!\n>\n'


def _proton(w: Words, original: str) -> str:
    return f"‐‐‐‐‐‐‐ {original} ‐‐‐‐‐‐‐\n{w.date}: 3 mars 2025 10:14\n"


@pytest.mark.parametrize("language", WORDS)
@pytest.mark.parametrize("head", [_samsung, _outlook_text, _outlook_names, _outlook_spaced, _zimbra, _proton])
def test_in_a_reply_all_below_the_header_block_is_old(head: Callable[[Words, str], str], language: str) -> None:
    old = head(WORDS[language], ORIGINAL[language]) + ("> Dörren går inte att låsa." if head is _zimbra else BODY)
    assert split(f"{OWN}\n\n{old}", None).new_text == OWN
    device = "Skickat från min iPhone"
    assert split(f"{OWN}\n\n{device}\n\n{old}", None).new_text == OWN


@pytest.mark.parametrize("language", WORDS)
@pytest.mark.parametrize("client", [_outlook, _outlook_mailto, _new_outlook, _outlook_web, _outlook_bold])
def test_in_a_reply_all_below_outlooks_headers_is_old(client: Callable[[Words], str], language: str) -> None:
    assert split(f"{OWN}\n\n{client(WORDS[language])}{BODY}", None).new_text == OWN
    assert find(f"{OWN}\n\n{client(WORDS[language])}{BODY}", None, (), f"Re: {SUBJECT}") is None
