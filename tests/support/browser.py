"""A real Chromium for page tests, on a thread and loop of its own: tests hand it coroutines."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import AsyncIterator, Coroutine, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from functools import partial
from shutil import which
from typing import Any, Final, TypeVar

from playwright.async_api import Browser, ConsoleMessage, Error, Page, Response, async_playwright, expect

T = TypeVar("T")

POOL: Final = 2
PATIENCE: Final = 30_000
"""Milliseconds that anything on a page may take on a busy machine."""
expect.set_options(timeout=PATIENCE)
EXECUTABLE: Final = which("chromium") or which("chromium-browser") or which("google-chrome") or ""
ARGUMENTS: Final = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)


@dataclass(slots=True)
class Seen:
    """What a page did behind its face. ``complaints``: console errors and warnings, CSP violations, script errors."""

    complaints: list[str] = field(default_factory=list)
    requests: list[str] = field(default_factory=list)
    transferred: dict[str, int] = field(default_factory=dict)
    _bodies: list[asyncio.Task[None]] = field(default_factory=list)

    def watch(self, page: Page) -> None:
        page.on("console", partial(Seen._console, self))
        page.on("pageerror", lambda error: self.complaints.append(str(error)))
        page.on("request", lambda request: self.requests.append(request.url))
        page.on("response", lambda answer: self._bodies.append(asyncio.ensure_future(self._measure(answer))))

    def _console(self, message: ConsoleMessage) -> None:
        if message.type in ("error", "warning"):
            self.complaints.append(message.text)

    async def _measure(self, answer: Response) -> None:
        if "event-stream" in answer.headers.get("content-type", ""):
            return
        try:
            self.transferred[answer.url] = len(await answer.body())
        except Error:  # a redirect, or the page has gone on
            self.transferred[answer.url] = 0

    async def bytes(self) -> int:
        """All bodies received so far, uncompressed."""
        await asyncio.gather(*self._bodies)
        return sum(self.transferred.values())


class Chromium:
    """One browser; every page has a fresh profile."""

    @staticmethod
    def installed() -> bool:
        return bool(EXECUTABLE)

    def __init__(self) -> None:
        self._loop = asyncio.new_event_loop()
        self._pool = ThreadPoolExecutor(POOL)
        self._loop.set_default_executor(self._pool)
        self._thread = threading.Thread(target=self._loop.run_forever, name="chromium", daemon=True)
        self._browser: Browser | None = None
        self._driver: Any = None

    def run(self, work: Coroutine[Any, Any, T], limit: float = 110) -> T:
        return asyncio.run_coroutine_threadsafe(work, self._loop).result(limit)

    def start(self) -> None:
        together = threading.Barrier(POOL)
        list(self._pool.map(lambda _: together.wait(), range(POOL)))  # all threads start now: none with a test
        self._thread.start()
        self.run(self._launch())

    async def _launch(self) -> None:
        self._driver = await async_playwright().start()
        self._browser = await self._driver.chromium.launch(executable_path=EXECUTABLE, args=list(ARGUMENTS))

    def stop(self) -> None:
        async def close() -> None:
            if self._browser is not None:
                await self._browser.close()
            await self._driver.stop()
            await self._loop.shutdown_default_executor()

        self.run(close())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(10)
        self._loop.close()

    @asynccontextmanager
    async def page(
        self, width: int = 360, height: int = 640, *, script: bool = True, dark: bool = False, scale: float = 2
    ) -> AsyncIterator[tuple[Page, Seen]]:
        """A phone in somebody's hand."""
        assert self._browser is not None
        context = await self._browser.new_context(
            viewport={"width": width, "height": height},
            device_scale_factor=scale,
            is_mobile=True,
            has_touch=True,
            java_script_enabled=script,
            color_scheme="dark" if dark else "light",
            locale="fr-FR",
        )
        try:
            page, seen = await context.new_page(), Seen()
            page.set_default_timeout(PATIENCE)
            seen.watch(page)
            yield page, seen
        finally:
            await context.close()


def chromium_session() -> Iterator[Chromium]:
    """For a session fixture."""
    chromium = Chromium()
    chromium.start()
    try:
        yield chromium
    finally:
        chromium.stop()
