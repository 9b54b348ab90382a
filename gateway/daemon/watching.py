"""The pages for a monitor, where `[metrics]` asks for them: what is measured where."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import ExitStack
from typing import TYPE_CHECKING

from gateway import clock

if TYPE_CHECKING:
    from gateway.daemon.app import App


def serve(app: App, healthy: Callable[[], bool], stack: ExitStack) -> str | None:
    """Serve `/metrics` and `/healthz` until the stack ends; return where, None where nothing was asked for."""
    settings = app.settings.metrics
    if settings is None:
        return None
    from gateway.daemon.metrics import Exposition, Watched  # http.server costs memory nobody else needs
    from gateway.daemon.metrics_page import Page

    watched = Watched(
        store=app.store,
        state=app.settings.paths.state,
        counts=app.counts,
        beats=lambda: app.crew.beats,
        refusals=app.refusals.counts,
        parser_deaths=lambda: getattr(app.deps.parser, "lost", 0),
        workers=lambda: _workers(app),
    )
    exposition = Exposition(watched)
    page = Page(settings.address, settings.port, lambda: exposition.text(clock.now()), healthy)
    stack.callback(page.close)
    return page.place


def _workers(app: App) -> Sequence[int]:
    return [pid for part in (app.deps.parser, app.deps.writer) for pid in getattr(part, "pids", tuple)()]
