"""The live board's source over an open shop: every method may block and is called off the window's thread."""

from __future__ import annotations

from collections.abc import Sequence

from core.bootstrap.chat import chat_url, claim_url, overlay_urls
from core.catalogue import queries as catalogue
from core.catalogue.views import ProductView
from core.conversations import manual
from core.kernel.errors import NotFound
from core.kernel.phone import normalise
from core.live import queries, service
from core.live.views import Alert, BoardRow, MinuteBar, SessionView, StockBar, Tiles
from core.orders import settling
from core.payments import receipts
from core.storage.pictures import find
from desktop.pages.live.presenter import InvoiceResult, NewInvoice, NewLive, OverlayPlace, Stage
from desktop.pictures import Thumb, thumb
from desktop.sources.steering import ACTOR, ShopSteering


class ShopLive(ShopSteering):
    """Implements :class:`desktop.pages.live.presenter.LiveSource`."""

    def _session_id(self) -> int | None:
        running = self._engine.read(queries.session)
        return running.session_id if running else None

    # -- reading -----------------------------------------------------------------------------------------------

    def session(self) -> SessionView | None:
        return self._engine.read(queries.session)

    def board(self) -> list[BoardRow]:
        return self._engine.read(lambda r: queries.board(r, self._session_id()))

    def rows(self, order_ids: Sequence[int]) -> list[BoardRow]:
        session_id = self._session_id()
        return self._engine.read(lambda r: queries.rows(r, list(order_ids), session_id))

    def order(self, order_id: int) -> BoardRow | None:
        found = self._engine.read(lambda r: queries.rows(r, [order_id]))
        return found[0] if found else None

    def tiles(self) -> Tiles:
        session_id, now = self._session_id(), self._shop.clock.now()
        return self._engine.read(lambda r: queries.tiles(r, session_id, now))

    def stock(self) -> list[StockBar]:
        session_id = self._session_id()
        return self._engine.read(lambda r: queries.stock(r, session_id))

    def alerts(self) -> list[Alert]:
        session_id = self._session_id()
        return self._engine.read(lambda r: queries.alerts(r, session_id))

    def minutes(self) -> list[MinuteBar]:
        session_id = self._session_id()
        return [] if session_id is None else self._engine.read(lambda r: queries.minutes(r, session_id))

    def products(self, query: str, limit: int) -> list[ProductView]:
        if query.strip():
            ids = self._shop.lexicon.search(query, limit)
            return self._engine.read(lambda r: catalogue.by_ids(r, ids))
        return self._engine.read(lambda r: catalogue.by_ids(r, queries.recent_products(r, limit)))

    def thumb(self, photo: str, width: int, height: int) -> Thumb | None:
        path = find(self._shop.media, photo)
        return None if path is None else thumb(path, width, height)

    def stage(self) -> Stage:
        view = self._engine.read(queries.stage)
        product = view.product
        link = claim_url(self._shop, product.keyword) if product and product.on_sale else ""
        return Stage(view, link)

    def overlay(self) -> OverlayPlace:
        return OverlayPlace(*overlay_urls(self._shop), bool(chat_url(self._shop, "")))

    # -- acting ------------------------------------------------------------------------------------------------

    def start_live(self, live: NewLive) -> SessionView:
        self._engine.call(lambda tx: service.start(tx, live.title, live.source), actor=ACTOR)
        if live.on_screen is not None:
            self.set_on_screen(live.on_screen)
        started = self.session()
        if started is None:
            raise NotFound("No live is running.")
        return started

    def end_live(self) -> None:
        self._engine.call(service.end, actor=ACTOR)

    def set_on_screen(self, product_id: int | None) -> None:
        self._engine.call(lambda tx: service.show(tx, product_id), actor=ACTOR)

    def new_invoice(self, invoice: NewInvoice) -> InvoiceResult:
        phone = normalise(invoice.phone, self._shop.card.country)
        running = self.session()
        source = running.source if running else "shop"
        made = self._engine.call(
            lambda tx: manual.live_invoice(
                tx, self._shop.talk, invoice.name, phone, invoice.product_id, invoice.quantity, source
            ),
            actor=ACTOR,
        )
        return InvoiceResult(made.order_id, made.reference, made.url, made.queued)

    def cancel_order(self, order_id: int) -> None:
        self._engine.call(lambda tx: self._shop.orders.cancel(tx, order_id, "seller"), actor=ACTOR)

    def extend_order(self, order_id: int, minutes: int) -> None:
        self._engine.call(lambda tx: self._shop.orders.extend(tx, order_id, minutes), actor=ACTOR)

    def decide(self, order_id: int, question: int, choice: str, substitute: tuple[int, int] | None = None) -> None:
        wanted = settling.Substitute(*substitute) if substitute else None
        self._engine.call(
            lambda tx: settling.decide(tx, self._shop.orders, order_id, choice, wanted, question=question),
            actor=ACTOR,
        )

    def receipt(self, order_id: int, amount: int | None) -> None:
        if amount is None:
            self._engine.call(lambda tx: receipts.deny(tx, order_id), actor=ACTOR)
        else:
            self._engine.call(lambda tx: receipts.confirm(tx, order_id, amount), actor=ACTOR)

    def refund_done(self, decision_id: int) -> None:
        self._engine.call(lambda tx: settling.refund_done(tx, decision_id), actor=ACTOR)
