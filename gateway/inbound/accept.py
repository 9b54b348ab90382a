"""Durable intake for many: what waits together is committed together, one fsync for all."""

from __future__ import annotations

import logging
import queue
import threading
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from typing import Final

from gateway.errors import TryAgainError
from gateway.mail.received import Accepted, Received

_log = logging.getLogger(__name__)

# A batch ends here, so that one transaction never holds more than a large mail or two.
_MOST_BYTES: Final = 16 * 1024 * 1024


class GroupCommit:
    """One thread takes what is waiting and writes it in one transaction.

    `write` commits and flushes before it returns, answers in the order it was given, and is called from
    this thread only. If a batch fails each of its mails is tried alone, so one bad mail never refuses
    its neighbours. Whatever goes wrong reaches the submitter as TryAgainError: trouble of ours is never
    a reason to bounce a mail.
    """

    def __init__(self, write: Callable[[Sequence[Received]], Sequence[Accepted]], most: int = 64) -> None:
        self._write = write
        self._most = most
        self._waiting: queue.SimpleQueue[tuple[Received, Future[Accepted]] | None] = queue.SimpleQueue()
        self._lock = threading.Lock()
        self._closed = False
        self._thread = threading.Thread(target=self._run, name="group-commit", daemon=True)
        self._thread.start()

    def submit(self, received: Received) -> Future[Accepted]:
        """Hand a mail over; the future is done when it lies on disk. It cannot be cancelled."""
        future: Future[Accepted] = Future()
        future.set_running_or_notify_cancel()
        with self._lock:
            if self._closed:
                future.set_exception(TryAgainError("shutting down"))
            else:
                self._waiting.put((received, future))
        return future

    def close(self) -> None:
        """Commit what is still waiting, then end the thread."""
        with self._lock:
            if self._closed:
                return
            self._closed = True
            self._waiting.put(None)
        self._thread.join()

    def healthy(self) -> bool:
        """Say whether the thread still takes mail."""
        return self._thread.is_alive()

    def _run(self) -> None:
        last = False
        while not last:
            batch, last = self._take()
            if batch:
                self._commit(batch)

    def _take(self) -> tuple[list[tuple[Received, Future[Accepted]]], bool]:
        """Wait for one, then take what came with it; True where the end was met."""
        first = self._waiting.get()
        if first is None:
            return [], True
        batch, size = [first], len(first[0].raw)
        while len(batch) < self._most and size < _MOST_BYTES:
            try:
                following = self._waiting.get_nowait()
            except queue.Empty:
                break
            if following is None:
                return batch, True
            batch.append(following)
            size += len(following[0].raw)
        return batch, False

    def _commit(self, batch: list[tuple[Received, Future[Accepted]]]) -> None:
        try:
            answers = list(zip(batch, self._write([received for received, _ in batch]), strict=True))
        except Exception as error:  # noqa: BLE001  # the thread guard; the submitters are told
            if len(batch) == 1:
                if isinstance(error, TryAgainError):  # the database is away: one line a mail, not a page
                    _log.warning("intake failed", extra={"why": str(error)})
                else:
                    _log.exception("intake failed")
                batch[0][1].set_exception(_try_again(error))
                return
            for item in batch:
                self._commit([item])
            return
        for (_, future), accepted in answers:
            future.set_result(accepted)


def _try_again(error: Exception) -> TryAgainError:
    wrapped = error if isinstance(error, TryAgainError) else TryAgainError("intake failed")
    if wrapped is not error:
        wrapped.__cause__ = error
    return wrapped
