"""Access tokens of mail providers: fetched, kept fresh, shared by IMAP and SMTP (RFC 6749)."""
