from __future__ import annotations

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from gateway.mail import address
from gateway.mail.message import Address


@pytest.mark.parametrize(
    ("written", "normal"),
    [
        ("Anna.Berg@ACME.Example", "Anna.Berg@acme.example"),
        ("a@xn--rksmrgs-5wao1o.se", "a@räksmörgås.se"),
        ("a@RÄKSMÖRGÅS.se", "a@räksmörgås.se"),
        ("a@ｅxample.com", "a@example.com"),  # full width: NFKC
        ("a@example.com.", "a@example.com"),
        ("root@localhost", "root@localhost"),
        ("a..b.@docomo.ne.jp", "a..b.@docomo.ne.jp"),
        ('"a b"@x.se', '"a b"@x.se'),
        ("a@[192.0.2.1]", "a@[192.0.2.1]"),
        ("åke@x.se", "åke@x.se"),
    ],
)
def test_there_is_one_normal_form(written: str, normal: str) -> None:
    assert address.normalise(written) == normal


@pytest.mark.parametrize(
    "written",
    [
        "",
        "a",
        "@x.se",
        "a@",
        "a b@x.se",
        "a@x..se",
        "a@-x.se",
        "a@b@c.se",
        "a\0@x.se",
        "a@x.se\r\nBcc: b@c",
        "a\u202eb@x.se",
        "<a@x.se>",
        "a@x.se,b@x.se",
        "a" * 65 + "@x.se",
    ],
)
def test_what_is_no_address_has_none(written: str) -> None:
    assert address.normalise(written) is None


def test_addresses_are_compared_without_case_and_spelling_of_the_domain() -> None:
    assert address.same("Anna@ACME.se", "anna@acme.SE")
    assert address.same("a@xn--rksmrgs-5wao1o.se", "A@Räksmörgås.SE")
    assert not address.same("a@x.se", "b@x.se")


@given(
    st.one_of(
        st.text(max_size=40),
        st.from_regex(r"[\w.+-]{1,10}@[\w.-]{1,20}", fullmatch=True),
        st.sampled_from(["a", "xn--", "xn--gecrj9c", "ß", "ς", "İ"]).map(lambda label: f"A@b.{label}"),
    )
)
@example("0@A.XN--GECRJ9C")
def test_the_normal_form_and_the_key_are_idempotent(written: str) -> None:
    normal = address.normalise(written)
    assert normal is None or address.normalise(normal) == normal
    assert address.key(address.key(written)) == address.key(written)


@pytest.mark.parametrize(
    ("header", "who"),
    [
        ("op@corp.test", Address("", "op@corp.test")),
        ("<op@corp.test>", Address("", "op@corp.test")),
        ("Karin Berg <op@corp.test>", Address("Karin Berg", "op@corp.test")),
        ('"Berg, Karin" <op@corp.test>', Address("Berg, Karin", "op@corp.test")),
        ("=?utf-8?q?=C3=85ke?= <op@corp.test>", Address("Åke", "op@corp.test")),
        ("=?utf-8?q?Berg=2C_Karin?= <op@corp.test>", Address("Berg, Karin", "op@corp.test")),
        ("op@corp.test (Karin)", Address("Karin", "op@corp.test")),
        ("Karin (Support) <op@corp.test>", Address("Karin", "op@corp.test")),
        ('"op@corp.test" <x@evil.test>', Address("op@corp.test", "x@evil.test")),
        ('"op"@corp.test', Address("", "op@corp.test")),
        ("op@corp.test <op@corp.test>", Address("op@corp.test", "op@corp.test")),  # senders without a name
        ("Op@Corp.test <op@corp.test>", Address("Op@Corp.test", "op@corp.test")),
        ("Dr. K. Berg <op@corp.test>", Address("Dr. K. Berg", "op@corp.test")),
    ],
)
def test_one_well_formed_mailbox_is_an_identity(header: str, who: Address) -> None:
    assert address.identity([header]) == who


