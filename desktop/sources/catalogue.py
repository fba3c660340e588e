"""The catalogue page's source over an open shop: every method may block and is called off the window's thread."""

from __future__ import annotations

import re
import shutil
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any, Final

from core.bootstrap import Shop
from core.catalogue import adjusting, queries, service
from core.catalogue.adjusting import Adjustment
from core.catalogue.rules import ProductFields
from core.catalogue.service import ImportPlan
from core.catalogue.views import ProductView
from core.kernel import sheet
from core.kernel.clock import to_datetime
from core.kernel.errors import EnvironmentProblem, NotFound
from core.kernel.paths import resource
from core.kernel.reasons import reason
from core.kernel.text import fold, short_name
from core.slots import queries as queries_of_times
from core.slots import service as slots
from core.slots.rules import Weekly
from core.slots.service import Added
from core.storage import pictures as store
from core.storage.connection import Reader
from core.storage.engine import Tx
from core.storage.pictures import MediaFile
from desktop import pictures
from desktop.bridge import Control
from desktop.pages.catalogue.draft import day_of
from desktop.pages.catalogue.presenter import FOUND_MAX, Counts, Filter, NewPhoto, Question, Sort, Stopped, TimeView
from desktop.pictures import Thumb
from desktop.sources import productlist
from desktop.sources.pairs import ShopPairs

ACTOR: Final = "seller"
TIMES: Final = 150  # shown of a product: some weeks of them
SAMPLE: Final = {"XOF": "boutique-dakar.csv", "MGA": "boutique-antananarivo.csv"}

# Ruling R6, as core.catalogue.rules.critical has it; a product nobody can have any more counts as sold out.
_FREE = "on_hand - held"
_LOW = f"({_FREE} > 0 AND ({_FREE} <= 1 OR ({_FREE}) * 5 <= total))"
_WHERE: Final[dict[Filter, str]] = {
    "all": "1",
    "on_sale": "active",
    "low": f"active AND {_LOW}",
    "sold_out": f"active AND {_FREE} <= 0",
    "inactive": "NOT active",
}
_COUNTS = f"""SELECT count(*), coalesce(sum(active), 0), coalesce(sum(active AND {_LOW}), 0),
    coalesce(sum(active AND {_FREE} <= 0), 0), coalesce(sum(NOT active), 0) FROM product"""  # noqa: S608 - constants
_NUMBERS: Final[dict[Sort, str]] = {"price": "price", "stock": _FREE, "state": f"active, {_FREE} > 0, NOT {_LOW}"}
_TEXTS: Final[dict[Sort, str]] = {"product": "keyword", "title": "title"}
_DIGITS = re.compile(r"\d+")


class _Halt(Exception):
    """The seller asked to stop; never leaves this module."""


