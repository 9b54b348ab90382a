from __future__ import annotations

import pytest

from gateway.mail import flowed


@pytest.mark.parametrize(
    ("wire", "delsp", "read"),
    [
        ("a long \nline", False, "a long line"),
        ("a hard\nbreak", False, "a hard\nbreak"),
        ("日本 \n語", True, "日本語"),
        ("> quoted \n> more\nown", False, "> quoted more\nown"),
        (">> deep \n> less", False, ">> deep\n> less"),
        ("hej \n-- \nAnna", False, "hej\n-- \nAnna"),
        (" >stuffed", False, ">stuffed"),
        (" From here", False, "From here"),
        ("", False, ""),
    ],
)
def test_soft_breaks_are_joined_and_quotes_keep_their_depth(wire: str, delsp: bool, read: str) -> None:
    assert flowed.unflow(wire, delsp=delsp) == read
