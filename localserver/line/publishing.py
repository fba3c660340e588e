"""What the relay shows of pay links while the store is away: told anew with each connection, then as it changes."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Sequence
from contextlib import suppress
from functools import partial
from typing import Final

from msgspec.structs import replace

from core.bootstrap import Shop
from core.kernel.clock import DAY
from core.kernel.events import Event
from core.kernel.waiting import woken
from core.paylinks.queries import LinkView, open_page, read_link
from core.paylinks.rules import Standing, payable, standing
from core.relay.frames import Page, Publish, Published
from core.relay.keys import challenge_mark, page_id, seal_page
from core.relay.pages import AwayPage, encode_page
from localserver.pay.page import Pages, Way
from localserver.pay.view import build
from localserver.pay.words import Words, spoken

log = logging.getLogger(__name__)

VERIFY: Final = "whatsapp.verify_token"
GATHER: Final = 0.2  # s: a sale changes its order several times
KEEP: Final = 7 * DAY
"""How long an ended order's page is kept: its buyer may look whether the money arrived."""
RECENT: Final = DAY
"""Ended orders that are told anew with each connection: the relay has kept what it was told of older ones."""
MOST: Final = 500  # with each connection; the newest count
COMPARED: Final = 100
AT_ONCE: Final = 10
BREATH: Final = 0.05
"""Seconds between so many pages: a network that comes and goes must not keep the interpreter from the window."""

_HELD: Final = (Standing.RESERVED, Standing.CHECKING, Standing.UNDERPAID)
"""What ends by itself; what was sold waits on."""