@pytest.mark.parametrize(
    "headers",
    [
        [],
        ["a@x.se", "a@x.se"],
        [""],
        ["a@x.se, b@x.se"],
        ["Group: a@x.se;"],
        ["op@corp.test <x@evil.test>"],
        ["x@evil.test op@corp.test <x@evil.test>"],
        ["<x@evil.test> op@corp.test"],
        ["<op@corp.test> <x@evil.test>"],
        ["alice@evil.com)admin@corp.com"],
        ["(op@corp.test) x@evil.test"],
        ["x@evil.test (op@corp.test)"],
        ["op(c)@corp.test"],
        ["<op@corp.test(x)>"],
        ["op@corp.test\0@evil.test"],
        ["op\0@corp.test"],
        ["<@evil.test:op@corp.test>"],
        ["<@evil.test,@b:op@corp.test>"],
        ["=?utf-8?q?op=40corp.test?="],
        ["<=?utf-8?q?op=40corp.test?=>"],
        ["=?utf-8?q?op?=@corp.test"],
        ["op@corp.test@evil.test"],
        ["op@@corp.test"],
        ["op@corp.test\nBcc: x@evil.test"],
        ["op@corp.test."[:-1] + "\u202e"],
        ["Karin Berg"],
        ['"Karin <op@corp.test>'],
        ["<op@corp.test"],
        ["op@corp.test>"],
        ["undisclosed-recipients:;"],
        ["Karin <op@corp.test>, "],
    ],
)
def test_everything_else_is_no_identity(headers: list[str]) -> None:
    assert address.identity(headers) is None


@pytest.mark.parametrize(
    ("header", "found"),
    [
        ("a@x.se, Berg <b@x.se>", ["a@x.se", "b@x.se"]),
        ("Vänner: a@x.se, b@x.se;, c@x.se", ["a@x.se", "b@x.se", "c@x.se"]),
        ("undisclosed-recipients:;", []),
        ("a@x.se; b@x.se", ["a@x.se", "b@x.se"]),  # Outlook's separator
        ('"Berg, Karin" <a@x.se>', ["a@x.se"]),
        ("op@corp.test <a@x.se>", ["a@x.se"]),
        ("'a@x.se' <a@x.se>", ["a@x.se"]),
        ("<@route.se:a@x.se>", ["a@x.se"]),
        ("mailto:a@x.se", ["a@x.se"]),
        ("a@x.se b@x.se", ["b@x.se"]),
        ("no address at all", []),
        ("", []),
        ("=?utf-8?q?=22=C3=85ke=22?= <a@x.se>", ["a@x.se"]),
    ],
)
def test_lists_are_read_leniently(header: str, found: list[str]) -> None:
    assert [one.address for one in address.addresses(header)] == found


def test_a_list_ends_at_the_limit() -> None:
    assert len(address.addresses("a@x.se," * 5_000)) == 500


@pytest.mark.parametrize(
    "bomb", ["(" * 60_000, "@," * 30_000, '"' * 60_000, "<" * 60_000, "a:" * 30_000, "\\" * 60_000, "[" * 60_000]
)
def test_address_bombs_are_read_in_one_pass(bomb: str) -> None:
    assert address.addresses(bomb) == ()
    assert address.identity([bomb]) is None


@given(st.text(alphabet='ab@x.se <>()",;:\\[]=?\0é', max_size=80))
def test_no_header_raises_and_an_identity_is_always_in_normal_form(header: str) -> None:
    address.addresses(header)
    who = address.identity([header])
    assert who is None or address.normalise(who.address) == who.address


def test_a_subaddress_is_split_at_the_first_plus() -> None:
    assert address.subaddress("support+t-1042+x@acme.se") == ("support", "t-1042+x", "acme.se")
    assert address.subaddress("support@acme.se") == ("support", None, "acme.se")
    assert address.subaddress("+x@acme.se") == ("+x", None, "acme.se")


@pytest.mark.parametrize(
    ("one", "shown"),
    [
        (Address("Karin Berg", "k@x.se"), "Karin Berg <k@x.se>"),
        (Address("", "k@x.se"), "k@x.se"),
        (Address("op@corp.test", "x@evil.test"), "x@evil.test"),
        (Address("op＠corp.test", "x@evil.test"), "x@evil.test"),
        (Address("gro\u202ecod", "x@evil.test"), "grocod <x@evil.test>"),
        (Address("Ka\u200brin", "x@evil.test"), "Karin <x@evil.test>"),
        (Address("", "op@cоrp.test"), "op@xn--crp-sed.test"),  # a Cyrillic o
        (Address("", "op@соре.test"), "op@xn--e1argc.test"),  # all Cyrillic, looks Latin
        (Address("", "a@räksmörgås.se"), "a@räksmörgås.se"),
        (Address("", "a@пример.рф"), "a@пример.рф"),
    ],
)
def test_what_is_shown_hides_nothing(one: Address, shown: str) -> None:
    assert address.display(one) == shown


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("anna@acme.test", ""),
        ("anna\uff20acme.test", ""),
        ("An\u200bna \u202eABC", "Anna ABC"),
        ("Anna Åkesson", "Anna Åkesson"),
    ],
)
def test_a_name_that_poses_as_an_address_is_no_name(name: str, shown: str) -> None:
    assert address.presentable(Address(name, "x@evil.test")) == Address(shown, "x@evil.test")
