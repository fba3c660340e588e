"""An open shop as the window sees it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import ClassVar, Protocol

from core.accounts import queries
from core.accounts.guard import FORBIDDEN
from core.bootstrap import Shop, following, moving, settling
from core.bootstrap.checkup import Line, Words
from core.connecting.rules import DONE
from core.kernel.clock import Clock
from core.kernel.errors import Forbidden
from core.kernel.events import Event
from core.quotes import listing
from core.reconciliation import concerns
from core.settings.declarations import ANSWERS
from desktop.bridge import Control
from desktop.context import Badges, Link, Status, StoreInfo
from desktop.sources import stores
from desktop.sources.access import ShopAccess
from desktop.sources.analyses import ShopAnalyses
from desktop.sources.asking import asked
from desktop.sources.catalogue import ShopCatalogue
from desktop.sources.conversations import ShopConversations
from desktop.sources.customers import ShopCustomers
from desktop.sources.happenings import ShopHappenings
from desktop.sources.journal import ShopJournal
from desktop.sources.live import ShopLive
from desktop.sources.lives import ShopLives
from desktop.sources.lock import ShopLock
from desktop.sources.messages import ShopMessages
from desktop.sources.orders import ShopOrders
from desktop.sources.papers import ShopPapers
from desktop.sources.payments import ShopPayments
from desktop.sources.pipeline import ShopPipeline
from desktop.sources.quotes import ShopQuotes
from desktop.sources.search import ShopSearch
from desktop.sources.settings import ShopSettings
from desktop.sources.support import ShopSupport
from desktop.sources.templates import ShopTemplates
from desktop.sources.tunnel import ShopTunnel
from desktop.sources.welcome import Practices, ShopWelcome
from desktop.stores.keeping import Day
from desktop.tunnelwords import link_state


class StorageChanged(Event, frozen=True):
    """The database began to refuse commits, or takes them again."""

    area: ClassVar[str] = "storage"
    audited: ClassVar[bool] = False
    failing: bool


class TunnelChanged(Event, frozen=True):
    """The tunnel opened, broke, or waits for somebody."""

    area: ClassVar[str] = "tunnel"
    audited: ClassVar[bool] = False


class Backstage(Protocol):
    """The server that runs beside the window; main hands it in, because the window does not know the web."""

    def start(self) -> str: ...

    def stop(self) -> None: ...


class ShopContext:
    """Implements :class:`desktop.context.Context`."""

    def __init__(self, shop: Shop, backstage: Backstage, practices: Practices | None = None) -> None:
        self.shop = shop
        self._backstage = backstage
        self._live = ShopLive(shop)
        self._orders = ShopOrders(shop)
        self._conversations = ShopConversations(shop)
        self._customers = ShopCustomers(shop)
        self._pipeline = ShopPipeline(shop)
        self._catalogue = ShopCatalogue(shop)
        self._payments = ShopPayments(shop)
        self._papers = ShopPapers(shop)
        self._messages = ShopMessages(shop)
        self._templates = ShopTemplates(shop)
        self._quotes = ShopQuotes(shop, self._papers, self._live)
        self._analyses = ShopAnalyses(shop)
        self._lives = ShopLives(shop)
        self._settings = ShopSettings(shop)
        self._support = ShopSupport(shop)
        self._search = ShopSearch(shop)
        self._happenings = ShopHappenings(shop)
        self._welcome = ShopWelcome(shop, practices, ShopContext)
        self._journal = ShopJournal(shop)
        self._lock = ShopLock(shop)
        self._access = ShopAccess(shop, self._lock)
        self._tunnel = ShopTunnel(shop)
        self._storage_listeners: list[Callable[[Sequence[Event]], None]] = []
        shop.engine.on_storage = self._storage_changed
        self._quiet = shop.tunnel.listen(lambda: self._tell(TunnelChanged()))

    @property
    def store(self) -> StoreInfo:
        shop = self.shop
        language = shop.settings.get("store.language")
        return StoreInfo(
            shop.slug,
            shop.name,
            shop.card.country,
            shop.card.currency,
            shop.country.zone,
            language,
            self._welcome.step() != DONE,
        )

    @property
    def clock(self) -> Clock:
        return self.shop.clock

    @property
    def live(self) -> ShopLive:
        return self._live

    @property
    def orders(self) -> ShopOrders:
        return self._orders

    @property
    def conversations(self) -> ShopConversations:
        return self._conversations

    @property
    def customers(self) -> ShopCustomers:
        return self._customers

    @property
    def pipeline(self) -> ShopPipeline:
        return self._pipeline

    @property
    def catalogue(self) -> ShopCatalogue:
        return self._catalogue

    @property
    def payments(self) -> ShopPayments:
        return self._payments

    @property
    def papers(self) -> ShopPapers:
        return self._papers

    @property
    def messages(self) -> ShopMessages:
        return self._messages

    @property
    def templates(self) -> ShopTemplates:
        return self._templates

    @property
    def quotes(self) -> ShopQuotes:
        return self._quotes

    @property
    def analyses(self) -> ShopAnalyses:
        return self._analyses

    @property
    def lives(self) -> ShopLives:
        return self._lives

    @property
    def settings(self) -> ShopSettings:
        return self._settings

    @property
    def tunnel(self) -> ShopTunnel:
        return self._tunnel

    @property
    def support(self) -> ShopSupport:
        return self._support

    @property
    def search(self) -> ShopSearch:
        return self._search

    @property
    def happenings(self) -> ShopHappenings:
        return self._happenings

    @property
    def welcome(self) -> ShopWelcome:
        return self._welcome

    @property
    def journal(self) -> ShopJournal:
        return self._journal

    @property
    def lock(self) -> ShopLock:
        return self._lock

    @property
    def access(self) -> ShopAccess:
        return self._access

    def subscribe(self, callback: Callable[[Sequence[Event]], None]) -> Callable[[], None]:
        self._storage_listeners.append(callback)
        unsubscribe = self.shop.engine.subscribe(callback)

        def end() -> None:
            self._storage_listeners.remove(callback)
            unsubscribe()

        return end

    def _storage_changed(self, failing: bool) -> None:
        """The disk refuses, or takes again: nothing was committed, so no event of the shop tells the window."""
        self._tell(StorageChanged(failing))

    def _tell(self, event: Event) -> None:
        for listener in tuple(self._storage_listeners):
            listener([event])

    def status(self) -> Status:
        shop = self.shop
        tunnel = shop.tunnel.state
        links = [
            Link("", link_state(tunnel, shop.address()), "tunnel", "network"),
            Link("WhatsApp", self._whatsapp_state(), "whatsapp", "whatsapp"),
        ]
        links += [Link(p.label, "ok", "psp", f"psp.{p.name}") for p in shop.providers()]
        if len(links) == 2:  # nobody can pay
            links.append(Link("", "off"))
        queued = shop.engine.read(
            lambda r: r.value("SELECT count(*) FROM outbox WHERE state IN ('queued', 'sending') AND kind <> 'receipt'")
        )
        keeper = shop.keeper
        me, now = self._lock.account_id, shop.clock.now()
        person = None if me is None else shop.engine.read(lambda r: queries.person(r, me, now))
        return Status(
            tuple(links),
            queued,
            keeper.state.safe_at,
            shop.engine.storage_failing,
            backup_late=keeper.is_late(),
            backup_harmed=keeper.state.harmed,
            comparing=shop.returning.pending(),
            second_due=person.second_due if person else None,
            lent_until=shop.engine.read(lambda r: queries.lent_until(r, now)),
            tunnel=tunnel,
            hands=following.hands(shop),
            paused=not shop.settings.switch(ANSWERS),
        )

    def _whatsapp_state(self) -> str:
        if self.shop.channel() is None:
            return "off"
        return "down" if self.shop.sender.halt is not None else "ok"

    def badges(self) -> Badges:
        waiting, undecided = self.shop.engine.read(
            lambda r: r.one(
                "SELECT (SELECT count(*) FROM conversation WHERE escalated_at IS NOT NULL),"
                " (SELECT count(*) FROM orders WHERE undecided = 1) + (SELECT count(*) FROM attempt"
                " WHERE claimed_at IS NOT NULL AND state NOT IN ('paid', 'rejected'))"
            )
        ) or (0, 0)
        now = self.shop.clock.now()
        money = self.shop.engine.read(lambda r: concerns.count(r, now))
        papers = self.shop.engine.read(lambda r: self._papers.attention(r, now))
        asked = self.shop.engine.read(listing.waiting)
        return Badges(
            (
                ("conversations", waiting),
                ("live", undecided),
                ("payments", money),
                ("quotes", asked),
                ("papers", papers),
            )
        )

    def badge(self) -> str:
        return self.shop.settings.get("store.colour")

    def day(self) -> Day:
        return stores.day(self.shop)

    def owns(self) -> bool:
        return stores.owns(self.shop, self._lock.account_id)

    def export(self, target: Path) -> Path:
        if not self.owns():
            raise Forbidden(FORBIDDEN)
        return stores.export(self.shop, target)

    def move_standing(self) -> moving.Standing:
        if not self.owns():
            raise Forbidden(FORBIDDEN)
        return moving.standing(self.shop)

    def arrival(self, language: str, control: Control) -> list[Line]:
        words = Words(language)
        asked_for = asked(self.shop, partial(settling.outside, self.shop, words), control)
        return [*settling.here(self.shop, words), *(asked_for or [])]

    def close(self) -> None:
        self._quiet()
        self._welcome.close()
        self._backstage.stop()
        self.shop.close()
        self._papers.close()
