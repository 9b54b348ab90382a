"""`gateway mail send-test`: one real mail, and what the smarthost says of it."""

from __future__ import annotations

import sys
from pathlib import Path

from gateway import clock
from gateway.cli.guard import DONE, NO, TRY_AGAIN, USAGE
from gateway.cli.opening import settings_of, store_of


def send_test(config: Path | None, to: str | None, desk: str | None) -> int:
    """Send it to the address (with `divert_to` there instead); 0 taken, 1 refused, 75 not now."""
    from gateway.daemon import rulebook, sending
    from gateway.outbound.transport import Bounced, Sent
    from gateway.policy.nearest import unknown

    settings = settings_of(config)
    policy = rulebook.policy(settings)
    desk = desk or next(iter(policy.desks))
    to = settings.delivery.divert_to or to or next(iter(settings.admin), None)
    if desk not in policy.desks:
        print(unknown("desk", desk, policy.desks), file=sys.stderr)
        return USAGE
    if to is None:
        print("to whom? write --to ADDRESS, or admin = [...] in gateway.toml", file=sys.stderr)
        return USAGE
    sender, raw = sending.sample(settings, policy, desk, to, clock.now())
    status = None
    with store_of(settings) as store:
        for tried in sending.send_test(settings, store, sender, to, raw):
            outcome = tried.outcome
            said = f"{outcome.code or ''} {outcome.text}".strip()
            match outcome:
                case Sent():
                    status, what = DONE, "taken"
                case Bounced():
                    status, what = NO, "refused"
                case _:
                    status, what = TRY_AGAIN, "not now"
            print(f"{tried.smarthost}: {what}: {said}")
    if status is None:
        print(f"no smarthost may send as {sender} ([[smarthost]] in gateway.toml)", file=sys.stderr)
        return NO
    print(f"from {sender} to {to}, {len(raw)} bytes{', signed' if raw.startswith(b'DKIM-') else ''}")
    return status
