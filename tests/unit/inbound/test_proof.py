"""Whose word about a sender counts, and what it says."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.inbound.proof import judge
from gateway.inbound.trust import Trust
from gateway.mail.proof import Proof, Verdict

MX = Trust("authserv_id", "mx.acme.example", ("192.0.2.1", "10.0.0.0/8"))
M365 = Trust("microsoft365")
GOOGLE = Trust("google")
RELAY = "192.0.2.1"
BORDER = "Received: from mail.evil.example (unknown [203.0.113.9]) by mx.acme.example (Postfix) with ESMTP id 1"
OUTSIDE = "Received: from laptop ([198.51.100.7]) by mail.evil.example with ESMTPA id 2"


def message(*header: str, sender: str = "op@corp.example") -> bytes:
    return "\r\n".join([*header, f"From: Op <{sender}>", "Subject: x", "", "body"]).encode()


def results(text: str, authserv_id: str = "mx.acme.example") -> str:
    return f"Authentication-Results: {authserv_id}; {text}"


PASS = "dmarc=pass (p=reject) header.from=corp.example"
FAIL = "dmarc=fail header.from=corp.example"


def verdict(raw: bytes, trust: Trust = MX, peer: str | None = RELAY) -> Verdict:
    return judge(raw, trust, peer).verdict


def test_without_trust_nothing_counts() -> None:
    assert judge(message(results(PASS), BORDER), Trust(), RELAY) == Proof()


@pytest.mark.parametrize("peer", ["203.0.113.9", "nonsense", "::1"])
def test_from_a_peer_that_is_no_relay_nothing_counts(peer: str) -> None:
    assert judge(message(results(PASS), BORDER), MX, peer) == Proof()


@pytest.mark.parametrize("peer", [RELAY, "10.1.2.3", "::ffff:10.1.2.3", None])
def test_an_aligned_pass_by_the_trusted_hop_is_a_pass(peer: str | None) -> None:
    proof = judge(message(results(PASS), BORDER), MX, peer)
    assert (proof.verdict, proof.method, proof.domain) == (Verdict.PASS, "dmarc", "corp.example")
    assert proof.evidence == f"mx.acme.example; {PASS}"


@pytest.mark.parametrize(
    ("text", "expected", "method"),
    [
        (PASS, Verdict.PASS, "dmarc"),
        ("dkim=pass header.d=corp.example", Verdict.PASS, "dkim"),
        ("dkim=pass header.i=@corp.example", Verdict.PASS, "dkim"),
        ("spf=fail smtp.mailfrom=a@corp.example; dkim=pass header.d=CORP.example", Verdict.PASS, "dkim"),
        ("dkim=fail header.d=corp.example; dmarc=pass header.from=corp.example", Verdict.PASS, "dmarc"),
        ("dkim=pass header.d=evil.example", Verdict.NONE, None),
        ("dkim=pass header.d=sub.corp.example", Verdict.NONE, None),
        ("dkim=pass header.d=example", Verdict.NONE, None),
        ("dkim=pass", Verdict.NONE, None),
        ("dmarc=pass header.from=evil.example", Verdict.NONE, None),
        ("dmarc=pass header.from=example", Verdict.NONE, None),
        ("dmarc=pass", Verdict.NONE, None),
        ("spf=pass smtp.mailfrom=op@corp.example", Verdict.NONE, None),
        ("spf=softfail smtp.mailfrom=op@corp.example", Verdict.NONE, None),
        ("dmarc=none header.from=corp.example", Verdict.NONE, None),
        ("dmarc=bestguesspass header.from=corp.example", Verdict.NONE, None),
        ("dmarc=temperror header.from=corp.example", Verdict.NONE, None),
        ("none", Verdict.NONE, None),
        ("arc=pass", Verdict.NONE, None),
        (FAIL, Verdict.FAIL, "dmarc"),
        ("dkim=pass header.d=corp.example; dmarc=fail header.from=corp.example", Verdict.FAIL, "dmarc"),
        ("spf=fail smtp.mailfrom=op@corp.example", Verdict.FAIL, "spf"),
        ("dkim=fail header.d=corp.example", Verdict.FAIL, "dkim"),
        ("dkim=fail header.d=list.example", Verdict.NONE, None),
        ("dmarc=pass header.from=corp.example; junk", Verdict.NONE, None),
    ],
)
def test_results_are_weighed_for_the_from_domain(text: str, expected: Verdict, method: str | None) -> None:
    proof = judge(message(results(text), BORDER), MX, RELAY)
    assert (proof.verdict, proof.method) == (expected, method)


def test_a_parent_domain_may_sign_for_its_child() -> None:
    raw = message(results("dkim=pass header.d=corp.example"), BORDER, sender="op@mail.corp.example")
    assert verdict(raw) is Verdict.PASS


def test_a_result_under_the_hops_own_received_counts_as_well() -> None:
    assert verdict(message(BORDER, results(PASS), OUTSIDE)) is Verdict.PASS


@pytest.mark.parametrize(
    "header",
    [
        (BORDER, OUTSIDE, results(PASS)),
        (results("dmarc=none header.from=corp.example"), BORDER, results(PASS)),
        (results(PASS, "MX.ACME.EXAMPLE"), BORDER),
        (results(PASS, "mx.acme.example(x)"), BORDER),
        (results(PASS, "mx.acme.example (x)"), BORDER),
        (results(PASS, '"mx.acme.example"'), BORDER),
        (results(PASS, "mx.acme.example 2"), BORDER),
        (results(PASS, "mx.acme.example.evil.example"), BORDER),
        (results(PASS, "mx.evil.example"), BORDER),
        (f"Authentication-Results : mx.acme.example; {PASS}", BORDER),
        (f"ARC-Authentication-Results: i=1; mx.acme.example; {PASS}", BORDER),
        (f"X-Authentication-Results: mx.acme.example; {PASS}", BORDER),
        (f"Authentication-Results: {PASS}", BORDER),
        ("Received-SPF: pass", BORDER),
    ],
)
def test_forged_results_are_nothing(header: tuple[str, ...]) -> None:
    assert verdict(message(*header)) is Verdict.NONE


@pytest.mark.parametrize("text", ["junk", "dkim=pass " + "header.x=y " * 500 + "header.d=corp.example"])
def test_a_result_that_cannot_be_read_still_hides_those_below(text: str) -> None:
    assert verdict(message(results(text), BORDER, results(PASS))) is Verdict.NONE
    assert verdict(message(results(text), results(PASS), BORDER)) is Verdict.NONE


def test_any_fail_of_the_hop_wins() -> None:
    assert verdict(message(results(PASS), results(FAIL), BORDER)) is Verdict.FAIL
    assert verdict(message(results(FAIL), results(PASS), BORDER)) is Verdict.FAIL


def test_a_fail_below_the_border_is_a_strangers_word() -> None:
    assert verdict(message(results(PASS), BORDER, OUTSIDE, results(FAIL))) is Verdict.PASS


def test_hops_that_vouch_for_each_other_are_one() -> None:
    inner = "Received: from localhost (localhost [127.0.0.1]) by mx.acme.example (Postfix) with ESMTP id 3"
    assert verdict(message(inner, results(PASS), BORDER, OUTSIDE)) is Verdict.PASS
    second = "Received: from mx2 (mx2.acme.example [10.0.0.2]) by mx.acme.example with ESMTP id 4"
    assert verdict(message(second, inner, BORDER, results(PASS), OUTSIDE)) is Verdict.PASS


@pytest.mark.parametrize("name", ["by.evil.example", "by", "x-by-x.example"])
def test_a_client_that_calls_itself_by_does_not_hide_where_it_came_from(name: str) -> None:
    liar = f"Received: from {name} (unknown [203.0.113.9]) by mx.acme.example (Postfix) with ESMTP id 1"
    forged = "Received: from localhost ([127.0.0.1]) by mx.acme.example"
    assert verdict(message(liar, forged, results(PASS))) is Verdict.NONE


def test_a_client_that_names_itself_loopback_is_still_outside() -> None:
    liar = "Received: from [127.0.0.1] (unknown [203.0.113.9]) by mx.acme.example (Postfix) with ESMTP id 1"
    forged = "Received: from localhost ([127.0.0.1]) by mx.acme.example"
    assert verdict(message(liar, forged, results(PASS))) is Verdict.NONE


@pytest.mark.parametrize(
    "raw",
    [
        message(results(PASS), BORDER, "From: other@corp.example"),
        message(results(PASS), BORDER, "From : other@corp.example"),
        message(results(PASS), BORDER, sender="op@corp.example>, <x@evil.example"),
        message(results(PASS), BORDER, sender="a@b@corp.example"),
        f"{results(PASS)}\r\n{BORDER}\r\n\r\nno From\r\n".encode(),
    ],
)
def test_without_exactly_one_from_nothing_is_proved(raw: bytes) -> None:
    assert verdict(raw) is Verdict.NONE


@pytest.mark.parametrize("tags", ["d=corp.example; l=10", "l = 0;\r\n\td = Corp.Example", "d=mail.corp.example; l=1"])
def test_a_signature_over_a_part_of_the_body_never_counts(tags: str) -> None:
    assert verdict(message(results(PASS), BORDER, f"DKIM-Signature: v=1; {tags}; s=x; bh=l=")) is Verdict.NONE


def test_a_whole_signature_or_a_strangers_does_not_hurt() -> None:
    raw = message(
        results(PASS), BORDER, "DKIM-Signature: v=1; d=corp.example; bh=l", "DKIM-Signature: v=1; d=esp.example; l=5"
    )
    assert verdict(raw) is Verdict.PASS


def test_letters_beyond_ascii_are_one_domain_in_both_writings() -> None:
    raw = message(results("dmarc=pass header.from=xn--rksmrgs-5wao1o.example"), BORDER, sender="op@räksmörgås.example")
    assert judge(raw, MX, RELAY).domain == "räksmörgås.example"
    assert verdict(raw) is Verdict.PASS


INNER = "Received: from A.eurprd01.prod.outlook.com (2603:10a6::1) by B.eurprd01.prod.outlook.com with HTTPS; now"
EDGE = "Received: from mx.corp.example (203.0.113.9) by AM0FT001.mail.protection.outlook.com (10.1.1.1) with Microsoft"
BARE = (
    "Authentication-Results: spf=pass (sender IP is 203.0.113.9) smtp.mailfrom=corp.example;"
    " dkim=pass (signature was verified) header.d=corp.example;dmarc=pass action=none"
    " header.from=corp.example;compauth=pass reason=100"
)


def test_exchange_online_is_read_above_its_border() -> None:
    proof = judge(message(INNER, BARE, EDGE, OUTSIDE), M365, None)
    assert (proof.verdict, proof.method) == (Verdict.PASS, "dmarc")


@pytest.mark.parametrize(
    "header",
    [
        (INNER, EDGE, BARE),
        (INNER, BARE.replace("dmarc=pass", "dmarc=none").replace("dkim=pass", "dkim=none"), EDGE, BARE),
        (INNER, BARE.replace("corp.example", "evil.example"), BARE, EDGE),
        (INNER, results(PASS), EDGE),
    ],
)
def test_what_exchange_online_did_not_write_on_top_is_nothing(header: tuple[str, ...]) -> None:
    assert judge(message(*header), M365, None).verdict is Verdict.NONE


def test_exchange_onlines_fail_is_a_fail() -> None:
    raw = message(INNER, BARE.replace("dmarc=pass action=none", "dmarc=fail action=quarantine"), EDGE)
    assert judge(raw, M365, None).verdict is Verdict.FAIL


MARK = "X-MS-Exchange-Organization-AuthAs: Internal"
NOTHING = "Authentication-Results: dkim=none (message not signed) header.d=none;dmarc=none action=none header.from=corp.example;"


def test_the_internal_mark_proves_in_a_mailbox_with_that_trust_only() -> None:
    raw = message(INNER, NOTHING, MARK)
    proof = judge(raw, M365, None)
    assert (proof.verdict, proof.method, proof.domain) == (Verdict.PASS, "provider", "corp.example")
    assert judge(raw, M365, "203.0.113.9").verdict is Verdict.NONE
    assert judge(raw, Trust("microsoft365", relays=("203.0.113.9",)), "203.0.113.9").verdict is Verdict.NONE
    assert judge(raw, MX, None).verdict is Verdict.NONE
    assert judge(raw, GOOGLE, None).verdict is Verdict.NONE


@pytest.mark.parametrize(
    "header",
    [
        (INNER, NOTHING, MARK, MARK),
        (INNER, NOTHING, MARK.replace("Internal", "Anonymous")),
        (INNER, NOTHING, EDGE, MARK),
        (INNER, BARE.replace("dmarc=pass action=none", "dmarc=fail action=none"), MARK),
    ],
)
def test_the_internal_mark_is_read_once_above_the_border_and_yields_to_a_fail(header: tuple[str, ...]) -> None:
    assert judge(message(*header), M365, None).verdict is not Verdict.PASS


def test_google_writes_under_its_border() -> None:
    inner = "Received: by 2002:a05:6a20:1234:b0:1ab with SMTP id x1csp1; Sat, 21 Nov 2026 08:00:00 -0800 (PST)"
    edge = "Received: from mx.corp.example (mx.corp.example. [203.0.113.9]) by mx.google.com with ESMTPS id 5"
    line = results(
        "dkim=pass header.i=@corp.example header.s=s; dmarc=pass (p=NONE) header.from=corp.example", "mx.google.com"
    )
    assert judge(message(inner, edge, line, OUTSIDE), GOOGLE, None).verdict is Verdict.PASS
    assert judge(message(inner, edge, OUTSIDE, line), GOOGLE, None).verdict is Verdict.NONE


@pytest.mark.parametrize(
    ("field", "trust", "expected"),
    [
        ("X-Spam-Flag: YES", MX, "yes"),
        ("X-Spam: Yes", MX, "yes"),
        ("X-Spam-Status: Yes, score=9.1 required=5.0", MX, "yes"),
        ("X-Spam-Status: No, score=4.4 required=5.0 tests=X", MX, "suspect"),
        ("X-Spam-Status: No, score=-1.0 required=5.0", MX, "no"),
        ("X-Rspamd-Action: greylist", MX, "suspect"),
        ("X-Spam-Flag: YES", M365, None),
        ("X-MS-Exchange-Organization-SCL: 5", M365, "yes"),
        ("X-MS-Exchange-Organization-SCL: -1", M365, "no"),
        ("X-MS-Exchange-Organization-SCL: x", M365, None),
        ("X-MS-Exchange-Organization-SCL: 9", MX, None),
        ("X-Spam-Flag: YES", Trust(), None),
        ("X-Forefront-Antispam-Report: CIP:192.0.2.1;CTRY:US;LANG:sv;SCL:5;SRV:;IPV:NLI;SFV:SPM;CAT:SPM;", M365, "yes"),
        (
            "X-Forefront-Antispam-Report: CIP:192.0.2.1;CTRY:US;LANG:sv;SCL:1;SRV:;IPV:NLI;SFV:NSPM;CAT:NONE;",
            M365,
            "no",
        ),
        ("X-Forefront-Antispam-Report: SCL:9;", MX, None),
        ("X-Spamd-Result: default: True [16.10 / 15.00]", MX, "yes"),
        ("X-Spamd-Result: default: False [1.10 / 15.00]", MX, "no"),
        ("X-SES-Spam-Verdict: GRAY", MX, "suspect"),
        ("X-Barracuda-Spam-Flag: YES", MX, "yes"),
        ("X-Spam-Level: ***************", MX, None),
        ("Subject: no", MX, None),
    ],
)
def test_a_trusted_spam_verdict_is_told(field: str, trust: Trust, expected: str | None) -> None:
    assert judge(message(field), trust, None).spam == expected


def test_exchange_writes_its_verdict_below_what_the_sender_wrote() -> None:
    report = "X-Forefront-Antispam-Report: CIP:192.0.2.1;SCL:9;SFV:SPM;"
    assert judge(message(BORDER, OUTSIDE, report), M365, None).spam == "yes"


def test_a_strangers_spam_verdict_is_nothing() -> None:
    assert judge(message(BORDER, OUTSIDE, "X-Spam-Status: No, score=-9 required=5"), MX, RELAY).spam is None


@given(st.binary(max_size=400), st.sampled_from([MX, M365, GOOGLE]))
def test_any_bytes_are_judged(raw: bytes, trust: Trust) -> None:
    assert judge(raw, trust, None).verdict is not Verdict.PASS


@given(st.text(max_size=200))
def test_any_text_in_a_result_is_judged(text: str) -> None:
    clean = text.replace("\r", "").replace("\n", "").encode("utf-8", "replace").decode()
    assert judge(message(results(clean), BORDER), MX, RELAY) is not None


def test_a_header_without_end_is_read_in_part() -> None:
    assert judge(b"X: " + b"a" * 2_000_000, MX, RELAY) == Proof()