class PagePublisher:
    """Implements :class:`localserver.line.line.Publisher` for one shop."""

    def __init__(self, shop: Shop, pages: Callable[[], Pages]) -> None:
        self._shop = shop
        self._pages = pages
        self._dirty: set[int] = set()
        self._wanted = False
        self._wake = asyncio.Event()
        self._task: asyncio.Task[None] | None = None
        self._unsubscribe: Callable[[], object] | None = None
        self._number = 0
        self._known: tuple[bytes, ...] = ()
        self._comparing: dict[bytes, int] = {}
        self._send: Callable[[Publish], None] = lambda frame: None
        self._skew = 0

    def begin(self, send: Callable[[Publish], None]) -> None:
        said = self._shop.line.now
        self._skew = said - self._shop.clock.now() if said else 0
        loop = asyncio.get_running_loop()
        self._send = send
        ends = (
            self._shop.engine.subscribe(self._listener(loop)),
            self._shop.tunnel.keep(self._settings_listener(loop)),
        )
        self._unsubscribe = lambda: [end() for end in ends]
        self._task = loop.create_task(self._work(send), name="publishing")

    def told(self, answer: Published) -> None:
        if answer.refused:
            log.warning("The relay does not keep what this store publishes (%s)", answer.refused)
        if missing := {self._comparing[one] for one in answer.missing if one in self._comparing}:
            self._changed(missing)

    def compare(self) -> None:
        self._wanted = True
        self._wake.set()

    def end(self) -> None:
        self._send = lambda frame: None
        if self._unsubscribe is not None:
            self._unsubscribe()
            self._unsubscribe = None
        if self._task is not None:
            self._task.cancel()
            self._task = None

    def _listener(self, loop: asyncio.AbstractEventLoop) -> Callable[[Sequence[Event]], None]:
        def on_commit(events: Sequence[Event]) -> None:
            """On the writer thread: only hand over."""
            numbers = {n for event in events if (n := getattr(event, "order_id", None)) is not None}
            if numbers:
                with suppress(RuntimeError):  # the loop closed meanwhile
                    loop.call_soon_threadsafe(self._changed, numbers)

        return on_commit

    def _settings_listener(self, loop: asyncio.AbstractEventLoop) -> Callable[[bool], None]:
        """Not the event of it: a secret is noted before it is kept, so that what is told then would be the old one."""

        def on_change(now: bool) -> None:
            with suppress(RuntimeError):
                loop.call_soon_threadsafe(self._relearn)

        return on_change

    def _relearn(self) -> None:
        """At once: WhatsApp may be led to the address in the same moment, and asks for the token then."""
        if self._marks() != self._known:
            self._send(self._challenges())

    def _changed(self, numbers: set[int]) -> None:
        self._dirty |= numbers
        self._wake.set()

    async def _work(self, send: Callable[[Publish], None]) -> None:
        send(self._challenges())
        self._dirty |= set(await asyncio.to_thread(self._all))
        self._wake.set()
        while True:
            await woken(self._wake, None)
            await asyncio.sleep(GATHER)
            self._wake.clear()
            if self._wanted:
                self._wanted = False
                self._comparing = await asyncio.to_thread(self._open_pages)
                send(replace(self._challenges(), asked=tuple(self._comparing)))
            numbers, self._dirty = sorted(self._dirty, reverse=True), set()
            for start in range(0, len(numbers), AT_ONCE):
                pages = await asyncio.to_thread(self._drawn, numbers[start : start + AT_ONCE])
                if pages:
                    send(self._frame(pages))
                await asyncio.sleep(BREATH)

    def _challenges(self) -> Publish:
        """What WhatsApp's question is recognised by."""
        self._known = self._marks()
        return self._frame((), challenges=self._known)

    def _marks(self) -> tuple[bytes, ...]:
        token = self._shop.settings.secret(VERIFY)
        return (challenge_mark(token),) if token else ()

    def _frame(self, pages: Sequence[Page], challenges: tuple[bytes, ...] | None = None) -> Publish:
        self._number += 1
        return Publish(self._number, tuple(pages), (), challenges)

    def _all(self) -> list[int]:
        """Orders whose page somebody may open, the newest first."""
        since = self._shop.clock.now() - RECENT
        rows = self._shop.engine.read(
            lambda r: r.all(
                "SELECT id FROM orders WHERE state = 'reserved' OR reserved_at > ? ORDER BY id DESC LIMIT ?",
                (since, MOST),
            )
        )
        return [row[0] for row in rows]

    def _open_pages(self) -> dict[bytes, int]:
        """The pages that buyers may pay on now, by the id they have at the relay."""
        rows = self._shop.engine.read(
            lambda r: r.all(
                "SELECT link, id FROM orders WHERE state = 'reserved' AND link IS NOT NULL ORDER BY id DESC LIMIT ?",
                (COMPARED,),
            )
        )
        return {page_id(f"/p/{self._shop.links.token(nonce)}"): order_id for nonce, order_id in rows}

    def _drawn(self, numbers: Sequence[int]) -> list[Page]:
        found = []
        for order_id in numbers:
            page = self._draw(order_id)
            if page is not None:
                found.append(page)
        return found

    def _draw(self, order_id: int) -> Page | None:
        shop = self._shop
        nonce, view, link = shop.engine.read(
            lambda r: (
                r.value("SELECT link FROM orders WHERE id = ?", (order_id,)),
                read_link(r, order_id),
                open_page(r, order_id),
            )
        )
        if nonce is None or view is None:
            return None
        token = shop.links.token(nonce)
        path = f"/p/{token}"
        sealed = seal_page(path, encode_page(self._page(view, token, link)))
        return Page(page_id(path), sealed, max(shop.clock.now(), view.facts.expires_at) + KEEP)

    def _page(self, view: LinkView, token: str, link: str | None) -> AwayPage:
        """What is shown, and what instead of it when the way to pay ends, then the time to pay."""
        shop = self._shop
        now, ends = shop.clock.now(), view.facts.expires_at
        words = Words(spoken(view.language), shop.country.zone, shop.card.currency)
        pages = self._pages()
        draw = partial(pages.away, build(shop, view, token, words, "", None, invoice=False), words, words.time(now))
        if not payable(view.facts, now):
            return AwayPage(draw(), pages.away_policy(), words.language)
        way = _way(view, link, words, now)
        later = [(way.ends, draw())] if way and way.ends < ends else []
        if standing(view.facts, now) in _HELD:
            later.append((ends, draw(over=True)))
        there = tuple((moment + self._skew, html) for moment, html in later)
        return AwayPage(draw(way), pages.away_policy(), words.language, there)


def _way(view: LinkView, link: str | None, words: Words, now: int) -> Way | None:
    """The payment the buyer has begun, else the one that was opened ahead."""
    begun, ahead = view.last, view.prepared
    if link and begun:
        return Way(link, words.means_within(begun.provider, begun.method), begun=True, ends=view.facts.expires_at)
    if ahead is None or ahead.ends <= now:
        return None
    return Way(ahead.url, words.means_within(ahead.provider, ahead.method), begun=False, ends=ahead.ends)
