from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.mail import encoded_words


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("=?utf-8?q?R=C3=A4ksm=C3=B6rg=C3=A5s?=", "Räksmörgås"),
        ("=?ISO-8859-1?Q?Fwd:_=E5?= kvar", "Fwd: å kvar"),
        ("=?utf-8?b?UsOka3Ntw7ZyZ8Olcw==?=", "Räksmörgås"),
        ("=?utf-8?b?UsOka3Ntw7ZyZ8Olcw?=", "Räksmörgås"),  # padding forgotten
        ("=?utf-8?q?a?= =?utf-8?q?b?=", "ab"),  # white space between words is none
        ("=?utf-8?q?a?=\r\n =?utf-8?q?b?=", "ab"),
        ("=?utf-8?q?a?= b", "a b"),
        ("=?utf-8?q?R=C3?= =?utf-8?q?=A4k?=", "Räk"),  # a character cut in two
        ("=?utf-8*sv?q?h=C3=A5?=", "hå"),
        ("=?UTF-8?Q?What?_is_=C3=A5?=", "What? is å"),
        ("=?utf-8?q?a b=20c?=", "a b c"),  # spaces are not allowed, and are written
        ("x=?utf-8?q?=C3=A5?=y", "xåy"),
        ("=?x-bomb?q?hej?=", "hej"),
        ("=?utf-8?q?hej", "=?utf-8?q?hej"),
        ("=?utf-8?x?hej?=", "=?utf-8?x?hej?="),
        ("plain", "plain"),
        ("=?iso-8859-1?q?Vad?=E4?=", "Vad?ä"),  # a question mark that should have been encoded
        ("=?utf-8?q?a?=3D b =?utf-8?q?c?=", "a3D b c"),
        ("=?utf-8?b?!!!?=", ""),
        ("=?iso-8859-1?q?10_=80?=", "10 €"),
        ("=?utf-8?q?Vad_h=C3=A4nder=3F?=", "Vad händer?"),
    ],
)
def test_words_are_read_as_clients_read_them(written: str, read: str) -> None:
    assert encoded_words.decode(written) == read


@given(st.text(alphabet="=?utf-8qQbB_ \nåA9+/", max_size=200))
def test_nothing_raises(written: str) -> None:
    encoded_words.decode(written)


def test_a_megabyte_of_words_is_read_in_one_pass() -> None:
    assert encoded_words.decode("=?utf-8?q?a?= " * 70_000).startswith("aaaa")
    assert encoded_words.decode("=?utf-8?q?" * 100_000).startswith("=?utf-8?q?")


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("=?utf-8?B?UsOka3Ntw7ZyZ8Olcw==", "Räksmörgås"),
        ("=?utf-8?Q?R=C3=A4ksm=C3=B6", "Räksmö"),
        ("=??Q?R=C3=A4k?=", "Räk"),
        ("=?utf-8?Q?=3D=3Futf-8=3FQ=3FR=3DC3=3DA4k=3F=3D?=", "Räk"),
        ("=?utf-8?Q?R=C3?= =?utf-8?B?pGtzbcO2cmfDpXM=?=", "Räksmörgås"),
    ],
)
def test_cut_unlabelled_twice_encoded_and_mixed_words_are_read(written: str, read: str) -> None:
    assert encoded_words.decode(written) == read
