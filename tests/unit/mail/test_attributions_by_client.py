"""What each client writes above the mail that is answered, by language: all that stands under it is old."""

from __future__ import annotations

from textwrap import wrap
from typing import Final

import pytest

from gateway.mail.quote import split

A: Final = "Anna Berg <anna.berg@kund.example>"
NEW: Final = "Det fungerar nu.\n\nKan du stänga ärendet?"
OLD: Final = "Hur har det gått sedan i går?"

GMAIL: Final = {
    "sv": f"Den mån 3 mars 2025 kl 10:14 skrev {A}:",
    "nb": f"man. 3. mars 2025 kl. 10:14 skrev {A}:",
    "da": f"Den man. 3. mar. 2025 kl. 10.14 skrev {A}:",
    "fi": "ma 3.3.2025 klo 10.14 Anna Berg (anna.berg@kund.example) kirjoitti:",
    "en": f"On Mon, Mar 3, 2025 at 10:14 AM {A} wrote:",
    "en-gb": f"On Mon, 3 Mar 2025 at 10:14, {A} wrote:",
    "de": f"Am Mo., 3. März 2025 um 10:14 Uhr schrieb {A}:",
    "fr": f"Le lun. 3 mars 2025 à 10:14, {A} a écrit :",
    "es": "El lun, 3 mar 2025 a las 10:14, Anna Berg (<anna.berg@kund.example>) escribió:",
    "nl": f"Op ma 3 mrt 2025 om 10:14 schreef {A}:",
    "it": f"Il giorno lun 3 mar 2025 alle ore 10:14 {A} ha scritto:",
    "pt": f"{A} escreveu (segunda, 3/03/2025 à(s) 10:14):",
    "pt-br": f"Em seg., 3 de mar. de 2025 às 10:14, {A} escreveu:",
    "pl": f"pon., 3 mar 2025 o 10:14 {A} napisał(a):",
    "ru": f"пн, 3 мар. 2025 г. в 10:14, {A}:",
    "cs": f"po 3. 3. 2025 v 10:14 odesílatel {A} napsal:",
    "sk": f"po 3. 3. 2025 o 10:14 {A} napísal(a):",
    "tr": f"{A}, 3 Mar 2025 Pzt, 10:14 tarihinde şunu yazdı:",
    "ja": f"2025年3月3日(月) 10:14 {A}:",
    "zh-cn": f"{A} 于2025年3月3日周一 10:14写道：",
    "zh-tw": f"{A} 於 2025年3月3日 週一 上午10:14寫道：",
    "ko": f"2025년 3월 3일 (월) 오전 10:14, {A}님이 작성:",
    "hu": f"{A} ezt írta (időpont: 2025. márc. 3., H, 10:14):",
    "ro": f"În lun., 3 mar. 2025 la 10:14, {A} a scris:",
    "hr": f"pon, 3. ožu 2025. u 10:14 {A} napisao je:",
    "uk": f"пн, 3 бер. 2025 р. о 10:14 {A} пише:",
    "bg": f"На пн, 3.03.2025 г. в 10:14 {A} написа:",
    "el": f"Στις Δευ 3 Μαρ 2025 στις 10:14 π.μ., ο/η {A} έγραψε:",
    "et": "Kontakt Anna Berg (<anna.berg@kund.example>) kirjutas kuupäeval E, 3. märts 2025 kell 10:14:",
    "lv": "pirmd., 2025. g. 3. marts, plkst. 10:14 — lietotājs Anna Berg (<anna.berg@kund.example>) rakstīja:",
    "lt": f"2025-03-03, pr, 10:14 {A} rašė:",
    "sl": f"V V pon., 3. mar. 2025 ob 10:14 je oseba {A} napisala:",
    "is": f"Þann mán., 3. mar. 2025 kl. 10:14 skrifaði {A}:",
    "ca": f"Missatge de {A} del dia dl., 3 de març 2025 a les 10:14:",
    "he": f"בתאריך יום ב׳, 3 במרץ 2025 ב-10:14 מאת {A}:",
    "ar": f"في الاثنين، 3 مارس 2025 في 10:14 ص تمت كتابة ما يلي بواسطة {A}:",
    "id": f"Pada tanggal Sen, 3 Mar 2025 pukul 10.14 {A} menulis:",
    "vi": f"Vào Th 2, 3 thg 3, 2025 vào lúc 10:14 {A} đã viết:",
    "old": f"2025-03-03 10:14 GMT+01:00 {A}:",
}
APPLE: Final = {
    "sv": f"3 mars 2025 kl. 10:14 skrev {A}:",
    "nb": f"3. mars 2025 kl. 10:14 skrev {A}:",
    "nb-old": f"Den 3. mars 2025 kl. 10.14 skrev {A}:",
    "da": f"Den 3. mar. 2025 kl. 10.14 skrev {A}:",
    "fi": f"{A} kirjoitti 3.3.2025 kello 10.14:",
    "en": f"On Mar 3, 2025, at 10:14\u202fAM, {A} wrote:",
    "en-gb": f"On 3 Mar 2025, at 10:14, {A} wrote:",
    "de": f"Am 03.03.2025 um 10:14 schrieb {A}:",
    "fr": f"Le 3 mars 2025 à 10:14, {A} a écrit :",
    "es": f"El 3 mar 2025, a las 10:14, {A} escribió:",
    "nl": f"Op 3 mrt 2025, om 10:14 heeft {A} het volgende geschreven:",
    "it": f"Il giorno 3 mar 2025, alle ore 10:14, {A} ha scritto:",
    "pt": f"No dia 03/03/2025, às 10:14, {A} escreveu:",
    "pt-br": f"Em 3 de mar. de 2025, à(s) 10:14, {A} escreveu:",
    "pl": f"Wiadomość napisana przez {A} w dniu 3 mar 2025, o godz. 10:14:",
    "pl-new": f"Wiadomość napisana w dniu 2025-03-03, o godz. 10:14, przez {A}:",
    "ru": f"3 марта 2025 г., в 10:14, {A} написал(а):",
    "cs": f"3. 3. 2025 v 10:14, {A}:",
    "cs-old": f"Dne 3. 3. 2025 v 10:14 napsal(a) {A}:",
    "sk": f"Dňa 3. 3. 2025 o 10:14 používateľ {A} napísal:",
    "tr": f"{A} şunları yazdı (3 Mar 2025 10:14):",
    "ja": f"2025/03/03 10:14、{A}のメール:",
    "ja-12h": f"2025/03/03 午前10:14、{A}のメール：",
    "zh-cn": f"在 2025年3月3日，上午10:14，{A} 写道：",
    "zh-ios": f"2025年3月3日 10:14，{A} 写道：",
    "zh-tw": f"{A} 於 2025年3月3日 上午10:14 寫道：",
    "ko": f"2025. 3. 3. 오전 10:14, {A} 작성:",
    "hu": f"2025. márc. 3. dátummal, 10:14 időpontban {A} írta:",
    "hr": f"Dana 3. ožu. 2025., u 10:14, {A} napisao/la je:",
    "ro": f"Pe 3 mar. 2025, la 10:14, {A} a scris:",
    "uk": f"3 бер. 2025 р. о 10:14 {A} написав(ла):",
    "el": f"Στις 3 Μαρ 2025, στις 10:14 π.μ., ο χρήστης {A} έγραψε:",
}
THUNDERBIRD: Final = {
    "sv": "Den 2025-03-03 kl. 10:14, skrev Anna Berg:",
    "sv-old": "Anna Berg skrev den 2025-03-03 10:14:",
    "nb": "Den 03.03.2025 10:14, skrev Anna Berg:",
    "nb-old": "På 03.03.2025 10:14, skrev Anna Berg:",
    "da": "Den 03.03.2025 kl. 10.14 skrev Anna Berg:",
    "fi": "Anna Berg kirjoitti 3.3.2025 klo 10.14:",
    "en": "On 3/3/25 10:14, Anna Berg wrote:",
    "en-us": "On 3/3/2025 10:14 AM, Anna Berg wrote:",
    "de": "Am 03.03.25 um 10:14 schrieb Anna Berg:",
    "fr": "Le 03/03/2025 à 10:14, Anna Berg a écrit :",
    "es": "El 3/3/25 a las 10:14, Anna Berg escribió:",
    "nl": "Op 03-03-2025 om 10:14 schreef Anna Berg:",
    "it": "Il 03/03/25 10:14, Anna Berg ha scritto:",
    "pt": "Às 10:14 de 03/03/2025, Anna Berg escreveu:",
    "pt-br": "Em 03/03/2025 10:14, Anna Berg escreveu:",
    "pl": "W dniu 3.03.2025 o 10:14, Anna Berg pisze:",
    "ru": "03.03.2025 10:14, Anna Berg пишет:",
    "cs": "Dne 03. 03. 25 v 10:14 Anna Berg napsal(a):",
    "tr": "3.03.2025 10:14 tarihinde Anna Berg yazdı:",
    "zh-cn": "在 2025/3/3 10:14, Anna Berg 写道:",
    "zh-tw": "Anna Berg 於 2025/3/3 上午 10:14 寫道:",
    "hu": "2025. 03. 03. 10:14 keltezéssel, Anna Berg írta:",
    "sk": "Dňa 3. 3. 2025 o 10:14 Anna Berg napísal(a):",
    "uk": "03.03.25 10:14, Anna Berg пише:",
    "ro": "Pe 03.03.2025 10:14, Anna Berg a scris:",
    "hr": "Dana 3.3.2025. u 10:14, Anna Berg je napisao/la:",
    "sl": "V 3. 3. 2025 ob 10:14 je Anna Berg napisal(a):",
    "et": "Anna Berg kirjutas 03.03.2025 kell 10:14:",
    "el": "Στις 3/3/2025 10:14 π.μ., ο Anna Berg έγραψε:",
}
OUTLOOK_FOR_MAC: Final = {
    "sv": 'Den 2025-03-03 10:14 skrev "Anna Berg" <anna.berg@kund.example> följande:',
    "nb": f"{A} skrev følgende den 03.03.2025, 10:14:",
    "da": 'Den 03.03.2025 10.14 skrev "Anna Berg" <anna.berg@kund.example>:',
    "fi": f"{A} kirjoitti 3.3.2025 kello 10.14:",
    "en": 'On 03/03/2025, 10:14, "Anna Berg" <anna.berg@kund.example> wrote:',
    "de": 'Am 03.03.25, 10:14 schrieb "Anna Berg" <anna.berg@kund.example>:',
    "fr": "Le 03/03/2025 10:14, « Anna Berg » <anna.berg@kund.example> a écrit :",
    "es": 'El 3/3/25, 10:14, "Anna Berg" <anna.berg@kund.example> escribió:',
    "nl": f"Op 03-03-2025 10:14 heeft {A} geschreven:",
    "it": 'Il giorno 03/03/25, 10:14 "Anna Berg" <anna.berg@kund.example> ha scritto:',
    "pt": 'Em 03/03/2025, 10:14, "Anna Berg" <anna.berg@kund.example> escreveu:',
    "pl": "Dnia 03.03.2025, 10:14 „Anna Berg” <anna.berg@kund.example> napisał:",
    "ru": '03.03.2025, 10:14 пользователь "Anna Berg" <anna.berg@kund.example> написал:',
    "cs": f"Dne 03.03.2025 10:14, {A} napsal(a):",
    "sk": "03.03.2025 10:14 používateľ Anna Berg (<anna.berg@kund.example>) napísal:",
    "hu": f"2025. 03. 03. 10:14 időpontban {A} ezt írta:",
    "tr": '"Anna Berg" <anna.berg@kund.example>, 3.03.2025 10:14 tarihinde şunu yazdı:',
}
YAHOO: Final = {
    "sv": f"Den måndag 3 mars 2025 10:14:05 CET, skrev {A}:",
    "nb": f"mandag 3. mars 2025 10:14:05 CET skrev {A}:",
    "da": f"Den mandag den 3. marts 2025 10.14.05 CET skrev {A}:",
    "fi": f"maanantai 3. maaliskuuta 2025 klo 10.14.05 UTC+2 {A} kirjoitti:",
    "en": f"On Monday, March 3, 2025 at 10:14:05 AM GMT+1, {A} wrote:",
    "en-android": "On Mon, Mar 3, 2025 at 10:14 AM, Anna Berg<anna.berg@kund.example> wrote:",
    "de": f"Am Montag, 3. März 2025 um 10:14:05 MEZ hat {A} Folgendes geschrieben:",
    "fr": f"Le lundi 3 mars 2025 à 10:14:05 UTC+1, {A} a écrit :",
    "es": f"El lunes, 3 de marzo de 2025, 10:14:05 CET, {A} escribió:",
    "nl": f"Op maandag 3 maart 2025 om 10:14:05 CET schreef {A}:",
    "it": f"Il lunedì 3 marzo 2025 alle ore 10:14:05 CET, {A} ha scritto:",
    "pt-br": f"Em segunda-feira, 3 de março de 2025 10:14:05 BRT, {A} escreveu:",
    "pl": f"W dniu poniedziałek, 3 marca 2025 10:14:05 CET użytkownik {A} napisał:",
    "cs": f"Dne pondělí 3. března 2025 10:14:05 SEČ, {A} napsal(a):",
    "ru": f"понедельник, 3 марта 2025 г., 10:14:05 GMT+3, {A} написал(-а):",
    "tr": f"3 Mart 2025 Pazartesi 10:14:05 GMT+3 tarihinde {A} şunları yazdı:",
}
OTHERS: Final = {
    "proton-en": f"On Monday, March 3rd, 2025 at 10:14 AM, {A} wrote:",
    "proton-sv": f"Måndagen den 3 mars 2025 kl 10:14, {A} skrev:",
    "proton-de": f"{A} schrieb am Montag, 3. März 2025 um 10:14:",
    "proton-fr": f"Le lundi 3 mars 2025 à 10:14, {A} a écrit :",
    "tuta-en": "3 Mar 2025, 10:14 by anna.berg@kund.example:",
    "tuta-de": "3. März 2025, 10:14 von anna.berg@kund.example:",
    "tuta-sv": "3 mars 2025 10:14 av anna.berg@kund.example:",
    "notes-en": "Anna Berg/Stockholm/Kund wrote on 03/03/2025 10:14:05 AM:",
    "notes-de": "Anna Berg/Stockholm/Kund schrieb am 03.03.2025 10:14:05:",
    "notes-sv": "Anna Berg/Stockholm/Kund skrev 2025-03-03 10:14:05:",
    "notes-web": '-----"Anna Berg" <anna.berg@kund.example> wrote: -----',
    "zoho": f"---- On Mon, 03 Mar 2025 10:14:05 +0100 {A} wrote ----",
    "zoho-sv": f"---- Den mån, 03 mar 2025 10:14:05 +0100 {A} skrev ----",
    "gmx": f"Gesendet: Montag, 3. März 2025 um 10:14 Uhr\nVon: {A}\nAn: support@acme.example\nBetreff: Re: Fel",
    "webde": '"Anna Berg" <anna.berg@kund.example> schrieb am 03.03.2025 10:14:',
    "yandex-ru": '03.03.2025, 10:14, "Anna Berg" <anna.berg@kund.example>:',
    "mailru": f"Понедельник, 3 марта 2025, 10:14 +03:00 от {A}:",
    "roundcube-en": "On 2025-03-03 10:14, Anna Berg wrote:",
    "roundcube-sv": "2025-03-03 10:14 skrev Anna Berg:",
    "roundcube-de": "Am 2025-03-03 10:14, schrieb Anna Berg:",
    "roundcube-nb": "Den 03.03.2025 10:14, skrev Anna Berg:",
    "evolution": "On Mon, 2025-03-03 at 10:14 +0100, Anna Berg wrote:",
    "evolution-sv": "mån 2025-03-03 klockan 10:14 +0100 skrev Anna Berg:",
    "evolution-de": "Am Montag, dem 03.03.2025 um 10:14 +0100 schrieb Anna Berg:",
    "evolution-fr": "Le lundi 03 mars 2025 à 10:14 +0100, Anna Berg a écrit :",
    "kmail": "On Monday, March 3, 2025 10:14:05 AM CET Anna Berg wrote:",
    "kmail-sv": "måndag 3 mars 2025 kl. 10:14:05 CET skrev Anna Berg:",
    "kmail-de": "Am Montag, 3. März 2025, 10:14:05 CET schrieb Anna Berg:",
    "mutt": "On Mon, Mar 03, 2025 at 10:14:05AM +0100, Anna Berg wrote:",
    "gnus": f"{A} writes:",
    "horde": f"Quoting {A}:",
    "horde-sv": f"Citerar {A}:",
    "horde-de": f"Zitat von {A}:",
    "superhuman": f"On Mon, Mar 03, 2025 at 10:14 AM, {A} wrote:",
    "spark": f"On Mar 3, 2025 at 10:14 +0100, {A}, wrote:",
    "spark-sv": f"Den 3 mars 2025 10:14 +0100, {A}, skrev:",
    "spark-de": f"Am 3. März 2025, 10:14 +0100 schrieb {A}:",
    "fairemail": f"On March 3, 2025 10:14:05 AM GMT+01:00, {A} wrote:",
    "k9": f"Am 3. März 2025 10:14:05 MEZ schrieb {A}:",
    "k9-sv": f"Den 3 mars 2025 10:14:05 CET, skrev {A}:",
    "bluemail": "On 3 Mar 2025, at 10:14, Anna Berg <anna.berg@kund.example<mailto:anna.berg@kund.example>> wrote:",
    "hey": "On March 3, 2025, Anna Berg <anna.berg@kund.example> wrote:",
    "mailspring": "On Mar 3 2025, at 10:14 am, Anna Berg <anna.berg@kund.example> wrote:",
    "groupwise": ">>> Anna Berg <anna.berg@kund.example> 2025-03-03 10:14 >>>",
    "comviq": "Den 3 mars 2025 10:14 skrev Anna Berg via Support <support@acme.example>:",
}
LINES: Final = [
    (f"{client}-{language}", line)
    for client, lines in {
        "gmail": GMAIL, "apple": APPLE, "thunderbird": THUNDERBIRD, "outlook-mac": OUTLOOK_FOR_MAC, "yahoo": YAHOO, "other": OTHERS,
    }.items()
    for language, line in lines.items()
]  # fmt: skip


UNCERTAIN: Final = ("Quoting ", "Citerar ", "Zitat ", A)  # such lines also begin what people write themselves


def _new_text(attribution: str, old: str) -> str:
    return split(f"{NEW}\n\n{attribution}\n{old}", None).new_text


def _wrapped(line: str) -> str:
    return line if "\n" in line else "\n".join(wrap(line, 60, break_long_words=False, break_on_hyphens=False))


@pytest.mark.parametrize("line", [pytest.param(line, id=name) for name, line in LINES])
def test_all_below_an_attribution_is_old(line: str) -> None:
    assert _new_text(line, f"\n> {OLD}\n> \n> Hälsningar") == NEW
    assert _new_text(_wrapped(line), f"> {OLD}") == NEW
    if not (line.startswith(UNCERTAIN) and not any(map(str.isdigit, line))):
        assert _new_text(line, f"\n{OLD}\n\nHälsningar") == NEW
        assert _new_text(_wrapped(line), f"\n{OLD}\n\nHälsningar") == NEW
