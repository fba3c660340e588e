"""A product being typed: what is wrong with each field, by the catalogue's own rules. Without Qt."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import tzinfo
from typing import Any, Final

from msgspec import Struct, field
from msgspec.structs import replace

from core.catalogue import rules
from core.catalogue.views import ProductView
from core.kernel.errors import Refused
from core.kernel.i18n import explain
from core.slots.timesfile import day_and_time
from desktop.pages.catalogue.presenter import CataloguePresenter, NewPhoto

FIELDS: Final = ("title", "sku", "keyword", "price", "stock", "category", "vat", "description", "day", "place")


class ProductDraft(Struct, frozen=True):
    """What was typed, as texts. ``before``: the product as it was read, None for a new one."""

    before: ProductView | None = None
    values: Mapping[str, str] = field(default_factory=dict)
    photo: NewPhoto | None = None

    def get(self, name: str) -> str:
        return self.values.get(name, "")

    def typed(self, name: str, text: str) -> ProductDraft:
        return replace(self, values={**self.values, name: text})

    @property
    def keyword_shown(self) -> str:
        """The keyword as it would be stored: what was typed, else made of the SKU."""
        return rules.keyword_form(self.get("keyword").strip() or self.get("sku"))

    def changed(self, presenter: CataloguePresenter) -> bool:
        """Whether closing would lose something."""
        start = draft_of(self.before, presenter)
        return self.photo is not None or any(self.get(name) != start.get(name) for name in FIELDS)


def draft_of(product: ProductView | None, presenter: CataloguePresenter) -> ProductDraft:
    """The fields as they stand before the first key; a new product's are empty."""
    if product is None:
        return ProductDraft()
    values = {name: str(getattr(product, name)) for name in ("title", "sku", "keyword", "category", "description")}
    values |= {"price": presenter.amount(product.price), "stock": str(product.on_hand)}
    values |= {"day": presenter.day(product.event_at), "place": product.place}
    values["vat"] = "" if product.vat is None else str(product.vat)
    return ProductDraft(product, values)


def problems(draft: ProductDraft, presenter: CataloguePresenter, taken: frozenset[str] = frozenset()) -> dict[str, str]:
    """Field → what is wrong with it, in the seller's words; empty when all may be saved.

    ``taken``: which of ``sku`` and ``keyword``, as typed now, another product has.
    """
    held = draft.before.held if draft.before else 0
    checks: dict[str, Callable[[str], Any]] = {
        "title": rules.check_title,
        "sku": rules.check_sku,
        "keyword": rules.check_keyword,
        "price": lambda text: rules.check_price(text, presenter.currency),
        "stock": lambda text: rules.check_count(rules.check_stock(text), held),
        "category": rules.check_category,
        "vat": rules.check_vat,
        "description": rules.check_description,
        "day": lambda text: day_of(text, presenter.zone, draft.get("place")),
    }
    found: dict[str, str] = {}
    for name, check in checks.items():
        text = draft.get(name)
        if name == "keyword":
            text = text.strip() or rules.keyword_form(draft.get("sku"))
            if not text:
                continue  # the missing SKU is said by its own field
        try:
            check(text)
        except Refused as error:
            found[name] = explain(error, presenter.t.language)
    refusals = {
        "sku": Refused("The SKU “{sku}” is taken by another product.", sku=draft.get("sku").strip()),
        "keyword": Refused("The keyword “{keyword}” is taken by another product.", keyword=draft.keyword_shown),
    }
    for name in taken:
        found.setdefault(name, explain(refusals[name], presenter.t.language))
    return found


def day_of(text: str, zone: tzinfo, place: str = "") -> int | None:
    """When it takes place, ms UTC; None where that is left open. Raises Refused."""
    if text.strip():
        return day_and_time(text, zone)
    if place.strip():
        raise Refused("Say the day too: a place alone tells nobody when to come.")
    return None


def blamed(error: Exception) -> str:
    """The field an error at saving is about, empty when it is about none: somebody else may have been quicker."""
    if isinstance(error, Refused):
        return next((name for name in ("keyword", "sku", "held") if name in error.params), "").replace("held", "stock")
    return ""
