"""The customers' page's source over an open shop: every method may block and is called off the window's thread."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Final

from core.accounts.guard import PREFIX, role_of
from core.accounts.rules import may
from core.bootstrap import Shop
from core.conversations import history, threads
from core.customers import (
    allowing,
    consent,
    export,
    listing,
    merges,
    placing,
    proposing,
    queries,
    restricting,
    rules,
    tags,
    writing,
)
from core.customers.explaining import explain
from core.customers.listing import CustomerRow, Wanted
from core.customers.views import CustomerView
from core.orders import terms
from core.orders.standing import lately
from core.storage.connection import Reader
from desktop.bridge import Control, Stopped
from desktop.pages.customers.source import Known, Overview, Place, Profile
from desktop.pages.live.rows import PROVIDERS
from desktop.texts import Texts

ACTOR: Final = "seller"


class ShopCustomers:
    """Implements :class:`desktop.pages.customers.source.CustomersSource`."""

    def __init__(self, shop: Shop) -> None:
        self._shop = shop
        self._engine = shop.engine

    # -- reading -----------------------------------------------------------------------------------------------

    def overview(self, wanted: Wanted) -> Overview:
        def read(reader: Reader) -> Overview:
            rights = [self._may(reader, f"customers.{right}") for right in ("write", "export", "credit")]
            return Overview(listing.counts(reader), listing.count(reader, wanted), *rights)

        return self._engine.read(read)

    def _may(self, reader: Reader, right: str) -> bool:
        acting = self._engine.acting.get(ACTOR, "")
        if not acting.startswith(PREFIX):
            return True
        role = role_of(reader, int(acting.removeprefix(PREFIX)))
        return role is not None and may(role, right)

    def page(self, wanted: Wanted, after: Place | None, limit: int) -> list[CustomerRow]:
        return self._engine.read(lambda r: listing.page(r, wanted, after, limit))

    def towns(self) -> list[tuple[str, int]]:
        return self._engine.read(placing.towns)

    def profile(self, customer_id: int, moments: int, language: str) -> Profile:
        shop, now = self._shop, self._shop.clock.now()
        t = Texts(language)

        def read(reader: Reader) -> Profile:
            view = queries.customer(reader, customer_id)
            known = reader.all(
                "SELECT kind, value, first_seen, last_seen FROM identity WHERE customer_id = ? ORDER BY last_seen DESC",
                (customer_id,),
            )
            asked = "SELECT allowed_until, terms_days, no_offers FROM customer WHERE id = ?"
            until, days, refused = reader.one(asked, (customer_id,)) or (0, 0, 0)
            found = lately(reader, customer_id, now, shop.orders.holds, lambda means: t(PROVIDERS.get(means, means)))
            return Profile(
                view,
                explain(view.record, language, shop.card.currency, found),
                rules.stars(view.record),
                rules.success(view.record),
                tags.of(reader, customer_id),
                tuple(Known(*row) for row in known),
                tuple(proposing.proposals(reader, customer_id)),
                tuple(history.moments(reader, customer_id, moments)),
                shop.orders.limits.standing(reader, customer_id, now),
                until if until > now else 0,
                days,
                not refused,
                consent.last(reader, customer_id),
                self._may(reader, "customers.write"),
                self._may(reader, "customers.credit"),
                restricting.restricted(reader, customer_id),
                next(iter(merges.standing(reader, customer_id)), None),
            )

        return self._engine.read(read)

    def owner(self, phone: str) -> CustomerView | None:
        def read(reader: Reader) -> CustomerView | None:
            number = writing.owner(reader, phone)
            return None if number is None else queries.customer(reader, number)

        return self._engine.read(read)

    # -- verbs -------------------------------------------------------------------------------------------------

    def add(self, name: str, phone: str) -> int:
        language = self._shop.settings.get("store.language")
        return self._engine.call(lambda tx: writing.add(tx, name, phone, language), actor=ACTOR)

    def change(self, customer_id: int, name: str, phone: str | None) -> None:
        self._engine.call(lambda tx: writing.change(tx, customer_id, name, phone), actor=ACTOR)

    def tag(self, customer_id: int, tag: str) -> None:
        self._engine.call(lambda tx: tags.put(tx, customer_id, tag), actor=ACTOR)

    def untag(self, customer_id: int, tag: str) -> None:
        self._engine.call(lambda tx: tags.take_off(tx, customer_id, tag), actor=ACTOR)

    def withdraw(self, customer_id: int) -> None:
        self._engine.call(lambda tx: allowing.allow(tx, customer_id, 0), actor=ACTOR)

    def terms(self, customer_id: int, days: int) -> None:
        self._engine.call(lambda tx: terms.allow(tx, customer_id, days), actor=ACTOR)

    def thread(self, customer_id: int) -> int:
        return self._engine.call(lambda tx: threads.thread_of(tx, customer_id), actor=ACTOR)

    def export(
        self, path: Path, wanted: Wanted, titles: Sequence[str], tiers: dict[str, str], control: Control
    ) -> int | None:
        from core.adapters import sheets

        shop = self._shop
        total = self._engine.call(lambda tx: export.asked(tx, wanted), actor=ACTOR)
        with self._engine.reader() as reader:
            reader.connection.execute("BEGIN")  # every page is of the same moment
            try:
                found = export.rows(reader, wanted, shop.card.currency, shop.country.zone, tiers)
                return sheets.write(path, titles, found, lambda done: control.advance(done, total))
            except Stopped:
                return None
            finally:
                reader.connection.execute("END")
