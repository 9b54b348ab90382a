from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.mail import charset

SWEDISH = "Räksmörgås på Åland – 10 €"


@pytest.mark.parametrize(
    ("raw", "label"),
    [
        (SWEDISH.encode("utf-8"), "utf-8"),
        (SWEDISH.encode("utf-8"), "iso-8859-1"),  # mislabelled
        (SWEDISH.encode("utf-8"), None),
        (SWEDISH.encode("cp1252"), "iso-8859-1"),  # 0x80-0x9f are no control characters
        (SWEDISH.encode("cp1252"), "us-ascii"),
        (SWEDISH.encode("cp1252"), None),
        (SWEDISH.encode("cp1252"), "x-bomb"),
        (SWEDISH.encode("cp1252"), '"ISO_8859-1"'),
        (SWEDISH.encode("utf-16"), "utf-16"),
        (SWEDISH.encode("utf-16-le"), "utf-16"),  # without a byte order mark
        (SWEDISH.encode("utf-16-be"), "utf-16"),
    ],
)
def test_swedish_is_read_whatever_the_label_says(raw: bytes, label: str | None) -> None:
    assert charset.decode(raw, label)[0].removeprefix("\ufeff") == SWEDISH


@pytest.mark.parametrize(
    ("text", "codec", "label"),
    [
        ("联通", "gbk", "gb2312"),  # valid UTF-8 by accident
        ("镕", "gbk", "gb2312"),  # in GBK, not in GB 2312
        ("スミマセン、すみません。", "iso2022_jp_ext", "iso-2022-jp"),
        ("あいうえお①", "cp932", "shift_jis"),
        ("스티해", "cp949", "ks_c_5601-1987"),
        ("Привет, принтер не работает", "koi8-r", "koi8-r"),
        ("Привет, принтер не работает", "cp1251", "windows-1251"),
        ("gąsienica", "iso8859-2", "iso-8859-2"),
        ("hälsningar", "mac-roman", "macintosh"),
        ("hälsningar", "cp850", "ibm850"),
    ],
)
def test_a_right_label_is_followed(text: str, codec: str, label: str) -> None:
    assert charset.decode(text.encode(codec), label) == (text, None)


@pytest.mark.parametrize(
    "label", ["hex", "idna", "unicode_escape", "utf-7", "zlib", "rot13", "x-bomb", "\0", "undefined", ""]
)
def test_codecs_that_are_no_character_sets_are_never_used(label: str) -> None:
    assert charset.codec(label) is None
    raw = rb"\u202e +ADw-script+AD4- 3c736372"
    assert charset.decode(raw, label)[0] == raw.decode("ascii")


def test_an_unknown_label_is_a_defect() -> None:
    assert charset.decode(b"hej", "fakescii") == ("hej", "unknown charset 'fakescii'")


@given(
    st.binary(max_size=300),
    st.sampled_from(
        [None, "utf-8", "utf-16", "us-ascii", "gb2312", "iso-2022-jp", "big5", "x", "euc-kr", "hz-gb-2312"]
    ),
)
def test_any_bytes_become_text_that_is_valid_unicode(raw: bytes, label: str | None) -> None:
    charset.decode(raw, label)[0].encode("utf-8")


@given(st.text(max_size=30))
def test_any_label_is_a_known_codec_or_none(label: str) -> None:
    assert charset.codec(label) is None or charset.codec(label) in charset.CODECS
