"""The exception tree and the shape of a user's mistake."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, order=True)
class Problem:
    """One mistake in a file an admin or ops wrote: where, what, what to do."""

    file: str
    line: int  # from 1; 0 where the whole file is meant
    column: int  # from 1; 0 where the whole line is meant
    message: str

    def __str__(self) -> str:
        where = [self.file, *(str(n) for n in (self.line, self.column) if n)]
        return f"{':'.join(where)}: {self.message}"


class GatewayError(Exception):
    """The root: anything the gateway raises on purpose."""


class ConfigurationError(GatewayError):
    """The files do not fit; carries every problem found, sorted by place."""

    def __init__(self, problems: list[Problem]) -> None:
        self.problems = tuple(sorted(problems))
        super().__init__("\n".join(map(str, self.problems)))


class TryAgainError(GatewayError):
    """Trouble of ours that time may mend: 4xx in SMTP, exit 75 on the command line."""


class VersionConflictError(GatewayError):
    """Somebody changed the ticket since it was read: load and decide anew."""
