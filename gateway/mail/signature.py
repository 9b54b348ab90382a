"""Where a signature begins: "-- ", what a telephone adds, footers of lists, scanners and lawyers.

A person's own closing ("Mvh Anna") is no signature here: it belongs to what he wrote.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

from gateway.mail.lines import is_quoted, is_rule, plain

_DELIMITERS: Final = ("--", "– –", "- -")
_MOST_AFTER_DELIMITER: Final = 20  # lines with something on them
_MOST_AFTER_DEVICE: Final = 12
_MOST_IN_CARD: Final = 8  # name, title, telephone … below a dash
_CARD_WIDTH: Final = 70
_LONGEST_DEVICE_LINE: Final = 110
_LINK: Final = re.compile(r"[<(\[]\s{0,3}(?:https?:|mailto:|www\.)[^>)\]]{0,400}[>)\]]?|https?://\S{1,400}")

_SENT_FROM: Final = (
    "sent from", "sent via", "sent with", "sent using", "sent by", "sent on", "posted from", "written on", "typed on", "from my", "skickat från", "skickat med", "skickat via", "skickades från", "skickad från", "sänt från", "sänt med", "sendt fra", "sendt med", "sendt via", "skrevet på", "skickat ifrån",
    "lähetetty", "sent úr", "gesendet von", "gesendet mit", "gesendet über", "gesendet aus", "von meinem", "von meiner", "diese nachricht wurde von meinem", "envoyé de", "envoyé depuis", "envoyé à partir", "envoyé avec", "envoyé par", "envoyé via", "provenance", "enviado desde", "enviado con", "enviado do", "enviado de", "enviado a partir", "enviado pelo", "enviado via", "enviada do",
    "inviato da", "inviato dal", "inviata da", "inviato con", "verzonden vanaf", "verstuurd vanaf", "verzonden met", "verzonden via", "verstuurd met", "verstuurd via", "verzonden vanuit", "verstuurd vanuit", "wysłane z", "wysłano z", "wysłane za", "wiadomość wysłana z", "odesláno z", "odesláno ze", "odosláno z", "odoslané z", "odoslané zo", "poslano s", "poslano iz", "poslano z", "küldve", "trimis de", "trimis din",
    "отправлено с", "отправлено из", "надіслано з", "відправлено з", "изпратено от", "στάλθηκε από", "发自", "從我的", "从我的", "saadetud minu", "sūtīts no", "nosūtīts no", "išsiųsta iš", "נשלח מ", "أُرسلت من", "أرسلت من", "تم الإرسال من", "dikirim dari", "được gửi từ", "đã gửi từ",
)  # fmt: skip
_DEVICES: Final = (
    "iphone", "iphon", "ipad", "ipod", "ios", "android", "samsung", "galaxy", "huawei", "nokia", "sony", "xperia", "xiaomi", "motorola", "oneplus", "pixel", "blackberry", "windows", "outlook", "mail", "e-post", "epost", "mobil", "phone", "telefon", "téléphone", "teléfono", "smartphone", "tablet", "surfplatta", "lur", "handy", "macbook", "my mac", "min mac",
    "yahoo", "gmail", "proton", "hotmail", "sähköposti", "puhelime", "courrier", "correo", "posta", "app", "thunderbird", "spark", "airmail", "zoho", "tutanota", "device", "cell", "htc", "móvil", "celular", "cellulare", "telemóvel", "aparelho", "dispositivo", "gerät", "enhet", "wiko", "lg ", "4g", "5g", "gsm", "айфон", "телефон", "смартфон", "мобильн", "почты", "приложени", "pošta", "poczt", "webmail", "sparrow", "superhuman", "missive", "typeapp", "bluemail", "nine", "fairmail", "k-9", "aquamail",
)  # fmt: skip
_CARRIERS: Final = ("smartphone", "samsung galaxy", " 4g", " 5g")  # "…, an AT&T 5G smartphone"
_OURS: Final = (
    "my ",
    "min ",
    "mitt ",
    "meinem ",
    "meiner ",
    "mon ",
    "ma ",
    "mi ",
    "meu ",
    "mio ",
    "mia ",
    "mijn ",
    "mojego ",
    "mého ",
    "môjho ",
    "mog ",
    "моего ",
    "мого ",
    "mobilen",
    "telefonen",
)
_GET_OUTLOOK: Final = re.compile(
    r"(?:get|download|try|hämta|skaffa|få|hent|skaff deg|skaff|last ned|hanki|lataa|hae|holen sie sich|laden sie|télécharger|téléchargez|obtenez|obtenir|obtener|descargar|obtenga|obter|obtenha|baixar|baixe|ottieni|scarica|download|pobierz|získat|stáhnout|získať|obțineți|preuzmi|nabavite|скачать|αποκτήστε το|λήψη του|получить|получите|завантажити|az)"
    r" (?:o |program |aplikaci |aplikáciu |aplikację |l')?outlook(?:['’]?[a-zåäö]{1,3})? (?:for|för|til|till|für|pour|para|per|dla|pro|pre|pentru|za|для|για|voor|ios|android|mobile)(?!\w).{0,30}"
    r"|outlook (?:für|voor|for|för|til|para|pour|per|dla|pro|pre) .{2,30} (?:beziehen|herunterladen|downloaden|ophalen|holen|hankkiminen|ophalen|abrufen)"
    r"|.{0,20}outlook'u (?:edinin|indirin).{0,10}"
    r"|.{0,16}outlook ?(?:を入手|を取得|をダウンロード|다운로드|받기)|(?:获取|取得|下载|下載) ?.{0,16}outlook.{0,16}"
)
_SENT_LAST: Final = re.compile(
    r"(?:von meinem|von meiner|vom) .{2,40} gesendet|.{2,30}(?:から送信|'umdan gönderildi|’umdan gönderildi|'dan gönderildi|ról küldve|ről küldve|omról küldve|sta lähetetty)|diese nachricht wurde von .{2,60} gesendet"
    r"|.{2,40}(?:dan|den|tan|ten) gönderildi|发自.{1,20}|發自.{1,20}|[从從].{2,24}[发發傳传][送出]|.{2,24}에서 (?:보냄|보낸 메일)"
)
_FOOTERS: Final = (
    "this email has been checked for viruses", "this e-mail has been checked for viruses", "virus-free.", "virusfritt.", "virusfri.", "det här e-postmeddelandet har genomsökts", "denne e-posten er kontrollert for virus", "virenfrei.", "diese e-mail wurde von avast", "garanti sans virus", "libre de virus", "virusvrij.", "denna e-post är fri från virus",
    "this e-mail and any attachments", "this email and any attachments", "this e-mail and any files", "this email and any files", "this message and any attachments", "this message (including any attachments)", "the information contained in this e-mail", "the information contained in this email", "the information in this e-mail", "the information in this email", "this e-mail may contain confidential", "this email may contain confidential", "this message is intended only", "this message may contain confidential", "confidentiality notice", "disclaimer:", "this email is confidential", "the contents of this e-mail", "the contents of this email",
    "detta e-postmeddelande kan innehålla", "detta e-postmeddelande är avsett", "detta meddelande är avsett", "detta meddelande kan innehålla", "denna e-post kan innehålla", "det här meddelandet kan innehålla konfidentiell", "detta mail är avsett", "den här e-posten kan innehålla konfidentiell", "informationen i detta e-postmeddelande", "innehållet i detta e-postmeddelande", "när du skickar e-post till", "när du skickar e-post till oss", "vi behandlar dina personuppgifter", "så behandlar vi dina personuppgifter", "tänk på miljön innan du skriver ut", "p tänk på miljön", "please consider the environment before printing", "läs om hur vi behandlar personuppgifter", "för information om hur vi behandlar", "så här behandlar vi personuppgifter",
    "denne e-posten er konfidensiell", "denne e-posten kan inneholde", "denne e-postmeldingen", "denne meldingen er kun ment", "denne e-mail kan indeholde", "denne mail kan indeholde", "tenk på miljøet før du", "tämä viesti on tarkoitettu", "tämä sähköposti", "diese e-mail enthält vertrauliche", "diese nachricht enthält vertrauliche", "der inhalt dieser e-mail ist vertraulich", "ce message et toutes les pièces", "ce message est confidentiel", "ce courriel et", "este mensaje y sus archivos", "este correo electrónico y", "esta mensagem pode conter", "questo messaggio è", "le informazioni contenute in questo", "dit bericht is vertrouwelijk", "de informatie verzonden met", "de informatie in dit e-mailbericht", "niniejsza wiadomość",
)  # fmt: skip
_MOST_AFTER_FOOTER: Final = 40
_LIST_FOOTER: Final = (
    "mailing list",
    "/listinfo",
    "to unsubscribe",
    "unsubscribe from this",
    "you received this message because you are subscribed",
    "för att avsluta prenumerationen",
    "e-postlista",
)
_LIST_LINES: Final = 8


def begins_at(lines: Sequence[str]) -> int | None:
    """Find the first line of the signature of what somebody wrote; None where it has none. Line 0 never is one."""
    left = sum(1 for line in lines if plain(line))
    seen = False
    for at, line in enumerate(lines):
        text = plain(line)
        if not text:
            continue
        left -= 1
        if seen and _begins(lines, at, text, left):
            return at
        seen = True
    return None


def is_signature(lines: Sequence[str]) -> bool:
    """Whether the lines are a signature from their very first one."""
    written = [line for line in lines if plain(line)]
    return bool(written) and _begins(written, 0, plain(written[0]), len(written) - 1)


def _begins(lines: Sequence[str], at: int, text: str, left: int) -> bool:
    if text in _DELIMITERS:
        return left <= _MOST_AFTER_DELIMITER
    if left <= _MOST_AFTER_DEVICE and is_device_line(text):
        return True
    if left <= _MOST_AFTER_FOOTER and text.lstrip("*_ ").casefold().startswith(_FOOTERS):
        return True
    ruler = text.strip("_-") == "" or is_rule(text)
    if left <= _LIST_LINES and ruler and not is_quoted(text) and _is_list_footer(lines[at + 1 :]):
        return True
    return (
        left <= _MOST_IN_CARD and text.strip("—–") == "" and all(len(plain(line)) < _CARD_WIDTH for line in lines[at:])
    )


def is_device_line(text: str) -> bool:
    """Whether a line is what a telephone or mail program adds ("Skickat från min iPhone", "Get Outlook for iOS")."""
    low = _LINK.sub("", text[: _LONGEST_DEVICE_LINE * 4]).strip(" *_-–—.\t").casefold()
    if not low or len(low) > _LONGEST_DEVICE_LINE or low.count(" ") > 12:
        return False
    if _GET_OUTLOOK.fullmatch(low) or _SENT_LAST.fullmatch(low):
        return True
    if not low.startswith(_SENT_FROM):
        return False
    lead = next(lead for lead in _SENT_FROM if low.startswith(lead))
    told = any(sign in low for sign in ",!?;:") and not any(sign in low for sign in _CARRIERS)
    if told and lead != "provenance":
        return False
    rest = low[len(lead) :].strip() + " "
    known = any(device in rest for device in _DEVICES)
    return (known and rest.count(" ") <= 9) or (rest.startswith(_OURS) and rest.count(" ") <= 3)


def _is_list_footer(lines: Sequence[str]) -> bool:
    low = "\n".join(lines[:_LIST_LINES]).casefold()
    return any(phrase in low for phrase in _LIST_FOOTER)
