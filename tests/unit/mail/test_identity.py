"""Nothing of ours can be guessed: MACs hold, old keys verify, tampering shows."""

from __future__ import annotations

from gateway.mail import identity

OLD, NEW = identity.Keys(b"a" * 32), identity.Keys(b"b" * 32, (b"a" * 32,))
RANDOM = "a" * 16


def test_a_message_id_of_ours_is_known_after_keys_were_rotated() -> None:
    made = identity.message_id(OLD, 1042, 7, RANDOM, "t.acme.example")
    assert identity.own_message_id(OLD, made)
    assert identity.own_message_id(NEW, made)
    assert not identity.own_message_id(identity.Keys(b"c" * 32), made)


def test_no_part_of_a_message_id_can_be_changed() -> None:
    made = identity.message_id(OLD, 1042, 7, RANDOM, "t.acme.example")
    for other in (made.replace("1042", "1043"), made.replace(".7.", ".8."), made.replace("acme", "acne"), made + "x"):
        assert not identity.own_message_id(OLD, other)


def test_an_anchor_gives_its_ticket_number_only_with_its_mac() -> None:
    made = identity.anchor(OLD, 1042, "t.acme.example")
    assert identity.own_anchor(NEW, made) == 1042
    assert identity.own_anchor(OLD, made.replace("1042", "1043")) is None
    assert identity.own_message_id(OLD, made)


def test_a_loop_mark_is_bound_to_its_message() -> None:
    mark = identity.loop_mark(OLD, "<a@x>")
    assert identity.own_loop_mark(OLD, f" {mark} ", "<a@x>")
    assert not identity.own_loop_mark(OLD, mark, "<b@x>")


def test_a_key_line_reads_back_to_its_token_in_any_case() -> None:
    token = "k7q2wxmabcdefgh2"
    shown = identity.key_line(token)
    assert shown == "K7Q2-WXMA-BCDE-FGH2"
    assert identity.bearers_in_text(f"> Nyckel: {shown.lower()} tack") == (token,)


def test_a_subaddress_that_is_no_token_is_no_bearer() -> None:
    assert identity.bearer_in_tag("billing") is None
    assert identity.bearer_in_tag("b-" + "a2" * 8) == "a2" * 8
    assert identity.bearer_in_tag("a1" * 8) is None  # 1 is no base32 digit


def test_keys_do_not_show_in_a_repr() -> None:
    assert "aaa" not in repr(NEW)
