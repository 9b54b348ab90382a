"""SMTP and LMTP listeners: the only home of aiosmtpd and asyncio."""

from __future__ import annotations

from gateway.inbound.smtp.listener import Listener

__all__ = ["Listener"]
