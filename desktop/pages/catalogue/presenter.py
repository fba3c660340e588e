"""The catalogue without Qt: what it reads and does, and what its rows, chips, pane and questions say."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import tzinfo
from pathlib import Path
from typing import TYPE_CHECKING, Final, Literal, Protocol, get_args

from msgspec import Struct

from core.catalogue.adjusting import Adjustment
from core.catalogue.rules import critical
from core.catalogue.service import ImportPlan
from core.catalogue.views import ProductView
from core.kernel.clock import to_datetime
from core.kernel.look import Role
from core.kernel.money import currency_sign, format_amount, format_money, group_digits
from core.kernel.text import NARROW, one_line
from core.storage.pictures import MediaFile
from desktop.pages.catalogue.pairs_texts import PairsSource
from desktop.pictures import Thumb
from desktop.texts import Texts

if TYPE_CHECKING:
    from core.slots.rules import Weekly
    from core.slots.service import Added
    from desktop.bridge import Control

Filter = Literal["all", "on_sale", "low", "sold_out", "inactive"]
FILTERS: Final[tuple[Filter, ...]] = get_args(Filter)
Sort = Literal["recent", "product", "title", "price", "stock", "state"]
COLUMNS: Final = ("sku", "keyword", "title", "category", "price", "on_hand", "description", "vat")  # of a written list
FOUND_MAX: Final = 300  # products a search shows: what is further down is not what was meant


class Question(Struct, frozen=True):
    """Which products, in what order. ``recent`` has the newest first; a search has the best match first."""

    filter: Filter = "all"
    query: str = ""
    sort: Sort = "recent"
    descending: bool = False


class Counts(Struct, frozen=True):
    """How many products stand under each filter; ``critical`` ones are on sale, sold-out ones are not counted so."""

    all: int = 0
    on_sale: int = 0
    low: int = 0
    sold_out: int = 0
    inactive: int = 0

    def of(self, name: Filter) -> int:
        count: int = getattr(self, name)
        return count


class NewPhoto(Struct, frozen=True):
    """What becomes of a product's photo: another picture, or None to take it away."""

    picture: MediaFile | None


class Stopped(Struct, frozen=True):
    """An import the seller stopped: so many rows are in, the rest is as before."""

    done: int
    total: int


class TimeView(Struct, frozen=True):
    """A time of a product; ``starts_at`` in ms UTC, ``who``: the names of those who have it."""

    id: int
    starts_at: int
    minutes: int
    capacity: int
    taken: int
    who: tuple[str, ...] = ()


