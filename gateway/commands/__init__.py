"""Commands by mail: grammar, vocabulary, authority, transcript; pure."""
