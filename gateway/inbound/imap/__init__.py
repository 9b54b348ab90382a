"""Mailboxes read over IMAP: the only home of imapclient."""

from __future__ import annotations

from gateway.inbound.imap.poller import MailboxPoller

__all__ = ["MailboxPoller"]
