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


SENTENCE = "Hej! Räksmörgås på Åsö är gott, säger Örjan."


@pytest.mark.parametrize("label", ["us-ascii", "utf-8", "x-unknown", None])
@pytest.mark.parametrize(
    ("text", "codec"),
    [
        (SENTENCE, "cp1252"),
        (SENTENCE, "cp850"),
        (SENTENCE, "mac-roman"),
        ("Grüße aus München, das Öl ist übrigens heiß.", "cp850"),
        ("Bonjour, ça n'a pas marché à Noël, c'est déjà réglé ; merci œuvre.", "cp1252"),
        ("Dzień dobry, nie mogę się zalogować. Proszę o pomoc.", "cp1250"),
        ("Dzień dobry, żółć gęślą jaźń.", "iso8859-2"),
        ("Dobrý den, nemohu se přihlásit. Příliš žluťoučký kůň.", "cp1250"),
        ("Merhaba, şifremi unuttum. Lütfen yardım edin.", "cp1254"),
        ("Здравствуйте! Не работает вход в систему.", "koi8-r"),
        ("Здравствуйте! Не работает вход в систему.", "cp1251"),
        ("您好,我无法登录系统,请帮忙解决。谢谢!", "gb18030"),
        ("您好,我無法登入系統,請協助。謝謝!", "big5"),
        ("お世話になっております。ログインできません。", "iso2022_jp"),
    ],
)
def test_bytes_without_a_right_label_are_read_as_what_they_are(text: str, codec: str, label: str | None) -> None:
    assert charset.decode(text.encode(codec), label)[0] == text


@pytest.mark.parametrize(
    ("text", "codec", "label"),
    [
        ("Здравствуйте! Не работает вход в систему.", "cp1251", "iso-8859-1"),
        ("Здравствуйте! Не работает вход в систему.", "koi8-r", "iso-8859-1"),
        ("Dzień dobry, nie mogę się zalogować. Żółć gęślą.", "cp1250", "iso-8859-1"),
        (SENTENCE, "mac-roman", "iso-8859-1"),
        ("您好,我无法登录系统,请帮忙解决。谢谢!", "gb18030", "iso-8859-1"),
        ("您好,我無法登入系統,請協助。謝謝!", "big5", "gb2312"),
        (SENTENCE, "utf-8", "cp850"),
    ],
)
def test_a_wrong_label_of_one_byte_characters_is_found_out(text: str, codec: str, label: str) -> None:
    read, defect = charset.decode(text.encode(codec), label)
    assert read == text
    assert defect is not None


@pytest.mark.parametrize("text", ["Räksmörgås på Åsö", "It’s “here” – now", "Здравствуйте", "naïve café"])
def test_text_that_was_encoded_twice_is_read_once(text: str) -> None:
    for codec in ("cp1252", "latin-1"):
        twice = text.encode().decode(codec, "replace").encode()
        if b"\xef\xbf\xbd" not in twice:
            assert charset.decode(twice, "utf-8") == (text, "text was encoded twice")


@pytest.mark.parametrize(
    "told", ['My name shows as "RÃ¤ksmÃ¶rgÃ¥s" in the portal.', "Det står RÃ¤ksmÃ¶rgÃ¥s där det ska stå åäö."]
)
def test_who_tells_of_garbled_letters_is_shown_as_he_wrote(told: str) -> None:
    assert charset.decode(told.encode(), "utf-8") == (told, None)


def test_a_footer_in_another_charset_does_not_garble_the_text_above() -> None:
    raw = f"{SENTENCE}\n-- \n".encode() + "Föreningen Åland, Hälsingegatan".encode("cp1252")
    assert charset.decode(raw, "utf-8")[0] == f"{SENTENCE}\n-- \nFöreningen Åland, Hälsingegatan"


def test_utf_7_is_read_unless_it_hides_html() -> None:
    assert charset.decode(SENTENCE.encode("utf-7"), "utf-7") == (SENTENCE, None)
    assert charset.decode(b"+ADw-script+AD4- r+AOQ-k", "utf-7")[0] == "+ADw-script+AD4- r+AOQ-k"
