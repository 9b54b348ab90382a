"""Smarthosts that are away: one mail asks, the others wait unspent; the next way is taken; what lasts too long fails."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import timedelta

from gateway.outbound.transport import Deferred, Relay, SmarthostOptions
from gateway.store import tickets
from gateway.work import deliver, notify
from tests.support.certificates import self_signed
from tests.support.smtp_peer import SmtpPeer
from tests.work.conftest import Smarthost, read

KARIN, ANNA, BO = "karin@umbrella.example", "anna@acme.example", "bo@acme.example"
AWAY = Deferred(None, "connection refused", reached=False, session=False)
LOCKED_OUT = Deferred(535, "5.7.8 bad credentials", session=False)


@dataclass
class Away(Smarthost):
    """Lets nobody in while `outcome` is set."""

    outcome: Deferred | None = AWAY
    asked: list[str] = field(default_factory=list)

    def send(self, mail_from, rcpt_to, raw, envelope_id=None):
        self.asked.append(rcpt_to)
        return self.outcome or Smarthost.send(self, mail_from, rcpt_to, raw, envelope_id)


def with_relays(house, *relays):
    house.deps = replace(house.deps, relays=list(relays))
    return house


def relay(name="out", outcome=AWAY, senders=()):
    return Away(options=SmarthostOptions(name, "127.0.0.1", 25, senders=senders), outcome=outcome)


def queue(house, count=3):
    for number in range(count):
        house.receive("Hej", subject=f"Sak {number}")
    while house.ingest():
        pass
    while notify.run_once(house.deps, house.now):
        pass
    return house


def deliver_all(house):
    while deliver.run_once(house.deps, house.now):
        pass


def test_while_it_is_away_one_mail_asks_at_a_time_and_all_leave_when_it_is_back(house):
    away = relay()
    queue(with_relays(house, away))
    deliver_all(house)
    assert len(away.asked) == 1
    assert {row.state for row in house.outbox()} == {"deferred"}
    assert sum(row.attempts for row in house.outbox()) == 1
    for _ in range(30):
        deliver_all(house.later(seconds=10))
    assert len(away.asked) == 1 + 3 + 4, "after 5, 20, 50 seconds and then each minute"
    away.outcome = None
    deliver_all(house.later(seconds=60))
    assert {row.state for row in house.outbox()} == {"sent"}
    assert len(away.sent) == 9


def test_a_refused_login_counts_as_away_and_does_not_go_to_the_next_smarthost(house):
    locked, other = relay("first", LOCKED_OUT), relay("second", None)
    queue(with_relays(house, locked, other))
    deliver_all(house)
    assert len(locked.asked) == 1, "thousands of refused logins lock an account"
    assert len(other.sent) == 8, "who waits does not wait for one that lets nobody in"


def test_the_next_smarthost_is_taken_only_where_the_first_gave_no_greeting(house):
    first, second = relay("first"), relay("second", None)
    queue(with_relays(house, first, second), 1)
    deliver_all(house)
    assert (len(first.asked), len(second.sent)) == (1, 3)
    later = relay("first", Deferred(451, "4.3.0 later")), relay("second", None)
    queue(with_relays(house, *later), 1)
    house.deps.reach.met("first")
    deliver_all(house)
    assert len(later[1].sent) == 0


def test_what_may_only_go_by_the_one_that_is_away_waits_and_the_rest_leaves(house, rules):
    desks = rules.replace(
        "\noperators:", "\n  sales: {name: Sales, addresses: [sales@acme.example], prefix: S}\noperators:"
    )
    sales, rest = relay("sales", AWAY, ("sales@acme.example",)), relay("rest", None, ("support@acme.example",))
    with_relays(house.under(desks), sales, rest)
    house.receive("Hej", to="sales@acme.example", subject="Köp")
    queue(house, 1)
    deliver_all(house)
    assert {row.state for row in house.outbox() if row.from_address.startswith("sales")} == {"deferred"}
    assert {row.state for row in house.outbox() if row.from_address.startswith("support")} == {"sent"}
    assert len(sales.asked) == 1
    sales.outcome = None
    deliver_all(house.later(minutes=2))
    assert {row.state for row in house.outbox()} == {"sent"}


def test_an_outage_longer_than_retry_for_fails_every_mail_and_its_ticket_says_so(house):
    away = relay()
    queue(with_relays(house.under(retry_for=timedelta(hours=6)), away), 2)
    receipts = [row for row in house.outbox() if row.rcpt_to == KARIN]
    for _ in range(13):
        deliver_all(house.later(minutes=30))
    failed = {row.id: row for row in house.outbox() if row.state == "failed"}
    assert {row.id for row in receipts} <= set(failed)
    assert all(row.error.startswith("gave up: ") for row in failed.values())
    with house.store.read() as conn:
        said = [entry.text for ticket in house.tickets() for entry in tickets.load_case(conn, ticket.id).entries]
    assert len([text for text in said if text.startswith(f"{KARIN}: gave up")]) == 2
    away.outcome = None
    house.later(minutes=2)
    house.send()
    assert {str(read(raw)["X-Ticket-Event"]) for _, _, raw in away.sent} == {"bounced"}
    assert KARIN not in {who for _, who, _ in away.sent}


def test_a_mail_of_the_last_hours_of_an_outage_still_has_its_days(house):
    away = relay()
    queue(with_relays(house.under(retry_for=timedelta(hours=6)), away), 1)
    deliver_all(house)
    house.later(hours=5)
    queue(house, 1)
    deliver_all(house)
    deliver_all(house.later(hours=2))
    states = [row.state for row in house.outbox() if row.rcpt_to == KARIN and row.event == "registered"]
    assert states == ["failed", "deferred"]


def test_mail_waits_while_the_smarthosts_certificate_is_not_good_and_leaves_once_it_is(house, tmp_path):
    made = self_signed(tmp_path)
    with SmtpPeer(offers=("STARTTLS",), tls=made) as peer:
        options = SmarthostOptions("out", "127.0.0.1", peer.port, "starttls", timeout=10)
        strict, trusting = Relay(options), Relay(replace(options, cafile=made.chain))
        queue(with_relays(house, strict), 1)
        deliver_all(house)
        assert {row.state for row in house.outbox()} == {"deferred"}
        assert any("certificate" in row.error for row in house.outbox())
        assert peer.taken == []
        deliver_all(with_relays(house.later(minutes=2), trusting))
        strict.close()
        trusting.close()
    assert {row.state for row in house.outbox()} == {"sent"}
    assert len(peer.taken) == 3
