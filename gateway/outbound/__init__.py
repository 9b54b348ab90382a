"""Mail that leaves: transport, backoff."""
