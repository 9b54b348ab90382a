"""One step per file, each `run_once(deps, now) -> int`."""
