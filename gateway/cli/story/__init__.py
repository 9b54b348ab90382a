"""The story `gateway demo` plays: a stage with real sockets, letters as real clients write them, steps that must hold."""
