"""The fixed words of rules.yaml, one tuple each; the tickets and the mails use the same words."""

from __future__ import annotations

STATUSES = ("new", "open", "waiting", "external", "paused", "resolved", "closed")
"""Every own status name stands for one of these."""

EVENTS = (
    "registered",
    "answered",  # by us
    "customer-wrote",
    "waiting",
    "reminder-1",
    "reminder-2",
    "reminder-3",
    "closed-after-silence",
    "resolved",
    "reopened",
    "closed",
    "status-changed",
    "changed",
    "assigned",
    "taken",
    "escalated",
    "due-soon",
    "breached",
    "external-asked",
    "external-answered",
    "merged",
    "split",
    "paused",
    "woke",
    "participant-added",
    "colleague-answered",
    "held",
    "bounced",
    "approved",
    "declined",
    "contract-starting",
    "contract-notice-due",
    "contract-ending",
    "contract-ended",
    "contract-renewed",
)
"""What can happen to a ticket; the same word in YAML, template files, headers, JSON and metrics."""

EVENT_GROUPS = {"updated": ("answered", "customer-wrote")}
"""Words that stand for several events in `tell:` and in a rule's `event:`."""

PERSONAL_MAILS = ("transcript", "confirmation", "list", "digest", "report", "alarm")
"""Mails to one person that no ticket event causes."""

RULE_EVENTS = ("received", "time", *EVENTS)
"""When a rule can be asked; `registered` is the default."""

AUDIENCES = (
    "requester",
    "cc",
    "owner",
    "group",
    "owner-or-group",
    "watchers",
    "third-party",
    "manager",
    "admins",
)
"""Who can be told, beside the name of a group or a person, or an address."""

LANGUAGES = ("sv", "nb", "en", "da", "fi", "de")
"""Languages a text can be written in; `no` is read as `nb`."""

PROCESSES = ("incident", "request", "problem", "change")
IMPORTANCES = ("high", "normal", "low")
CUSTOMER_TYPES = ("new", "existing", "internal")
LAST_WORDS = ("customer", "us")
SPAM_VERDICTS = ("yes", "suspect", "no")
AUTHENTICATIONS = ("pass", "fail", "none")
SOURCES = ("mail", "phone", "visit", "letter", "web", "form", "monitoring", "sms", "import", "schedule")
"""How a ticket came; names of `sources:` are allowed beside these."""

MASKS = ("se-personnummer", "no-fodselsnummer", "payment-card", "iban")
FIELD_TYPES = ("text", "long-text", "number", "date", "choice", "choices", "yes-no", "email", "phone")
