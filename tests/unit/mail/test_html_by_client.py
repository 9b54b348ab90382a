"""The HTML of replies as each client writes it: cut by its marks, though the words around them are of no known language."""

from __future__ import annotations

from typing import Final

import pytest

from gateway.mail import reading

NEW: Final = "<div>Det fungerar nu.</div><div><br></div><div>Kan du stänga?</div>"
A: Final = (
    "Zaq 3 wsx 2025 cde 10:14 rfv Anna Berg &lt;<a href='mailto:anna@kund.example'>anna@kund.example</a>&gt; tgb:"
)
OLD: Final = "<div>Hur har det gått sedan i går?</div><p>Hälsningar</p>"
HEADERS: Final = "<b>Xrom:</b> Anna &lt;anna@kund.example&gt;<br><b>Xent:</b> den 3 mars 2025 10:14<br><b>Xo:</b> Support<br><b>Xubj:</b> Fel"
CLIENTS: Final = {
"gmail": f'<div dir="ltr">{NEW}</div><br><div class="gmail_quote gmail_quote_container"><div dir="ltr" class="gmail_attr">{A}<br></div><blockquote class="gmail_quote" style="margin:0 0 0 .8ex;border-left:1px">{OLD}</blockquote></div>',
"gmail-sig": f'<div dir="ltr">{NEW}<div><br></div><span class="gmail_signature_prefix">-- </span><br><div class="gmail_signature">Anna Berg</div></div><br><div class="gmail_quote"><div class="gmail_attr">{A}</div><blockquote class="gmail_quote">{OLD}</blockquote></div>',
"apple": f'<html><body style="word-wrap: break-word;">{NEW}<br><div><br><blockquote type="cite"><div>{A}</div><br class="Apple-interchange-newline"><div>{OLD}</div></blockquote></div><br></body></html>',
"ios": f'<html><body dir="auto">{NEW}<br id="lineBreakAtBeginningOfSignature"><div dir="ltr">Skickat från min iPhone</div><div dir="ltr"><br><blockquote type="cite">{A}<br><br></blockquote></div><blockquote type="cite"><div dir="ltr">{OLD}</div></blockquote></body></html>',
"thunderbird": f'<html><body><p>Det fungerar nu.</p><p>Kan du stänga?</p><div class="moz-cite-prefix">{A}<br></div><blockquote type="cite" cite="mid:x">{OLD}</blockquote></body></html>',
"outlook-desktop": f'<html><body><div class="WordSection1"><p class="MsoNormal">Det fungerar nu.</p><p class="MsoNormal">Kan du stänga?</p><div><div style="border:none;border-top:solid #E1E1E1 1.0pt;padding:3.0pt 0cm 0cm 0cm"><p class="MsoNormal">{HEADERS}</p></div></div><p class="MsoNormal">&nbsp;</p>{OLD}</div></body></html>',
"owa": f'<html><body>{NEW}<div id="appendonsend"></div><hr style="display:inline-block;width:98%"><div id="divRplyFwdMsg" dir="ltr"><font>{HEADERS}</font><div>&nbsp;</div></div>{OLD}</body></html>',
"new-outlook": f'<html><body><div class="elementToProof">{NEW}</div><div id="mail-editor-reference-message-container"><div>{HEADERS}</div>{OLD}</div></body></html>',
"outlook-mobile": f'<html><body>{NEW}<div id="ms-outlook-mobile-signature">Hämta Outlook för iOS</div><div id="mail-editor-reference-message-container" class="ms-outlook-mobile-reference-message"><div><hr></div><div>{HEADERS}</div>{OLD}</div></body></html>',
"outlook-mobile2": f'<html><body>{NEW}<div id="ms-outlook-mobile-body-separator-line"><br></div><div id="ms-outlook-mobile-signature">x</div><hr><div id="divRplyFwdMsg">{HEADERS}</div>{OLD}</body></html>',
"yahoo": f'<html><body><div class="yahoo-style-wrap">{NEW}</div><div id="yahoo_quoted_123" class="yahoo_quoted"><div>{A}</div><div>{OLD}</div></div></body></html>',
"proton": f'<div>{NEW}</div><div class="protonmail_signature_block">Skickat med Proton</div><div class="protonmail_quote">{A}<br><blockquote class="protonmail_quote" type="cite">{OLD}</blockquote></div>',
"zimbra": f'<div>{NEW}</div><hr id="zwchr" data-marker="__DIVIDER__"><div data-marker="__HEADERS__">{HEADERS}</div><div data-marker="__QUOTED_TEXT__">{OLD}</div>',
"zoho": f'<div>{NEW}</div><div class="zmail_extra_hr"></div><div class="zmail_extra"><div>{A}</div><blockquote>{OLD}</blockquote></div>',
"gmx": f'<html><body>{NEW}<div name="quote" style="margin:10px 5px 5px 10px; border-left:2px solid #C3D9E5"><div style="margin:0 0 10px 0;">{HEADERS}</div><div name="quoted-content">{OLD}</div></div></body></html>',
"spark": f'<html><body><div name="messageBodySection">{NEW}</div><div name="messageSignatureSection">Anna</div><div name="messageReplySection">{A}<br><blockquote type="cite">{OLD}</blockquote></div></body></html>',
"fastmail": f'<div>{NEW}</div><div>{A}</div><blockquote type="cite" id="qt">{OLD}</blockquote>',
"roundcube": f'<div>{NEW}</div><p id="reply-intro">{A}</p><blockquote type="cite">{OLD}</blockquote>',
"missive": f'<div>{NEW}</div><div class="missive_quote"><div>{A}</div><blockquote>{OLD}</blockquote></div>',
"front": f'<div>{NEW}</div><blockquote class="front-blockquote">{A}{OLD}</blockquote>',
"tuta": f'<div>{NEW}</div><div>{A}</div><blockquote class="tutanota_quote">{OLD}</blockquote>',
"mailru": f'<div>{NEW}</div><blockquote style="border-left:1px solid #0857A6" data-mce-cite>{A}<br>{OLD}</blockquote>',
"yandex": f"<div>{NEW}</div><div>{A}</div><blockquote><div>{OLD}</div></blockquote>",
"samsung-sv": f'<div>{NEW}</div><div><br></div><div style="font-size:100%"><div>-------- Originalmeddelande --------</div><div>Från: Anna &lt;anna@kund.example&gt; </div><div>Datum: 2025-03-03  10:14  (GMT+01:00) </div><div>Till: support </div><div>Ämne: Fel </div></div>{OLD}',
"k9": f'<div>{NEW}</div><br><div class="gmail_quote"><div dir="auto">{A}</div><blockquote class="gmail_quote">{OLD}</blockquote></div>',
"superhuman": f'<div>{NEW}</div><div class="gmail_signature"></div><div class="gmail_quote"><div>{A}</div><blockquote class="gmail_quote">{OLD}</blockquote></div>',
"notes": f"<div>{NEW}</div><font size=1 color=#5f5f5f>From: &nbsp; &nbsp; &nbsp; &nbsp;</font><font size=1>Anna &lt;anna@kund.example&gt;</font><br><font size=1 color=#5f5f5f>To: &nbsp; </font><font size=1>support</font><br><font size=1>Date: &nbsp; </font><font size=1>03.03.2025 10:14</font><br><font size=1>Subject: </font><font size=1>Fel</font><hr noshade>{OLD}",
"mailspring": f'<div>{NEW}</div><div class="gmail_quote_attribution">{A}</div><blockquote class="gmail_quote">{OLD}</blockquote>',
"hey": f'<div class="trix-content">{NEW}</div><blockquote data-quoted-content>{A}{OLD}</blockquote>',
"airmail": f'<div>{NEW}</div><div class="airmail_ext_on">{A}</div><blockquote type="cite" class="clean_bq">{OLD}</blockquote>',
"win10mail": f'<html><body><div class=WordSection1><p class=MsoNormal>Det fungerar nu.</p><p class=MsoNormal>Kan du stänga?</p><div style="mso-element:para-border-div;border:none;border-top:solid #E1E1E1 1.0pt;padding:3.0pt 0in 0in 0in"><p class=MsoNormal style="border:none;padding:0in"><b>Från: </b><a href="mailto:a@x">Anna</a><br><b>Skickat: </b>den 3 mars 2025 10:14<br><b>Till: </b>x<br><b>Ämne: </b>Fel</p></div>{OLD}</div></body></html>',
"freshdesk": f'<div>{NEW}</div><div class="freshdesk_quote"><blockquote class="freshdesk_quote">{A}<br>{OLD}</blockquote></div>',
"zendesk-like": f'<div>{NEW}</div><div style="color:#b5b5b5">##- Please type your reply above this line -##</div>{OLD}',
"lotus-de": f"<div>{NEW}</div><div>Anna Berg ---03.03.2025 10:14:05---Hur har det gått sedan</div><div>Von: Anna</div><div>An: x</div><div>Datum: 03.03.2025 10:14</div><div>Betreff: Fel</div><hr>{OLD}",
"seznam-cs": f'<div>{NEW}</div><aside>---------- Původní e-mail ----------<br>Od: Anna &lt;a@x.cz&gt;<br>Komu: x<br>Datum: 3. 3. 2025 10:14:05<br>Předmět: Fel </aside><br><blockquote data-email="a">{OLD}</blockquote>',
"wp-pl": f'<div>{NEW}</div><div class="nh_extra"><p>Dnia 3 marca 2025 10:14 Anna &lt;a@x.pl&gt; napisał(a):</p><blockquote>{OLD}</blockquote></div>',
"libero-it": f"<div>{NEW}</div><blockquote>Il 03/03/2025 10:14 CET Anna &lt;a@x.it&gt; ha scritto:<div>{OLD}</div></blockquote>",
"orange-fr": f"<div>{NEW}</div><blockquote>&gt; Message du 03/03/25 10:14<br>&gt; De : Anna &lt;a@x.fr&gt;<br>&gt; A : x<br>&gt; Copie à : <br>&gt; Objet : Fel<br>&gt; {OLD}</blockquote>",
}  # fmt: skip


@pytest.mark.parametrize("html", CLIENTS.values(), ids=CLIENTS)
def test_what_a_client_marks_as_older_is_cut_from_text_and_html(html: str) -> None:
    head = "From: a@kund.example\nSubject: Re: Fel\nMIME-Version: 1.0\nContent-Type: text/html; charset=utf-8\n\n"
    mail = reading.read(f"{head}{html}".encode())
    assert [line for line in mail.new_text.split("\n") if line] == ["Det fungerar nu.", "Kan du stänga?"]
    assert "Hur har det gått" in mail.quoted_text
    assert mail.new_html is not None
    assert "stänga" in mail.new_html
    assert "Hur har" not in mail.new_html
