"""What an exception becomes at the very top: a sentence and an exit status people can script against."""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import ParamSpec

import typer

from gateway.errors import ConfigurationError, GatewayError, TryAgainError

DONE, NO, USAGE, TRY_AGAIN = 0, 1, 2, 75


P = ParamSpec("P")


def guarded(command: Callable[P, int | None], *args: P.args, **kwargs: P.kwargs) -> None:
    """Run a command and leave with its status: 0 done, 1 the answer is no, 75 try again later."""
    try:
        status = command(*args, **kwargs)
    except ConfigurationError as error:
        print(error, file=sys.stderr)
        raise typer.Exit(NO) from None
    except TryAgainError as error:
        print(f"try again later: {error}", file=sys.stderr)
        raise typer.Exit(TRY_AGAIN) from None
    except GatewayError as error:
        print(error, file=sys.stderr)
        raise typer.Exit(NO) from None
    except BrokenPipeError:
        raise typer.Exit(DONE) from None
    except KeyboardInterrupt:
        raise typer.Exit(130) from None
    raise typer.Exit(status or DONE)
