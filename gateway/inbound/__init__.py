"""Mail that comes in: SMTP, LMTP, IMAP, pipe; all end in the journal."""
