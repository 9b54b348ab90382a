from __future__ import annotations

import pytest

from gateway.settings.places import find

TEXT = '''\
admin = [
  "a@b.example",  # ] = not a key
  "c",
]
text = """
hostname = no
"""
hostname = "x"
listen.smtp.port = 1

[listen.lmtp]
"port" = 2
  tls = {certificate = "a", key = "b"}

[[mailbox]]
name = "a"
[[mailbox]]
name = "b"
password = {file = "x"}

[intake]
keys = [{name = "a", secret = {env = "A"}}, {name = "b", secret = {env = "B"}}]
'''


@pytest.mark.parametrize(
    ("path", "place"),
    [
        (("admin",), (1, 1)),
        (("admin", 1), (1, 1)),
        (("hostname",), (8, 1)),
        (("listen", "smtp", "port"), (9, 1)),
        (("listen", "lmtp"), (11, 2)),
        (("listen", "lmtp", "port"), (12, 1)),
        (("listen", "lmtp", "tls", "key"), (13, 29)),
        (("mailbox", 0, "name"), (16, 1)),
        (("mailbox", 1, "name"), (18, 1)),
        (("mailbox", 1, "host"), (17, 3)),
        (("mailbox", 1, "password", "file"), (19, 13)),
        (("intake", "keys", 0, "secret"), (22, 22)),
        (("nothing",), None),
    ],
)
def test_a_key_is_found_where_it_stands(path, place):
    assert find(TEXT, path) == place
