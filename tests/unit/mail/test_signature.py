"""Where signatures begin."""

from __future__ import annotations

import pytest

from gateway.mail.signature import begins_at, is_device_line


@pytest.mark.parametrize(
    "line",
    [
        "Skickat från min iPhone", "Skickat från Outlook för iOS<https://aka.ms/o0ukef>", "Hämta Outlook för Android", "Skaffa Outlook för iOS (https://aka.ms/o0ukef)", "Skickat från E-post för Windows", "Skickat från min Samsung Galaxy-smartphone.", "Skickat från mobilen",
        "Sendt fra min iPad", "Sendt fra Outlook for iOS", "Last ned Outlook for Android", "Hent Outlook til iOS", "Sendt fra Mail til Windows", "Lähetetty iPhonesta", "Hanki Outlook for iOS",
        "Sent from my iPhone", "Sent from Mail for Windows", "Get Outlook for iOS", "Sent from Yahoo Mail on Android", "Sent with Proton Mail secure email.", "Sent from my Verizon Wireless BlackBerry", "Von meinem iPhone gesendet", "Gesendet mit der GMX Mail App", "Holen Sie sich Outlook für iOS", "Envoyé de mon iPhone", "Télécharger Outlook pour iOS",
        "Enviado desde mi iPhone", "Enviado do meu iPhone", "Inviato da iPhone", "Verstuurd vanaf mijn iPhone", "Wysłane z iPhone'a", "Odesláno z iPhonu", "Отправлено с iPhone", "iPhoneから送信",
    ],
)  # fmt: skip
def test_what_a_telephone_adds_is_known_in_many_languages(line: str) -> None:
    assert is_device_line(line)


@pytest.mark.parametrize(
    "line",
    ["Sent from my desk, is much easier then my mobile phone.", "Skickat från skolan i morse", "All messages are sent from the main server.", "Sent from a colleague", "Skickat", "Get Outlook to work for me, please!", "Jag har skickat från min iPhone"],
)  # fmt: skip
def test_sentences_are_not_what_a_telephone_adds(line: str) -> None:
    assert not is_device_line(line)


def test_dashes_begin_a_signature_but_not_a_list() -> None:
    assert begins_at(["Hej", "", "-- ", "Karin"]) == 2
    assert begins_at(["Hej", "-- punkt ett", "-- punkt två"]) is None
    assert begins_at(["-- ", "Karin"]) is None
    assert begins_at(["Hej", "--", *["rad"] * 40]) is None


def test_the_footer_of_a_mailing_list_is_a_signature() -> None:
    assert begins_at(["Hej", "_" * 40, "users mailing list", "https://lists.x.example/listinfo/users"]) == 1
    assert begins_at(["Hej", "_" * 40, "Så här ser det ut"]) is None
