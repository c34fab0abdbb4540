"""One loop, one rule: Twisted's asyncio reactor on the default loop, our code as asyncio tasks.

Import this module before anything of Twisted: it installs the reactor. The two bridges below are the only places
where a Deferred meets a coroutine; a Deferred never crosses a signature of ours.
"""

import asyncio
import sys
from collections.abc import Coroutine
from typing import Any, TypeVar

from twisted.internet import asyncioreactor
from twisted.internet.defer import Deferred

_T = TypeVar("_T")


def _install() -> asyncioreactor.AsyncioSelectorReactor:
    installed = sys.modules.get("twisted.internet.reactor")
    if installed is None:
        loop = asyncio.new_event_loop()
        asyncio.set_event_loop(loop)
        asyncioreactor.install(loop)  # type: ignore[no-untyped-call]
        installed = sys.modules["twisted.internet.reactor"]
    if not isinstance(installed, asyncioreactor.AsyncioSelectorReactor):
        message = f"another reactor is installed ({type(installed).__name__}): import config.loop before anything of Twisted"
        raise RuntimeError(message)  # noqa: TRY004 - a wrong import order, not a wrong argument
    return installed


reactor = _install()


def as_future(deferred: "Deferred[_T]") -> "asyncio.Future[_T]":
    """Await a Deferred from a task; cancelling the future cancels the Deferred."""
    return deferred.asFuture(asyncio.get_running_loop())


def as_deferred(coroutine: Coroutine[Any, Any, _T]) -> "Deferred[_T]":
    """Hand a coroutine to Twisted code that wants a Deferred; it runs as an asyncio task."""
    return Deferred.fromFuture(asyncio.ensure_future(coroutine))


def run(main: Coroutine[Any, Any, int]) -> int:
    """Run `main` as the root task until it returns; SIGINT and SIGTERM cancel it and its `finally` blocks may await.

    Returns main's own result, 0 when it was cancelled by a signal; an exception of main propagates.
    """
    loop: asyncio.AbstractEventLoop = reactor._asyncioEventloop  # noqa: SLF001 - Twisted offers no public name for it
    root = loop.create_task(main, name="trunkline")

    async def unwind() -> None:
        root.cancel()
        await asyncio.wait([root])

    def stop(_: "asyncio.Task[int]") -> None:
        if reactor.running:
            reactor.callLater(0, _stop_once)  # type: ignore[no-untyped-call]

    root.add_done_callback(stop)
    reactor.addSystemEventTrigger(
        "before", "shutdown", lambda: Deferred.fromFuture(loop.create_task(unwind()))
    )
    reactor.run()  # type: ignore[no-untyped-call]
    if root.cancelled():
        return 0
    return root.result()


def _stop_once() -> None:
    if reactor.running and not getattr(reactor, "_stopped", False):
        reactor.stop()  # type: ignore[no-untyped-call]