class CatalogueSource(Protocol):
    """What the page reads and the verbs it calls. All may block: called off the window's thread."""

    @property
    def pairs(self) -> PairsSource:
        """Of what goes together."""
        ...

    def ids(self, question: Question) -> tuple[int, ...]:
        """The products' ids in the order asked for."""
        ...

    def products(self, ids: Sequence[int]) -> list[ProductView]:
        """Those that still exist, in the order asked."""
        ...

    def counts(self) -> Counts: ...

    def categories(self) -> tuple[str, ...]:
        """The categories in use, by name."""
        ...

    def taken(self, sku: str, keyword: str, other_than: int | None) -> frozenset[str]:
        """Which of ``sku`` and ``keyword`` belong to another product already."""
        ...

    def add(self, values: dict[str, str], photo: NewPhoto | None) -> int:
        """A new product from what was typed. → id. Raises Refused."""
        ...

    def change(self, product: ProductView, values: dict[str, str], photo: NewPhoto | None) -> None:
        """Save what was typed, only where it differs from ``product`` as it was read. Raises Refused, NotFound."""
        ...

    def times(self, product_id: int) -> Sequence[TimeView]:
        """The times to come, the soonest first, with who has them."""
        ...

    def sells_times(self) -> bool:
        """Whether buyers of this shop choose a time."""
        ...

    def add_times(self, product_id: int, habit: Weekly) -> Added:
        """Offer the times of a weekly habit from today on. Raises Refused."""
        ...

    def close_time(self, slot_id: int) -> None:
        """Offer a time no more. Raises Refused while somebody has it."""
        ...

    def move_stock(self, product_id: int, step: int) -> None:
        """One more or one less on hand. Raises Refused when they are reserved or there is none."""
        ...

    def set_active(self, product_id: int, active: bool) -> None: ...

    def adjust(self, product_id: int, wanted: Adjustment) -> tuple[ProductView, ProductView] | None:
        """One change of many. → before and now, None where it was so already. Raises Refused, NotFound."""
        ...

    def revert(self, before: ProductView, after: ProductView) -> None:
        """Take a change back, where nothing has changed it since. Raises NotFound, Refused."""
        ...

    def export(self, path: Path, titles: Sequence[str], question: Question, control: Control) -> int | None:
        """Write the products asked for under :data:`COLUMNS`. → how many, None when stopped. Raises Refused."""
        ...

    def set_photo(self, product_id: int, photo: MediaFile) -> None:
        """Give a product another photo. Raises NotFound, EnvironmentProblem."""
        ...

    def prepare(self, source: Path | bytes) -> MediaFile:
        """Read a chosen photo, or a file's content. Raises Refused, EnvironmentProblem."""
        ...

    def thumb(self, photo: str, width: int, height: int) -> Thumb | None:
        """A kept photo, cut to this size in px; None when there is no such file."""
        ...

    def thumb_of(self, prepared: MediaFile, width: int, height: int) -> Thumb | None: ...

    def plan(self, path: Path, control: Control) -> ImportPlan:
        """Read a product list and compare it with the catalogue. Raises Refused, EnvironmentProblem."""
        ...

    def carry_out(self, planned: ImportPlan, atomic: bool, control: Control) -> Stopped | None:
        """Write a plan. → None when it is done, else how far it came before it was stopped. Raises Refused."""
        ...

    def save_sample(self, path: Path) -> None:
        """Write a product list to fill in. Raises EnvironmentProblem."""
        ...


class StateText(Struct, frozen=True):
    word: str
    icon: str
    role: Role


class RowText(Struct, frozen=True):
    """One product in a row: two lines a cell. ``free`` and ``held`` are shares of the bar's length."""

    product: ProductView
    keyword: str
    sku: str
    title: str
    below: str
    price: str
    sign: str
    stock: str
    held_text: str
    free: float
    held: float
    critical: bool
    state: StateText

    def plain(self, column: int) -> str:
        """What a screen reader says of a cell."""
        cells = (
            "",
            self.keyword,
            f"{self.title}, {self.below}" if self.below else self.title,
            f"{self.price} {self.sign}",
            f"{self.stock}, {self.held_text}" if self.held_text else self.stock,
            self.state.word,
        )
        return cells[column]


PHOTO, PRODUCT, TITLE, PRICE, STOCK, STATE = range(6)
SORTS: Final[dict[int, Sort]] = {
    PRODUCT: "product",
    TITLE: "title",
    PRICE: "price",
    STOCK: "stock",
    STATE: "state",
}


