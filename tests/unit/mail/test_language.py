"""Guessing the language of short mails."""

from __future__ import annotations

import pytest

from gateway.mail.language import guess


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("sv", "Hej! Min skrivare fungerar inte idag. Kan ni hjälpa mig?"),
        ("nb", "Hei! Skriveren min virker ikke i dag. Kan dere hjelpe meg?"),
        ("da", "Hej! Min printer virker ikke i dag. Kan I hjælpe mig?"),
        ("fi", "Hei, tulostin ei toimi. Voitteko auttaa?"),
        ("en", "Hi, my printer is broken. Can you help?"),
        ("de", "Guten Tag, mein Drucker ist kaputt. Können Sie helfen?"),
        ("fr", "Bonjour, mon imprimante ne marche pas."),
        ("es", "Hola, mi impresora no funciona, por favor ayuda"),
        ("nl", "Hallo, mijn printer werkt niet. Kunt u helpen?"),
        ("pl", "Dzień dobry, drukarka nie działa, proszę o pomoc"),
        ("it", "Buongiorno, la mia stampante non funziona. Potete aiutarmi?"),
        ("pt", "Olá, a minha impressora não funciona. Você pode ajudar?"),
        ("sv", "Tack för hjälpen!"),
        ("nb", "Takk for hjelpen!"),
        ("da", "Tak for hjælpen!"),
        ("sv", "Jag kommer inte in i systemet"),
        ("nb", "Jeg kommer ikke inn i systemet"),
        ("ru", "Спасибо большое за помощь"),
        ("uk", "Дякую за допомогу, її вирішено"),
        ("ja", "プリンターが動きません"),
        ("zh", "打印机坏了，请帮忙"),
    ],
)
def test_a_sentence_tells_its_language(language: str, text: str) -> None:
    assert guess(text) == language


@pytest.mark.parametrize("text", ["", "ok", "1042", "HP LaserJet 4", "a@b.se", "???"])
def test_what_is_too_short_tells_nothing(text: str) -> None:
    assert guess(text) is None
