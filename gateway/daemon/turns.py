"""The turns of one thread at its step: under a name of its own, and cleaning up after its own trouble."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from gateway import clock
from gateway.store.claim import release_claims
from gateway.work.deps import Deps


class Turns:
    """Calls `step` while `allowed`. What a turn that ended in trouble had claimed is let go before the next one.

    Without that its rows would wait for minutes, until the claim runs out, although nobody works on them.
    """

    def __init__(
        self, name: str, step: Callable[..., int], deps: Deps, allowed: Callable[[], bool] | None = None
    ) -> None:
        self._step = step
        self._deps = replace(deps, habits=replace(deps.habits, worker=f"{deps.habits.worker}/{name}"))
        self._allowed = allowed
        self._troubled = False

    def __call__(self) -> int:
        """Take one turn; return how many rows were worked on."""
        if self._allowed is not None and not self._allowed():
            return 0
        if self._troubled:
            with self._deps.store.write("release claims") as conn:
                release_claims(conn, self._deps.habits.worker)
        self._troubled = True
        count = self._step(self._deps, clock.now())
        self._troubled = False
        return count