class CataloguePresenter:
    """Words and colours of the catalogue for one store."""

    def __init__(self, t: Texts, currency: str, zone: tzinfo) -> None:
        self.t = t
        self.currency = currency
        self.zone = zone

    def day(self, at: int | None) -> str:
        """``05/12/2026 20:00`` on the store's clock; empty for what has no day."""
        return "" if at is None else f"{to_datetime(at, self.zone):%d/%m/%Y %H:%M}"

    @property
    def sign(self) -> str:
        """The unit where the column says which money is meant: ``F`` for ``F CFA``."""
        return currency_sign(self.currency).split(NARROW)[0]

    def amount(self, units: int) -> str:
        return format_amount(units, self.currency)

    def money(self, units: int) -> str:
        """``15 000 F CFA``, where the amount stands alone."""
        return format_money(units, self.currency)

    def headings(self) -> tuple[str, ...]:
        t = self.t
        return (
            t("Photo"),
            t.of("column", "Keyword"),
            t.of("column", "Title"),
            t.of("column", "Price"),
            t.of("column", "Stock"),
            t.of("column", "State"),
        )

    def titles(self) -> tuple[str, ...]:
        """Of :data:`COLUMNS` in a written list."""
        t = self.t
        return (
            t.of("product", "Reference"),
            t("Keyword"),
            t.of("product", "Name"),
            t("Category"),
            t("Price"),
            t.of("product", "Quantity"),
            t("Description"),
            t.of("product", "VAT"),
        )

    def filters(self) -> tuple[tuple[Filter, str], ...]:
        """The chips over the table, in their order."""
        t = self.t
        return (
            ("all", t.of("products", "All")),
            ("on_sale", t.of("products", "On sale")),
            ("low", t.of("products", "Low stock")),
            ("sold_out", t.of("products", "Sold out")),
            ("inactive", t.of("products", "Switched off")),
        )

    def sorts(self) -> tuple[tuple[Sort, str], ...]:
        """The orders to choose from."""
        t = self.t
        return (
            ("recent", t("Newest first")),
            ("product", t("By keyword")),
            ("title", t("By title")),
            ("price", t("By price")),
            ("stock", t("By stock")),
            ("state", t("By state")),
        )

    def sorted_by(self, question: Question) -> str:
        """What the rows are sorted by."""
        return self.t("Best match first") if question.query else dict(self.sorts())[question.sort]

    def hint(self, question: Question) -> str:
        """What to try when nothing is found."""
        t = self.t
        if question.query:
            return t("Try fewer letters, another word of the title, or the keyword.")
        return t("The other products stand under “All”.")

    def nothing(self, question: Question) -> str:
        """What an empty table says when the catalogue itself is not empty."""
        t = self.t
        if question.query:
            return t("No product matches “{query}”.", query=one_line(question.query, 40))
        return {
            "low": t("No product is running low."),
            "sold_out": t("No product is sold out."),
            "inactive": t("No product is switched off."),
        }.get(question.filter, t("No product here."))

    def found(self, count: int, question: Question) -> str:
        """« 12 produits », or that a search shows the nearest only."""
        if question.query and count >= FOUND_MAX:
            return self.t("the {n} closest", n=FOUND_MAX)
        return self.t.plural("{number} product", "{number} products", count, number=group_digits(count))

    def state(self, product: ProductView) -> StateText:
        t = self.t
        if not product.active:
            return StateText(t.of("product", "Switched off"), "minus", "muted")
        if product.available <= 0:
            if product.held:
                return StateText(t.of("product", "All reserved"), "hourglass", "waiting")
            return StateText(t.of("product", "Sold out"), "x", "danger")
        if critical(product.available, product.total):
            return StateText(t.of("product", "Low stock"), "triangle-alert", "waiting")
        return StateText(t.of("product", "On sale"), "check", "paid")

    def row(self, product: ProductView) -> RowText:
        t = self.t
        whole = max(1, product.total, product.on_hand)
        shown = product.sku if product.sku.upper() != product.keyword else ""
        held = t.plural("{n} reserved", "{n} reserved", product.held) if product.held else ""
        return RowText(
            product,
            product.keyword,
            shown,
            product.title,
            product.category,
            self.amount(product.price),
            self.sign,
            group_digits(product.available),
            held,
            product.available / whole,
            product.held / whole,
            product.active and critical(product.available, product.total),
            self.state(product),
        )

    def stock_sentence(self, product: ProductView) -> str:
        """« 8 disponibles, 2 réservées, 10 en rayon »."""
        t = self.t
        return t(
            "{available} available, {held} reserved, {on_hand} on hand",
            available=group_digits(product.available),
            held=group_digits(product.held),
            on_hand=group_digits(product.on_hand),
        )

    def held_sentence(self, product: ProductView) -> str:
        """« 2 réservés, 10 en stock »."""
        t = self.t
        on_hand = t("{on_hand} on hand", on_hand=group_digits(product.on_hand))
        held = t.plural("{n} reserved", "{n} reserved", product.held)
        return f"{held} · {on_hand}" if product.held else on_hand

    def deactivation(self, product: ProductView) -> tuple[str, str]:
        """Title and sentence of the question before a product leaves the sale."""
        t = self.t
        title = t("Take {keyword} off sale?", keyword=product.keyword)
        kept = t("Buyers no longer find it. Its orders, photo and figures stay, and you can put it back at any time.")
        if product.held:
            still = t.plural(
                "{n} piece is reserved: its order goes on to its own end.",
                "{n} pieces are reserved: their orders go on to their own end.",
                product.held,
            )
            return title, f"{kept}\n\n{still}"
        return title, kept
