"""What one large mail took goes back to the system: few malloc arenas, trimmed now and then (A45, P8)."""

from __future__ import annotations

import ctypes
import ctypes.util
import gc

_ARENA_MAX = -8  # M_ARENA_MAX of mallopt(3)
_ARENAS = 2
_GARBAGE = 20_000  # objects made before the collector looks: a mail makes thousands and leaves few behind


def _libc() -> ctypes.CDLL | None:
    """Return the GNU C library, None on another one: then nothing is tuned."""
    name = ctypes.util.find_library("c")
    libc = ctypes.CDLL(name) if name else None
    return libc if libc is not None and hasattr(libc, "malloc_trim") and hasattr(libc, "mallopt") else None


def few_arenas() -> None:
    """Let all threads share two arenas; called before the first thread. Each arena keeps what its largest mail took."""
    libc = _libc()
    if libc is not None:
        libc.mallopt(_ARENA_MAX, _ARENAS)


def trim() -> None:
    """Give free pages back, those of objects that only refer to each other as well."""
    gc.collect()
    libc = _libc()
    if libc is not None:
        libc.malloc_trim(0)


def collect_seldom() -> None:
    """Let the collector pass over what the start has made, which stays, and look at the rest less often."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(_GARBAGE, 10, 10)
