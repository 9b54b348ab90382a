from __future__ import annotations

import email
import re
from email import policy
from email.message import EmailMessage

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from gateway.render import samples
from gateway.render.compose import ComposedMail, compose

PNG = b"\x89PNG\r\n\x1a\n" + b"\0" * 40
ATTACK = "{{ cycler.__init__.__globals__ }} {% for x in y %} ${7*7} {0.__class__} zqi0qz zqb1qz <script>x</script> [a](javascript:b) # h"


def no_blob(sha256: str) -> bytes:
    raise AssertionError(sha256)


def made(
    library, event="registered", audience="requester", language="sv", brand="acme", *, bare=False, **changes
) -> ComposedMail:
    notice = samples.notice(event, audience, language, brand, bare=bare)
    notice["facts"] |= changes.pop("facts", {})
    return compose(notice | changes, library, changes.pop("blob", None) or no_blob)


def read(mail: ComposedMail) -> EmailMessage:
    message = email.message_from_bytes(mail.raw, policy=policy.default)
    assert isinstance(message, EmailMessage)
    return message


EVERY = [(event, audience) for audience, events in samples.EVENTS.items() for event in events]


@pytest.mark.parametrize("language", ["sv", "nb", "en"])
@pytest.mark.parametrize(("event", "audience"), EVERY)
def test_every_mail_is_well_formed_and_says_the_same_in_text_and_html(library, event, audience, language):
    mail = made(library, event, audience, language)
    assert all(len(line) <= 998 for line in mail.raw.split(b"\r\n"))
    assert mail.raw.isascii()
    assert b"\n" not in mail.raw.replace(b"\r\n", b"")
    assert b"\r" not in mail.raw.replace(b"\r\n", b"")
    message = read(mail)
    assert not message.defects
    assert message["Content-Language"] == language
    assert message.get_body(("plain",)).get_content().replace("\r\n", "\n").rstrip() == mail.text.rstrip()
    assert mail.html.count("<h1") == 1
    assert f'lang="{language}"' in mail.html
    assert not re.search(r"zq[biu]\d+qz|\{\{|\{%", mail.text + mail.html)
    assert not re.search(r"\bNone\b", mail.text)


@pytest.mark.parametrize(("event", "audience"), EVERY)
def test_no_mail_fetches_anything(library, event, audience):
    html = made(library, event, audience).html
    assert not re.search(r"<(?:script|link|iframe|object|form|base|meta http-equiv)", html)
    assert all(source.startswith("cid:") for source in re.findall(r'src="([^"]*)"', html))
    assert "url(" not in html
    assert "@import" not in html


@pytest.mark.parametrize(
    "event", ["registered", "waiting", "reminder-1", "reminder-2", "reminder-3", "closed-after-silence", "resolved"]
)
@pytest.mark.parametrize("language", ["sv", "nb", "en"])
def test_no_mail_promises_a_time_while_the_feature_is_off(library, event, language):
    with_times, without = made(library, event, language=language), made(library, event, language=language, bare=True)
    promise = re.compile(r"\d{1,2}\.? (?:november|december|desember)|\d{1,2} (?:November|December)", re.IGNORECASE)
    assert promise.search(with_times.text)
    assert not promise.search(without.text)


def test_the_receipt_reads_as_it_was_written(library):
    text = made(library).text
    assert text.startswith(
        "Hej Karin!\n\nTack för ditt mejl. Det har kommit fram, och vi tar hand om det.\n\n"
        "Du hör från oss senast tisdag 24 november kl. 12.00.\n\n"
    )
    assert "Ditt ärendenummer är ACME-1042." in text
    assert "Vänliga hälsningar\nACME Support\n" in text


def test_norwegian_writes_its_dates_with_points(library):
    assert "Du hører fra oss senest tirsdag 24. november kl. 12.00." in made(library, language="nb").text


def test_a_first_name_that_is_not_certain_is_not_used(library):
    assert made(library, facts={"greeting_name": None}).text.startswith("Hej!\n")


def test_a_receipt_holds_no_text_of_the_sender(library):
    mail = made(library)
    assert "Skrivaren på plan 3" not in mail.text + mail.html


def test_a_receipt_to_a_stranger_is_text_without_name_logo_or_time(library):
    mail = made(library, neutral=True)
    message = read(mail)
    assert message.get_content_type() == "text/plain"
    assert mail.html == ""
    assert mail.subject == "Vi har tagit emot ditt mejl [ACME-1042]"
    assert mail.text.startswith("Hej!\n")
    assert "Karin" not in mail.text
    assert "senast" not in mail.text
    assert "Skrivaren" not in mail.raw.decode()


