"""The pages for a monitor, where `[metrics]` asks for them: what is measured where."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import ExitStack

from gateway import clock
from gateway.daemon.counts import Counts
from gateway.daemon.supervise import Crew
from gateway.inbound.refusals import Refusals
from gateway.settings import Settings
from gateway.work.deps import Deps


def serve(
    settings: Settings,
    deps: Deps,
    counts: Counts,
    crew: Crew,
    refusals: Refusals,
    healthy: Callable[[], bool],
    stack: ExitStack,
) -> str | None:
    """Serve `/metrics` and `/healthz` until the stack ends; return where, None where nothing was asked for."""
    if settings.metrics is None:
        return None
    from gateway.daemon.metrics import Exposition, Watched  # http.server costs memory nobody else needs
    from gateway.daemon.metrics_page import Page

    watched = Watched(
        store=deps.store,
        state=settings.paths.state,
        counts=counts,
        beats=lambda: crew.beats,
        refusals=refusals.counts,
        parser_deaths=lambda: getattr(deps.parser, "lost", 0),
        workers=lambda: _workers(deps),
    )
    exposition = Exposition(watched)
    page = Page(settings.metrics.address, settings.metrics.port, lambda: exposition.text(clock.now()), healthy)
    stack.callback(page.close)
    return page.place


def _workers(deps: Deps) -> Sequence[int]:
    return [pid for part in (deps.parser, deps.writer) for pid in getattr(part, "pids", tuple)()]
