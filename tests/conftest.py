"""Run `async def` tests and fixtures as asyncio tasks on the one reactor.

pytest-twisted runs coroutines under Twisted's own driver, where `asyncio.timeout`, TaskGroup and `current_task()` do
not work; a test must see the loop that the product sees. A generator fixture lives in one task from set-up to
tear-down, so that it may hold a TaskGroup open.
"""

import asyncio
import functools
import inspect
import os
import shutil
from collections.abc import AsyncIterator, Callable, Coroutine, Generator
from pathlib import Path
from typing import Any

import config.loop  # isort: skip - installs the reactor before pytest-twisted looks for one
import routing.core.model  # isort: skip # noqa: F401 - here the core is interpreted: faults are planted in it (`routing.compiled`)

import pytest
import pytest_twisted
from twisted.internet.defer import Deferred

from tests import witnesses

LOOP: asyncio.AbstractEventLoop = config.loop.reactor._asyncioEventloop
LATE = ("tests/real/", "tests/trunkline/")
"""What starts whole centres: it comes last, so that a fault of the core is told first. These wait more than they work, so two at once harm nobody."""
LONG = ("tests/crm_core/sla/test_walk.py", "tests/real/test_kill.py", "tests/real/test_mail_durability.py")
"""Minutes each: they begin before the others of their kind, so that no process is left with one when all others have ended."""

MEMORY, ROOM_BYTES = Path("/dev/shm"), 10 << 30
"""Where there is so much room the tests' folders are there: every commit waits for its disk, which many tests share."""
if MEMORY.is_dir() and shutil.disk_usage(MEMORY).free >= ROOM_BYTES:
    os.environ.setdefault("PYTEST_DEBUG_TEMPROOT", str(MEMORY))


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_auto_num_workers() -> int:
    """One process more than processors: with `-n auto`, what waits for telephones and browsers leaves no processor idle."""
    return (os.cpu_count() or 1) + 1


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Put what is late at the end, and what is long before all else of its kind."""
    items.sort(key=lambda item: (item.nodeid.startswith(LATE), not item.nodeid.startswith(LONG)))


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Any:
    """Each file in one process, side by side when pytest is given `-n`."""
    from xdist.scheduler.loadscope import LoadScopeScheduling

    class FilesSideBySide(LoadScopeScheduling):
        def _split_scope(self, nodeid: str) -> str:
            return nodeid.partition("::")[0]

    return FilesSideBySide(config, log)


def pytest_runtest_setup() -> None:
    """What is told belongs to one test."""
    witnesses.begin()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport() -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """With a failure comes what ran beside the test: its logs and screens."""
    report = yield
    if report.failed:
        report.sections += _block_on(witnesses.testimony())
    return report


def as_task(function: Callable[..., Coroutine[Any, Any, Any]]) -> Callable[..., "Deferred[Any]"]:
    """Turn a coroutine function into one that starts a task and returns its Deferred."""

    @functools.wraps(function)
    def start(*args: Any, **kwargs: Any) -> "Deferred[Any]":
        return Deferred.fromFuture(LOOP.create_task(function(*args, **kwargs), name=function.__name__))

    del start.__wrapped__  # or pytest would see a coroutine function again
    return start


def pytest_pyfunc_call(pyfuncitem: pytest.Function) -> None:
    """Before pytest-twisted looks: a coroutine test becomes one that returns the Deferred of its task."""
    hypothesis = getattr(pyfuncitem.obj, "hypothesis", None)
    if hypothesis is not None:
        if inspect.iscoroutinefunction(hypothesis.inner_test):
            hypothesis.inner_test = as_task(hypothesis.inner_test)
    elif inspect.iscoroutinefunction(pyfuncitem.obj):
        pyfuncitem.obj = as_task(pyfuncitem.obj)


pytest_pyfunc_call = pytest.hookimpl(tryfirst=True)(pytest_pyfunc_call)


@pytest.hookimpl(tryfirst=True)
def pytest_fixture_setup(fixturedef: Any, request: pytest.FixtureRequest) -> Any:
    """Set up `async def` fixtures, plain and generator, in any scope."""
    if inspect.isasyncgenfunction(fixturedef.func):
        value = _start_generator(fixturedef, request)
    elif inspect.iscoroutinefunction(fixturedef.func):
        value = _block_on(fixturedef.func(**_arguments(fixturedef, request)))
    else:
        return None
    fixturedef.cached_result = (value, fixturedef.cache_key(request), None)
    return True


def _arguments(fixturedef: Any, request: pytest.FixtureRequest) -> dict[str, Any]:
    return {name: request.getfixturevalue(name) for name in fixturedef.argnames}


def _block_on(coroutine: Coroutine[Any, Any, Any]) -> Any:
    results: list[Any] = []

    async def keep() -> None:
        results.append(await coroutine)

    pytest_twisted._run_inline_callbacks(lambda: Deferred.fromFuture(LOOP.create_task(keep())))
    return results[0]


def _start_generator(fixturedef: Any, request: pytest.FixtureRequest) -> Any:
    generator: AsyncIterator[Any] = fixturedef.func(**_arguments(fixturedef, request))
    ready: asyncio.Future[Any] = LOOP.create_future()
    over = asyncio.Event()

    async def live() -> None:
        try:
            ready.set_result(await anext(generator))
        except BaseException as error:  # noqa: BLE001 - handed to the test that waits for it
            ready.set_exception(error)
            return
        await over.wait()
        async for _ in generator:
            pytest.fail(f"the fixture {fixturedef.argname} yields twice")

    task = LOOP.create_task(live(), name=f"fixture {fixturedef.argname}")

    async def value() -> Any:
        return await ready

    async def finish() -> None:
        over.set()
        await task

    request.addfinalizer(lambda: _block_on(finish()))
    return _block_on(value())