def test_the_subject_carries_the_reference_in_front_once(library):
    assert made(library, "answered").subject == "Re: [ACME-1042] Skrivaren är trasig"


@pytest.mark.parametrize("place", ["text", "name", "subject", "file"])
@pytest.mark.parametrize(
    ("event", "audience"), [("customer-wrote", "operator"), ("answered", "requester"), ("held", "operator")]
)
def test_what_people_write_is_never_evaluated(library, place, event, audience):
    notice = samples.notice(event, audience, "sv")
    facts = notice["facts"]
    match place:
        case "text" if facts["entry"]:
            facts["entry"]["text"] = facts["history"][0]["text"] = ATTACK
            facts["held"] = {"reason": "near-miss", "near_miss": {"line": ATTACK}, "text": ATTACK}
        case "name" if facts["entry"]:
            facts["entry"]["author"]["name"] = facts["requester"]["name"] = facts["greeting_name"] = ATTACK
        case "subject":
            notice["subject"] = facts["ticket"]["subject"] = ATTACK
        case _:
            notice |= {"attachments": [file("{{7*7}}.exe")]}
    plain = compose(notice, library, no_blob)
    again = compose(notice, library, no_blob)
    assert plain == again
    assert "49" not in plain.subject
    assert "<script" not in plain.html
    assert "javascript:" not in re.sub(r">[^<]*", "", plain.html)
    if place == "text" and facts["entry"]:
        assert "{0.__class__} zqi0qz zqb1qz" in " ".join(plain.text.split())


def file(name, content=PNG, **more):
    return {
        "name": name,
        "type": "image/png",
        "size": len(content),
        "sha256": "ab" * 32,
        "inline": False,
        "content_id": None,
    } | more


def test_an_unproven_mail_is_shown_as_text(library):
    entry = samples.notice("customer-wrote", "operator", "sv")["facts"]["entry"]
    mail = made(
        library, "customer-wrote", "operator", facts={"entry": entry | {"html": "<b>fet</b>", "verified": False}}
    )
    assert "<b>fet</b>" not in mail.html


def test_a_persons_html_is_cleaned_and_its_headings_are_not_ours(library):
    entry = samples.notice("customer-wrote", "operator", "sv")["facts"]["entry"]
    html = '<h1>Stor</h1><b>fet</b><img src="http://tracker.example/x.gif"><script>x</script></div></td></table>'
    mail = made(library, "customer-wrote", "operator", facts={"entry": entry | {"html": html}})
    assert "<b>fet</b>" in mail.html
    assert "<h3>Stor</h3>" in mail.html
    assert "tracker.example" not in mail.html
    assert mail.html.count("<h1") == 1
    assert mail.html.count("<table") == mail.html.count("</table")


def test_a_pasted_picture_stays_in_place_under_an_id_of_ours(library):
    entry = samples.notice("answered", "requester", "sv")["facts"]["entry"] | {
        "html": 'Se <img src="cid:ii_19@mail.secret-host" alt="bild">'
    }
    picture = file("bild.png", inline=True, content_id="ii_19@mail.secret-host")
    mail = made(library, "answered", facts={"entry": entry}, attachments=[picture], blob=lambda _: PNG)
    parts = {part["Content-ID"]: part for part in read(mail).walk() if part["Content-ID"]}
    assert f"<{'ab' * 12}@inline>" in parts
    assert f'src="cid:{"ab" * 12}@inline"' in mail.html
    assert "secret-host" not in mail.raw.decode()


def test_a_pasted_picture_that_is_too_large_leaves_no_hole(library):
    entry = samples.notice("answered", "requester", "sv")["facts"]["entry"] | {
        "html": 'Se <img src="cid:a@b" alt="bild">'
    }
    picture = file("bild.png", size=9_000, inline=True, content_id="a@b")
    mail = made(library, "answered", facts={"entry": entry}, attachments=[picture], attach_up_to=100)
    assert mail.left_out == ("bild.png",)
    assert "cid:" not in mail.html.replace("@logo", "").replace("cid:" + logo_id(mail), "")


def logo_id(mail):
    return re.search(r"cid:([0-9a-f]+)@logo", mail.html)[1]


def test_a_picture_without_a_word_is_shown(library):
    entry = samples.notice("answered", "requester", "sv")["facts"]["entry"] | {
        "text": "",
        "html": '<img src="cid:a@b">',
    }
    picture = file("bild.png", inline=True, content_id="a@b")
    mail = made(library, "answered", facts={"entry": entry}, attachments=[picture], blob=lambda _: PNG)
    assert f"cid:{'ab' * 12}@inline" in mail.html