class ShopCatalogue:
    """Implements :class:`desktop.pages.catalogue.presenter.CatalogueSource`."""

    def __init__(self, shop: Shop) -> None:
        self.pairs = ShopPairs(shop)
        self._shop = shop
        self._engine = shop.engine

    # -- reading -----------------------------------------------------------------------------------------------

    def ids(self, question: Question) -> tuple[int, ...]:
        words = fold(question.query).split()
        if words:
            return self._engine.read(lambda r: self._search(r, question, words))
        return self._engine.read(lambda r: _listed(r, question))

    def _search(self, reader: Reader, question: Question, words: Sequence[str]) -> tuple[int, ...]:
        """Best match first. The lexicon knows what is on sale; the few products off sale are looked through here."""
        found = self._shop.lexicon.search(question.query, FOUND_MAX)
        if question.filter in ("all", "inactive"):
            rows = reader.all("SELECT id, keyword || ' ' || sku || ' ' || title FROM product WHERE NOT active")
            found += [row[0] for row in rows if all(word in fold(row[1]) for word in words)][:FOUND_MAX]
        if question.filter != "all":
            marks = ",".join("?" * len(found))
            where = _WHERE[question.filter]
            rows = reader.all(f"SELECT id FROM product WHERE id IN ({marks}) AND {where}", found)  # noqa: S608
            fitting = {row[0] for row in rows}
            found = [product_id for product_id in found if product_id in fitting]
        return tuple(found[:FOUND_MAX])

    def products(self, ids: Sequence[int]) -> list[ProductView]:
        return self._engine.read(lambda r: queries.by_ids(r, ids))

    def counts(self) -> Counts:
        row = self._engine.read(lambda r: r.one(_COUNTS))
        return Counts(*row) if row else Counts()

    def categories(self) -> tuple[str, ...]:
        rows = self._engine.read(lambda r: r.all("SELECT DISTINCT category FROM product WHERE category <> ''"))
        return tuple(sorted((row[0] for row in rows), key=fold))

    def taken(self, sku: str, keyword: str, other_than: int | None) -> frozenset[str]:
        row = self._engine.read(
            lambda r: r.one(
                "SELECT EXISTS (SELECT 1 FROM product WHERE sku = ?1 AND id IS NOT ?3),"
                " EXISTS (SELECT 1 FROM product WHERE keyword = ?2 AND id IS NOT ?3)",
                (sku, keyword, other_than),
            )
        ) or (0, 0)
        return frozenset(name for name, is_taken in zip(("sku", "keyword"), row, strict=True) if is_taken)

    # -- one product -------------------------------------------------------------------------------------------

    def add(self, values: dict[str, str], photo: NewPhoto | None) -> int:
        texts, day = self._apart(values)
        wanted = service.checked({**texts, "photo": ""}, self._shop.card.currency)
        name = self._kept(photo)
        return self._engine.call(lambda tx: _added(tx, wanted, name, day), actor=ACTOR)

    def _apart(self, values: dict[str, str]) -> tuple[dict[str, str], dict[str, Any]]:
        """What every product has, and the day and place of what takes place on one."""
        texts = {name: text for name, text in values.items() if name not in ("day", "place")}
        place = values.get("place", "").strip()
        return texts, {"event_at": day_of(values.get("day", ""), self._shop.country.zone, place), "place": place}

    def change(self, product: ProductView, values: dict[str, str], photo: NewPhoto | None) -> None:
        texts, day = self._apart(values)
        wanted = service.checked({**texts, "photo": product.photo or ""}, self._shop.card.currency)
        changed = differences(product, wanted)
        if "day" in values:
            changed |= {name: value for name, value in day.items() if value != getattr(product, name)}
        if photo is not None:
            changed["photo"] = self._kept(photo)
        if changed:
            self._engine.call(lambda tx: service.change(tx, product.id, **changed), actor=ACTOR)

    def _kept(self, photo: NewPhoto | None) -> str | None:
        picture = photo.picture if photo else None
        return None if picture is None else store.keep(self._shop.media, picture)

    # -- times -------------------------------------------------------------------------------------------------

    def times(self, product_id: int) -> tuple[TimeView, ...]:
        now = self._shop.clock.now()
        return self._engine.read(lambda r: tuple(_times(r, product_id, now)))

    def sells_times(self) -> bool:
        return self._shop.orders.segment().require_date_time_slot

    def add_times(self, product_id: int, habit: Weekly) -> Added:
        zone = self._shop.country.zone
        first = to_datetime(self._shop.clock.now(), zone).date()
        return self._engine.call(lambda tx: slots.add_weekly(tx, product_id, habit, first, zone), actor=ACTOR)

    def close_time(self, slot_id: int) -> None:
        self._engine.call(lambda tx: slots.remove(tx, slot_id), actor=ACTOR)

    def move_stock(self, product_id: int, step: int) -> None:
        self._engine.call(lambda tx: _move_stock(tx, product_id, step), actor=ACTOR)

    def set_active(self, product_id: int, active: bool) -> None:
        self._engine.call(lambda tx: service.change(tx, product_id, active=active), actor=ACTOR)

    def adjust(self, product_id: int, wanted: Adjustment) -> tuple[ProductView, ProductView] | None:
        return self._engine.call(lambda tx: adjusting.adjust(tx, product_id, wanted), actor=ACTOR)

    def revert(self, before: ProductView, after: ProductView) -> None:
        self._engine.call(lambda tx: productlist.revert(tx, before, after), actor=ACTOR)

    def export(self, path: Path, titles: Sequence[str], question: Question, control: Control) -> int | None:
        return productlist.write(self._shop, path, titles, self.ids(question), control)

    # -- photos ------------------------------------------------------------------------------------------------

    def set_photo(self, product_id: int, photo: MediaFile) -> None:
        name = store.keep(self._shop.media, photo)
        self._engine.call(lambda tx: service.change(tx, product_id, photo=name), actor=ACTOR)

    def prepare(self, source: Path | bytes) -> MediaFile:
        return pictures.prepare(source)

    def thumb(self, photo: str, width: int, height: int) -> Thumb | None:
        path = store.find(self._shop.media, photo)
        return None if path is None else pictures.thumb(path, width, height)

    def thumb_of(self, prepared: MediaFile, width: int, height: int) -> Thumb | None:
        return pictures.thumb(prepared.content, width, height)

    # -- import ------------------------------------------------------------------------------------------------

    def plan(self, path: Path, control: Control) -> ImportPlan:
        data = read_list(path)
        return self._engine.read(lambda r: service.plan(r, data, self._shop.card.currency, _watched(control)))

    def carry_out(self, planned: ImportPlan, atomic: bool, control: Control) -> Stopped | None:
        written = 0
        watch = _watched(control)

        def progress(done: int, total: int) -> None:
            nonlocal written
            written = done
            watch(done, total)

        try:
            service.carry_out(self._engine, planned, atomic=atomic, progress=progress, actor=ACTOR)
        except _Halt:
            return Stopped(written, len(planned.rows)) if written < len(planned.rows) else None
        return None

    def save_sample(self, path: Path) -> None:
        source = resource("samples", SAMPLE.get(self._shop.card.currency, "shop-english.csv"))
        try:
            shutil.copyfile(source, path)
        except OSError as error:
            raise EnvironmentProblem(
                "The folder {path} cannot be written ({detail}).", path=path.parent, detail=reason(error)
            ) from None


