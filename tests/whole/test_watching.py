"""A monitor's pages on a running daemon: figures that move with the mail, and health (RE3)."""

from __future__ import annotations

import re
import socket
import urllib.error
import urllib.request
from contextlib import ExitStack
from typing import Any

import pytest

from gateway.daemon.metrics_page import Page
from gateway.errors import ConfigurationError
from tests.support import letters
from tests.support.house import PATIENCE, House
from tests.support.waiting import eventually

pytestmark = pytest.mark.timeout(300)
HOUSE_SETTINGS = {"metrics": {"port": 0}}


def get(house: House, path: str) -> Any:
    host, port = house.daemon.address("metrics")
    return urllib.request.urlopen(f"http://{host}:{port}{path}", timeout=20)


def figures(house: House) -> dict[str, float]:
    text = get(house, "/metrics").read().decode()
    return {name: float(value) for name, value in re.findall(r"^(gateway_\S+) (\S+)$", text, re.MULTILINE)}


def test_what_came_in_left_and_waits_is_counted_and_no_address_is_told(house: House):
    case = house.write("Skrivaren", "Den är trasig.")
    house.daemon.send(letters.proven(letters.customer("Vinst!", "Klicka.", sender="Lura <lura@spam.example>",
                                                      X_Spam_Flag="YES")))  # fmt: skip
    house.daemon.idle()

    def counted() -> bool:
        found = figures(house)
        return (
            found.get('gateway_delivery_attempts_total{outcome="sent"}', 0) >= 2
            and found['gateway_messages_received_total{source="smtp"}'] == 2
            and found['gateway_tickets_open{desk="acme"}'] >= 1
        )

    eventually(counted, PATIENCE, lambda: str(figures(house)))
    found = figures(house)
    assert found['gateway_memory_bytes{part="daemon"}'] > 10_000_000
    assert found["gateway_disk_free_bytes"] > 0
    assert found["gateway_oldest_unprocessed_seconds"] >= 0
    text = get(house, "/metrics").read().decode()
    assert "@" not in text
    assert case.address.partition("@")[0] not in text
    assert get(house, "/metrics").headers["Content-Type"].startswith("text/plain; version=0.0.4")


def test_health_is_one_word_and_there_is_nothing_else(house: House):
    assert get(house, "/healthz").read() == b"ok\n"
    for path in ("/", "/metrics/../etc/passwd", "/journal"):
        with pytest.raises(urllib.error.HTTPError) as refused:
            get(house, path)
        assert refused.value.code == 404
        refused.value.close()


def test_a_client_that_says_nothing_keeps_the_monitor_waiting_for_seconds_only(house: House):
    with socket.create_connection(house.daemon.address("metrics")):
        assert get(house, "/healthz").status == 200


def test_many_clients_that_say_nothing_keep_the_monitor_from_nothing_and_are_hung_up_on(house: House):
    """More of them than a monitor's patience would stand one after the other."""
    with ExitStack() as held:
        silent = [held.enter_context(socket.create_connection(house.daemon.address("metrics"))) for _ in range(25)]
        assert get(house, "/healthz").status == 200
        slow = silent[0]
        slow.settimeout(0.2)

        def hung_up() -> bool:
            try:
                slow.send(b"G")  # a byte now and then is no request, and no reason to wait
                return slow.recv(1) == b""
            except TimeoutError:
                return False
            except OSError:
                return True

        assert eventually(hung_up, PATIENCE)


def test_a_place_that_is_taken_is_said_with_its_section(house: House):
    host, port = house.daemon.address("metrics")
    with pytest.raises(ConfigurationError, match=rf"\[metrics\] {host}:{port}: Address already in use"):
        Page(host, port, str, bool)