def test_a_picture_nobody_shows_is_attached(library):
    picture = file("bild.png", inline=True, content_id="x@y")
    mail = made(library, "answered", attachments=[picture], blob=lambda _: PNG)
    assert [part.get_filename() for part in read(mail).iter_attachments()][-1] == "bild.png"


def test_what_is_too_large_or_can_run_is_listed_and_not_attached(library):
    files = [file("stor.pdf", size=10_000), file("liten.pdf", size=10), file("kör.exe"), file("faktura.pdf.js")]
    mail = made(library, "customer-wrote", "operator", attachments=files, attach_up_to=100, blob=lambda _: PNG)
    assert mail.left_out == ("stor.pdf", "kör.exe", "faktura.pdf.js")
    assert "stor.pdf" in mail.text
    assert "stor.pdf" in mail.html
    assert "De finns kvar i ärendet; svara med #filer för att få dem." in " ".join(mail.text.split())


def test_a_locked_archive_stays_behind(library):
    locked = b"PK\x03\x04\x14\x00\x01\x00" + b"\0" * 30
    mail = made(library, "answered", attachments=[file("hemligt.zip", locked)], blob=lambda _: locked)
    assert mail.left_out == ("hemligt.zip",)


def test_the_same_notice_makes_the_same_bytes(library):
    assert made(library).raw == made(library).raw


def test_the_headers_are_exactly_those_agreed(library):
    mail = read(
        made(
            library,
            "customer-wrote",
            "operator",
            importance="high",
            list_unsubscribe="mailto:support@acme.example?subject=x",
        )
    )
    assert mail.keys() == [
        "From", "To", "Reply-To", "Subject", "Date", "Message-ID", "In-Reply-To", "References", "Auto-Submitted",
        "X-Auto-Response-Suppress", "X-Gateway-Loop", "X-Ticket-Reference", "X-Ticket-Event", "X-Ticket-Reason",
        "List-Id", "List-Unsubscribe", "Importance", "Content-Language", "MIME-Version", "Content-Type",
    ]  # fmt: skip


@pytest.mark.parametrize("field", ["subject", "list_id", "list_unsubscribe", "loop", "reference"])
def test_no_value_of_a_notice_becomes_a_header(library, field):
    mail = made(library, "customer-wrote", "operator", **{field: "x\r\nBcc: evil@x.example\u2028y"})
    assert "Bcc" not in read(mail).keys()  # noqa: SIM118


def test_no_person_wrote_it_is_said_and_a_persons_answer_is_not_marked(library):
    assert read(made(library, "registered"))["Auto-Submitted"] == "auto-replied"
    assert read(made(library, "answered"))["Auto-Submitted"] is None


def test_a_customers_mail_never_shows_an_internal_note(library):
    history = samples.notice("customer-wrote", "operator", "sv")["facts"]["history"]
    mail = made(library, "answered", facts={"history": history})
    assert "Garantin" not in mail.text + mail.html
    assert "Vilken färg" in mail.text


def test_no_line_of_a_customers_mail_is_a_command(library):
    for event in samples.EVENTS["requester"]:
        assert not re.search(r"^\s*#\w", made(library, event).text, re.MULTILINE)


def test_an_operators_mail_says_first_where_an_answer_goes(library):
    mail = made(library, "customer-wrote", "operator")
    assert mail.text.startswith(
        "Det du skriver ovanför den här raden skickas till Karin Berg\n‹karin.berg@umbrella.example›"
    )
    internal = made(library, "customer-wrote", "operator", facts={"where_answer_goes": "internal"})
    assert internal.text.startswith("Det du skriver ovanför den här raden stannar internt\n")


def test_an_operators_mail_marks_what_is_internal(library):
    mail = made(library, "customer-wrote", "operator")
    assert "[INTERNT] Bo Ek, 18 nov. kl. 09.40:" in mail.text
    assert "INTERNT</span>" in mail.html


def test_every_button_is_a_mailto_with_the_words_and_the_key_line(library):
    html = made(library, "customer-wrote", "operator").html
    links = re.findall(r'href="(mailto:[^"]*)"', html)
    assert len(links) == 4
    assert all(len(link) <= 1600 for link in links)
    assert all("body=" in link and "K7Q2-9XMA-BCDE-FGHJ" in link for link in links)
    assert any("%23l%C3%B6st" in link for link in links)


