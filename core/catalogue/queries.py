"""Reading the catalogue. peewee comes with the first reading that wants it: a start does without."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from core.catalogue.rules import ProductFields, sku_key
from core.catalogue.views import ProductView
from core.storage.connection import Reader, Row


def products(
    reader: Reader, *, after: int = 0, limit: int = 50, category: str | None = None, active_only: bool = True
) -> list[ProductView]:
    """A page of the catalogue by id."""
    from core.catalogue.tables import COLUMNS, Product

    query = Product.select(*COLUMNS).where(Product.id > after).order_by(Product.id).limit(limit)
    if category is not None:
        query = query.where(Product.category == category)
    if active_only:
        query = query.where(Product.active)
    return [_view(row) for row in query.tuples().execute(reader.db)]


def by_ids(reader: Reader, ids: Sequence[int]) -> list[ProductView]:
    """These products, in the order asked; unknown ids are left out."""
    from core.catalogue.tables import COLUMNS, Product

    if not ids:
        return []
    rows = Product.select(*COLUMNS).where(Product.id.in_(list(ids))).tuples().execute(reader.db)
    found = {row[0]: _view(row) for row in rows}
    return [found[i] for i in ids if i in found]


def product(reader: Reader, product_id: int) -> ProductView | None:
    found = by_ids(reader, [product_id])
    return found[0] if found else None


def by_sku(reader: Reader, sku: str) -> ProductView | None:
    from core.catalogue.tables import COLUMNS, Product

    row = Product.select(*COLUMNS).where(Product.sku == sku).tuples().execute(reader.db)
    found = list(row)
    return _view(found[0]) if found else None


def fields_by_sku(reader: Reader) -> dict[str, tuple[int, ProductFields, int]]:
    """The whole catalogue as an import compares it: SKU key → (id, fields with the last count as stock, held)."""
    rows: Iterable[tuple[int, str, str, str, str, str, int, int, str | None, int | None, int]] = reader.all(
        "SELECT id, sku, keyword, title, description, category, price, counted, photo, vat, held FROM product"
    )
    return {sku_key(r[1]): (r[0], ProductFields(*r[1:10]), r[10]) for r in rows}


def _view(row: Row) -> ProductView:
    """A row of ``COLUMNS``."""
    known = row[0], row[1], row[2], row[3], row[4], row[5], row[6], row[7], row[8], row[9], row[10]
    return ProductView(*known, active=bool(row[11]), vat=row[12], event_at=row[13], place=row[14])


def photo_of(reader: Reader, product_id: int) -> str | None:
    """The product's photo as kept: a file of the media folder or an address."""
    found: str | None = reader.value("SELECT photo FROM product WHERE id = ?", (product_id,))
    return found
