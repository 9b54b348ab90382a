"""The parser process: `python -m gateway.mail.worker`. Reads mails on stdin, answers on stdout, and may do nothing else.

It loads all it needs, then gives up opening files and sockets, forking, writing files and growing over its memory;
what it meets in a mail may kill it, and no more (A83).
"""

from __future__ import annotations

import codecs
import importlib
import pkgutil
import sys
from typing import Final

from gateway import mail
from gateway.mail import charset, confined, frames, limits, reading

_LANGUAGES: Final = (
    "Räksmörgås på Åland",
    "Привет, принтер не работает",
    "你好,请帮助我们",
    "すみません",
    "한국말로",
    "γεια σου",
)
# Everything that is otherwise loaded at first use: all codecs, the guesser, IDNA's tables, the HTML parser.
_WARM_UP: Final = (
    (
        b'From: "=?utf-8?q?h=C3=A5?=" <a@xn--rksmrgs-5wao1o.se>\r\nTo: b@r\xc3\xa4k.se\r\nSubject: =?koi8-r?b?8NLJ18XU?= \xe5\r\n'
        b"Date: yesterday\r\nReceived: from a by b; Mon, 2 Nov 2026 10:00:00 CET\r\nContent-Type: multipart/mixed; boundary=q\r\n\r\n"
        b'--q\r\nContent-Type: text/html; charset=x\r\n\r\n<p>h\xe5r \xe4r <a href="https://x.se">l\xe4nk</a><blockquote>gammalt</blockquote>\r\n'
        b"--q\r\nContent-Type: message/rfc822\r\n\r\nFrom: c@d.se\r\nSubject: x\r\n\r\nhej\r\n--q--\r\n"
    ),
    (
        b"From: a@x.se\r\nSubject: Re: [ACME-1] x\r\nContent-Type: text/html\r\n\r\n<div>Tack!</div><div class=gmail_quote>"
        b"Den m\xe5n 2 nov. 2026 kl 10:00 skrev B &lt;b@x.se&gt;:<blockquote type=cite>gammalt</blockquote></div>"
    ),
    (
        b"From: MAILER-DAEMON@x.se\r\nContent-Type: multipart/report; report-type=delivery-status; boundary=q\r\n\r\n--q\r\n\r\nfailed\r\n"
        b"--q\r\nContent-Type: message/delivery-status\r\n\r\nFinal-Recipient: rfc822; a@x.se\r\nAction: failed\r\nStatus: 5.1.1\r\n--q--\r\n"
    ),
)


def main(memory: int = limits.PARSER_MEMORY) -> None:
    """Answer until the parent closes the pipe."""
    _load()
    confined.confine(memory)
    confined.write(frames.frame(b""))  # ready
    while _answer():
        pass


def _load() -> None:
    for name in charset.CODECS:
        codecs.lookup(name)
        for words in _LANGUAGES:
            charset.decode(words.encode(name, "ignore"))  # the guesser loads its tables by and by
    for module in pkgutil.iter_modules(mail.__path__):  # some are loaded at first use
        importlib.import_module(f"{mail.__name__}.{module.name}")
    for raw in _WARM_UP:
        reading.understand(raw, None)


def _answer() -> bool:
    head = confined.read_frame()
    if head is None:
        return False
    asked = frames.parse_request(head)
    raw = confined.read(asked.size)
    assert raw is not None  # the parent does not stop within a request, or is gone and so are we
    # What raises here ends the process: the parent opens a ticket with the raw mail attached.
    mail = (
        reading.understand(raw, asked.envelope)
        if asked.only_headers is None
        else reading.shell(raw, asked.only_headers, asked.envelope)
    )
    confined.write(b"".join(frames.reply(mail)))
    return True


if __name__ == "__main__":
    main(*(int(argument) for argument in sys.argv[1:2]))