def differences(product: ProductView, wanted: ProductFields) -> dict[str, Any]:
    """The fields a person changed: what sold meanwhile is not undone by saving a title."""
    before = {
        **{name: getattr(product, name, None) for name in ProductFields.__struct_fields__},
        "stock": product.on_hand,
    }
    return {name: value for name in before if (value := getattr(wanted, name)) != before[name] and name != "photo"}


def _added(tx: Tx, wanted: ProductFields, photo: str | None, day: dict[str, Any]) -> int:
    product_id = service.add(tx, wanted)
    more = {**({"photo": photo} if photo else {}), **(day if day["event_at"] is not None else {})}
    if more:
        service.change(tx, product_id, **more)
    return product_id


def _times(reader: Reader, product_id: int, now: int) -> Iterator[TimeView]:
    who = (
        "SELECT c.name FROM booking b JOIN orders o ON o.id = b.order_id JOIN customer c ON c.id = o.customer_id"
        " WHERE b.slot_id = ? ORDER BY b.at"
    )
    for slot in queries_of_times.page(reader, product_id, after=now, limit=TIMES):
        names = tuple(short_name(row[0]) or "—" for row in reader.all(who, (slot.id,))) if slot.taken else ()
        yield TimeView(slot.id, slot.starts_at, slot.minutes, slot.capacity, slot.taken, names)


def _move_stock(tx: Tx, product_id: int, step: int) -> None:
    on_hand = tx.value("SELECT on_hand FROM product WHERE id = ?", (product_id,))
    if on_hand is None:
        raise NotFound("This product is not in the catalogue.")
    service.change(tx, product_id, stock=on_hand + step)


def _listed(reader: Reader, question: Question) -> tuple[int, ...]:
    """All products under a filter. Texts are sorted as people read them: accents aside, ROBE2 before ROBE10."""
    where, down = _WHERE[question.filter], question.descending
    if question.sort in _TEXTS:
        rows = reader.all(f"SELECT id, {_TEXTS[question.sort]} FROM product WHERE {where}")  # noqa: S608 - constants
        return tuple(row[0] for row in sorted(rows, key=lambda row: _natural(row[1]), reverse=down))
    order = _NUMBERS.get(question.sort, "")
    direction = " DESC" if down else ""
    columns = [f"{column}{direction}" for column in order.split(", ") if column]
    by = ", ".join([*columns, "id DESC"])
    return tuple(row[0] for row in reader.all(f"SELECT id FROM product WHERE {where} ORDER BY {by}"))  # noqa: S608


def _natural(text: str) -> str:
    """A plain text that sorts as people read: comparing 50 000 lists would hold the window's thread up."""
    return _DIGITS.sub(lambda digits: digits.group().zfill(12), fold(text))


def read_list(path: Path) -> bytes:
    """The file, no more of it than a product list may have."""
    try:
        with path.open("rb") as file:
            return file.read(sheet.MAX_BYTES + 1)
    except OSError as error:
        raise EnvironmentProblem(
            "The file {path} cannot be read ({detail}).", path=path.name, detail=reason(error)
        ) from None


def _watched(control: Control) -> Callable[[int, int], None]:
    """Tells how far the work is, and ends it when the seller asked for that."""

    def progress(done: int, total: int) -> None:
        control.report(done, total)
        if control.stopped:
            raise _Halt

    return progress
