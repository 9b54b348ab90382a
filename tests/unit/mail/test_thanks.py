"""Thanks and nothing else, in the languages of our mail."""

from __future__ import annotations

import pytest

from gateway.mail.thanks import is_thanks


@pytest.mark.parametrize(
    "text",
    [
        "Tack!", "Tack så mycket för hjälpen!\n\nMvh\nKarin Berg", "Toppen, tack!", "Hej Anna,\n\nTack för snabbt svar!\n\n/Bo", "Tack Anna!", "Perfekt, tack", "Ok tack", "Tackar!\nKarin", "Tack, det fungerar nu",
        "Hej!\nTack så mycket, det löste sig!\nHa en trevlig helg!\nKarin", "Tusen takk!", "Takk for hjelpen, nå virker det!", "Mange tak for hjælpen", "Kiitos avusta!", "Thanks a lot, works now.", "Thank you so much!!\n\nBest regards,\nJohn Smith", "Great, thanks!", "Vielen Dank!\nViele Grüße\nHans", "Super, danke!", "Merci beaucoup !",
        "Stort tack för hjälpen, Anna!", "Takk skal du ha!", "Besten Dank!", "Tack!\n\nMed vänliga hälsningar\n\nKarin Berg\nEkonomiassistent\nKund AB\n070-123 45 67",
        "Bra jobbat, tack!", "Tack, då vet jag!", "Noted, thanks", "Got it, thanks!", "Much appreciated!", "Thanks a lot, that worked!", "Tack, mottaget!",
        "👍", "🙏 Tack!", "+1", "Thanks 😊",
    ],
)  # fmt: skip
def test_a_courtesy_is_a_courtesy(text: str) -> None:
    assert is_thanks(text)


@pytest.mark.parametrize(
    "text",
    [
        "Tack, men det fungerar inte", "Tack! När kommer ni?", "Tack på förhand, skrivaren är trasig", "Tack. Kan ni också byta toner", "Tack, ring mig på 0701234567", "Tack för svar, jag återkommer", "Takk, men det virker ikke", "Kiitos, mutta ei toimi", "Thanks, but no", "Danke, aber es geht nicht",
        "Tack, då väntar jag på leverans på fredag", "Thanks, please close the ticket", "Tack för ingenting", "Tack, problemet är tillbaka",
        "Ja tack", "Nej tack!", "Tack, gärna imorgon", "Tack, skicka faktura", "Tack. Den andra skrivaren är trasig", "Det fungerar inte", "Vi behöver hjälp", "Ok", "Hej", "", "   ", "Skrivaren fungerar", "Tack " * 80, "#löst",
    ],
)  # fmt: skip
def test_what_asks_adds_or_objects_is_more_than_thanks(text: str) -> None:
    assert not is_thanks(text)
