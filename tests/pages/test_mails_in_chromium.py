"""Mails as a browser lays them out: narrow, by day and by night."""

from __future__ import annotations

import html
import json
import re

import pytest

from gateway.render import samples
from gateway.render.compose import compose
from gateway.render.gallery import Shown, html_of, page

# Measures each frame: what is wider than the frame, buttons too low, text too faint for its ground (WCAG 2.2).
SCRIPT = """
const rgb = c => c.match(/[\\d.]+/g).map(Number);
const lum = c => { const l = rgb(c).slice(0, 3).map(v => v / 255).map(v => v <= .04045 ? v / 12.92 : ((v + .055) / 1.055) ** 2.4);
  return .2126 * l[0] + .7152 * l[1] + .0722 * l[2]; };
const ground = e => { for (; e; e = e.parentElement) { const c = getComputedStyle(e).backgroundColor; if ((rgb(c)[3] ?? 1) > .5) return c; } return 'rgb(255, 255, 255)'; };
const shown = e => { for (; e; e = e.parentElement) if (getComputedStyle(e).display === 'none') return false; return true; };
addEventListener('load', () => {
  const out = [];
  for (const frame of document.querySelectorAll('iframe')) {
    const d = frame.contentDocument, found = {name: frame.title, wide: [], low: [], faint: [], h1: d.querySelectorAll('h1').length};
    if (d.documentElement.scrollWidth > frame.clientWidth) found.wide.push(d.documentElement.scrollWidth);
    for (const e of d.querySelectorAll('body *')) if (shown(e) && e.getBoundingClientRect().right > frame.clientWidth + 1) found.wide.push(e.className || e.tagName);
    for (const e of d.querySelectorAll('.button, .button-quiet')) if (e.getBoundingClientRect().height < 44) found.low.push(e.textContent);
    const walk = d.createTreeWalker(d.body, NodeFilter.SHOW_TEXT);
    while (walk.nextNode()) { const e = walk.currentNode.parentElement; if (!walk.currentNode.data.trim() || !shown(e)) continue;
      const [a, b] = [lum(getComputedStyle(e).color), lum(ground(e))].sort((x, y) => y - x), ratio = (a + .05) / (b + .05);
      if (ratio < 4.5) found.faint.push(walk.currentNode.data.trim().slice(0, 30) + ' ' + ratio.toFixed(2)); }
    out.push(found);
  }
  document.getElementById('out').textContent = JSON.stringify(out);
});
"""
NIGHT = "@media (prefers-color-scheme: dark)"


def measured(browse, mails, width):
    frames = "".join(
        f'<iframe title="{name}" style="width:{width}px;height:900px;border:0" srcdoc="{html.escape(mail)}"></iframe>'
        for name, mail in mails
    )
    dom = browse(f'<!DOCTYPE html><meta charset="utf-8"><script>{SCRIPT}</script><pre id="out"></pre>{frames}')
    found = re.search(r'<pre id="out">(\[.*?\])</pre>', dom, re.DOTALL)
    assert found, dom[:2000]
    return json.loads(html.unescape(found[1]))


def mails(library, brand, language, *, night):
    for audience, events in samples.EVENTS.items():
        for event in events:
            shown = html_of(compose(samples.notice(event, audience, language, brand), library, lambda _: b"").raw)
            yield f"{event} {audience}", shown.replace(NIGHT, "@media all" if night else "@media not all")


@pytest.mark.parametrize("night", [False, True], ids=["day", "night"])
@pytest.mark.parametrize(("brand", "language", "width"), [("acme", "sv", 320), ("nordlys", "nb", 700)])
def test_every_mail_fits_reads_well_and_can_be_tapped(library, browse, brand, language, width, night):
    for found in measured(browse, mails(library, brand, language, night=night), width):
        assert found == {"name": found["name"], "wide": [], "low": [], "faint": [], "h1": 1}


def test_what_people_send_cannot_widen_a_mail(library, browse):
    notice = samples.notice("customer-wrote", "operator", "sv")
    notice["facts"]["entry"] |= {
        "text": "x" * 400,
        "html": f'<p>{"x" * 400}</p><table width="1200"><tr><td>{"y" * 300}</td></tr></table><img width="2000" src="https://x.example/a.png">',
    }
    notice["subject"] = notice["facts"]["ticket"]["subject"] = "Z" * 300
    notice["facts"]["history"][0]["text"] = "https://example.org/" + "q" * 300
    shown = html_of(compose(notice, library, lambda _: b"").raw)
    assert measured(browse, [("wide", shown)], 320)[0]["wide"] == []


def test_the_gallery_shows_every_mail_by_day_by_night_and_as_text(library, browse):
    shown = [
        Shown(
            f"{event} & co",
            "A line <b>about</b> it",
            compose(samples.notice(event, "requester", "sv"), library, lambda _: b"").raw,
        )
        for event in ("registered", "answered", "waiting")
    ]
    dom = browse(page(shown, "Mails <of> today", "<p>Hej</p>"))
    assert dom.count("<article") == 3
    assert dom.count("<iframe sandbox") == 6
    assert "<dd>Re: [ACME-1042] Skrivaren är trasig</dd>" in dom
    assert "Tack för ditt mejl. Det har kommit fram" in dom
    assert "A line &lt;b&gt;about&lt;/b&gt; it" in dom
    assert "Mails &lt;of&gt; today" in dom
    assert "http-equiv" in dom


def test_the_gallery_takes_no_script_from_a_mail(browse):
    raw = (
        b"From: a@x.example\r\nSubject: <script>document.title='owned'</script>\r\nContent-Type: text/html\r\n\r\n"
        b"<script>top.document.title='owned'</script><p>Hej</p><img src='file:///etc/hostname'>"
    )
    dom = browse(page([Shown("x", "", raw)], "Safe"))
    assert "<title>Safe</title>" in dom
