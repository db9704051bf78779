"""What tests of the hub of events have in common."""

import asyncio
import functools
from collections.abc import Awaitable, Callable
from typing import Any

from app.web.event_hub import EventHub
from tests import own_loop
from tests.waiting import PATIENCE_SECONDS


def with_hub(test: Callable[..., Awaitable[None]]) -> Callable[..., None]:
    """Runs a test in an event loop of its own, and closes its hub at the end."""

    @functools.wraps(test)
    def run(hub: EventHub, **given: Any) -> None:
        async def whole() -> None:
            try:
                await asyncio.wait_for(test(hub=hub, **given), PATIENCE_SECONDS)
            finally:
                await hub.close()

        own_loop.run(whole())

    return run