def test_a_ready_answer_is_a_button_with_its_words_and_a_line_with_its_command(library):
    answers = [{"name": "kort", "text": "Hej! Klart."}, {"name": "lång", "text": "ö" * 900}]
    mail = made(library, "customer-wrote", "operator", facts={"answers": answers})
    short, long = re.findall(r'href="(mailto:[^"]*)"', mail.html)[-2:]
    assert "Hej%21%20Klart." in short
    assert len(long) <= 1600
    assert "%23svar%20l%C3%A5ng" in long, "too long for a URL"
    assert "#svar kort" in mail.text


def test_a_resolved_ticket_is_not_offered_to_be_resolved(library):
    notice = samples.notice("customer-wrote", "operator", "sv")
    notice["facts"]["ticket"]["status"] = "resolved"
    text = made(library, "customer-wrote", "operator", facts={"ticket": notice["facts"]["ticket"]}).text
    assert "#öppna" in text
    assert "#löst" not in text


def test_the_inbox_row_shows_the_first_words(library):
    html = made(library, "customer-wrote", "operator").html
    assert re.search(r'class="preheader"[^>]*>Hej! Skrivaren på plan 3', html)


def test_a_desk_in_another_zone_reads_its_own_clock(library):
    assert "kl. 13.00" in made(library, timezone="Europe/Helsinki").text


def test_a_language_without_templates_falls_back_to_the_desks_next(library):
    assert made(library, language="fi", fallbacks=["nb", "en"]).text.startswith("Hei, Karin!")


def test_a_brand_that_is_missing_still_sends_the_mail(library):
    mail = made(library, brand="acme") and compose(
        samples.notice("registered", "requester", "sv") | {"brand": "gone"}, library, no_blob
    )
    assert "ACME Support" in mail.html


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.text(max_size=200),
    st.text(max_size=60),
    st.sampled_from([("customer-wrote", "operator"), ("resolved", "requester")]),
)
def test_whatever_people_write_the_mail_stays_whole(library, text, name, which):
    event, audience = which
    notice = samples.notice(event, audience, "sv")
    facts = notice["facts"]
    facts["ticket"]["solution"] = facts["history"][0]["text"] = text
    facts["requester"]["name"] = facts["greeting_name"] = notice["to"]["name"] = notice["subject"] = name
    facts["entry"] = {
        "text": text,
        "html": text,
        "author": {"name": name},
        "at": notice["date"],
        "kind": "message",
        "visibility": "public",
    }
    mail = compose(notice, library, no_blob)
    assert mail.raw.isascii()
    assert all(len(line) <= 998 for line in mail.raw.split(b"\r\n"))
    assert (
        email.message_from_bytes(mail.raw).keys() == email.message_from_bytes(made(library, event, audience).raw).keys()
    )
    assert mail.html.count("<h1") == 1
    assert mail.html.rstrip().endswith("</html>")
    assert "<script" not in mail.html.lower()


def test_halves_of_characters_and_controls_never_leave(library):
    bad = "a\ud800b\x00c\x1b[31m\x07d"
    notice = samples.notice("customer-wrote", "operator", "sv")
    facts = notice["facts"]
    facts["entry"] |= {"text": bad, "html": f"<p>{bad}</p>"}
    facts["requester"]["name"] = notice["to"]["name"] = notice["subject"] = facts["ticket"]["subject"] = bad
    facts["history"][0]["text"] = facts["history"][0]["author"] = facts["answers"][0]["text"] = bad
    mail = compose(notice | {"attachments": [file(bad + ".pdf")]}, library, lambda _: PNG)
    assert not set(mail.raw) & (set(range(32)) - {9, 10, 13})
    whole = mail.subject + mail.text + mail.html
    assert not re.search("[\x00-\x08\x0b-\x1f\ud800-\udfff]", whole)


@pytest.mark.parametrize(
    ("language", "nothing", "again"),
    [
        ("sv", "Inget har skickats", "skicka mejlet en gång till"),
        ("nb", "Ingenting er sendt", "send e-posten en gang til"),
        ("en", "Nothing has been sent", "send your email once more"),
    ],
)
def test_orders_that_were_refused_say_why_and_how_to_go_on(library, language, nothing, again):
    why = "#löst: Ärendet är redan löst."
    held = {"reason": "refused", "explanation": why, "text": "#löst\n\nHej igen!"}
    text = " ".join(made(library, "held", "operator", language, facts={"held": held}).text.split())
    assert f"{nothing} {why}" in text
    assert again in text
