"""What a mail says: pure reading of messages, addresses, quotes, classes and identities."""
