from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.mail import parameters


@pytest.mark.parametrize(
    ("written", "name", "read"),
    [
        ('attachment; filename="rapport.pdf"', "filename", "rapport.pdf"),
        ("attachment; filename=min rapport (1).pdf; size=3", "filename", "min rapport (1).pdf"),
        ("attachment; filename*=utf-8'sv'r%C3%A4k.pdf", "filename", "räk.pdf"),
        ("attachment; filename*=iso-8859-1''r%E4k.pdf; filename=rak.pdf", "filename", "räk.pdf"),
        ("attachment; filename*0*=utf-8''r%C3; filename*1*=%A4k; filename*2=.pdf", "filename", "räk.pdf"),
        ("attachment; filename*1=b; filename*0=a", "filename", "ab"),
        ('attachment; filename="=?utf-8?q?r=C3=A4k?=.pdf"', "filename", "räk.pdf"),
        (r'attachment; filename="a\"b.txt"', "filename", 'a"b.txt'),
        (r'attachment; filename="C:\temp\x.txt"', "filename", r"C:\temp\x.txt"),
        ('attachment; filename="open.pdf; size=3', "filename", "open.pdf"),
        ("text/plain; CHARSET=utf-8", "charset", "utf-8"),
        ('multipart/mixed; boundary="a;b=c"', "boundary", "a;b=c"),
        ("application/pdf; name=first; name=second", "name", "first"),
        ("text/plain; charset = utf-8 ; format=flowed", "format", "flowed"),
        ("text/plain;charset=", "charset", ""),
    ],
)
def test_parameters_are_read_as_they_are_written_in_real_mail(written: str, name: str, read: str) -> None:
    assert parameters.parse(written)[1][name] == read


def test_the_value_is_lower_case() -> None:
    assert parameters.parse(" Text/HTML ;x=y")[0] == "text/html"


def test_twenty_thousand_parameters_are_capped() -> None:
    assert len(parameters.parse("text/plain" + "".join(f"; p{n}=v" for n in range(20_000)))[1]) == 100


@given(st.text(alphabet="abc*0'=;\" \\%åfilename", max_size=100))
def test_nothing_raises(written: str) -> None:
    parameters.parse(written)


@pytest.mark.parametrize(
    "written",
    [
        "attachment; filename*1*=utf-8''R%C3%A4ksm; filename*2*=%C3%B6rg%C3%A5s.pdf",
        "attachment; filename*0*=utf-8''R%C3%A4ksm; filename*1*=utf-8''%C3%B6rg%C3%A5s.pdf",
        "attachment; filename*=utf-8''R%E4ksm%F6rg%E5s.pdf",
        'attachment; filename="R%C3%A4ksm%C3%B6rg%C3%A5s.pdf"',
        "attachment; filename='Räksmörgås.pdf'",
        'attachment filename="Räksmörgås.pdf"',
        'attachment; filename="RÃ¤ksmÃ¶rgÃ¥s.pdf"',
        'attachment; filename="=?utf-8?Q?R=C3=A4ksm=C3?= =?utf-8?Q?=B6rg=C3=A5s.pdf?="',
    ],
)
def test_a_file_name_is_read_however_it_was_mangled(written: str) -> None:
    kind, its = parameters.parse(written)
    assert kind == "attachment"
    assert parameters.file_name(its, {}) == "Räksmörgås.pdf"


def test_percent_signs_that_are_no_letters_stay() -> None:
    assert parameters.file_name({"filename": "50%25 av 100%.pdf"}, {}) == "50%25 av 100%.pdf"
