"""What a template did wrong, in words an admin can act on."""

from __future__ import annotations

from gateway.errors import GatewayError, Problem


class TemplateFailure(GatewayError):  # noqa: N818  # the outbox and the pages speak of a template's failure
    """A template of ours or the admin's cannot be rendered; the mail is held, the ticket lives on."""

    def __init__(self, file: str, line: int, message: str) -> None:
        self.file = file
        self.line = line
        self.message = message
        super().__init__(str(self.problem))

    @property
    def problem(self) -> Problem:
        """The same as a line of `gateway check`."""
        return Problem(self.file, self.line, 0, self.message)
