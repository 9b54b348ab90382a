"""`(Case, Event, Terms, now) -> Decision`: one place where everything that may happen to a ticket is decided; pure.

Messages, orders on the command line, timers and failed deliveries are events; each becomes effects and a trace.
"""

from __future__ import annotations

from gateway.decide.arrived import decide_mail
from gateway.decide.events import decide_failure, decide_order, decide_timer
from gateway.decide.sorting import Sorted, gather, sort

__all__ = ["Sorted", "decide_failure", "decide_mail", "decide_order", "decide_timer", "gather", "sort"]
