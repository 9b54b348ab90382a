"""The reference of P1: aiosmtpd as it comes, with a handler that throws the mail away. Prints its port, ends with stdin."""

from __future__ import annotations

import asyncio
import sys

from aiosmtpd.smtp import SMTP


class Discard:
    """What any figure of a Python listener is compared with: nothing is done with the mail."""

    async def handle_DATA(self, server: object, session: object, envelope: object) -> str:  # noqa: N802, ARG002  # aiosmtpd's signature
        return "250 OK"


async def main() -> None:
    """Listen on a free port until stdin ends."""
    loop = asyncio.get_running_loop()
    server = await loop.create_server(lambda: SMTP(Discard(), loop=loop), "127.0.0.1", 0)
    print(server.sockets[0].getsockname()[1], flush=True)
    await loop.run_in_executor(None, sys.stdin.read)


if __name__ == "__main__":
    asyncio.run(main())
