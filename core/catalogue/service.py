"""Saving products, one by one or a whole file."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any, Final

import apsw
from msgspec import Struct, field
from msgspec.structs import replace

from core.catalogue import queries, rules
from core.catalogue.events import CatalogueImported, ProductSaved
from core.catalogue.rules import ProductFields, sku_key
from core.kernel.errors import NotFound, Refused
from core.storage.connection import Reader
from core.storage.engine import Engine, Tx

if TYPE_CHECKING:
    from core.catalogue.csvfile import LineError, ProductRow

CHUNK: Final = 1000
_TEXT_FIELDS: Final = (
    *("sku", "keyword", "title", "description", "category", "photo", "price", "vat"),
    *("event_at", "place"),
)


def checked(values: dict[str, str], currency: str) -> ProductFields:
    """Fields as a person typed them (texts) → valid fields. Raises Refused naming what is wrong."""
    sku = rules.check_sku(values.get("sku", ""))
    return ProductFields(
        sku=sku,
        keyword=rules.check_keyword(values.get("keyword") or rules.keyword_form(sku)),
        title=rules.check_title(values.get("title", "")),
        description=rules.check_description(values.get("description", "")),
        category=rules.check_category(values.get("category", "")),
        price=rules.check_price(values.get("price", ""), currency),
        stock=rules.check_stock(values.get("stock", "") or "0"),
        photo=rules.check_photo(values.get("photo") or ""),
        vat=rules.check_vat(values.get("vat", "")),
    )


def add(tx: Tx, wanted: ProductFields) -> int:
    """A new product. → id. Raises Refused when the SKU or the keyword is taken."""
    from core.catalogue.tables import Product

    row = {name: getattr(wanted, name) for name in wanted.__struct_fields__ if name != "stock"}
    stock = {"on_hand": wanted.stock, "counted": wanted.stock, "total": wanted.stock, "held": 0, "active": True}
    try:
        product_id: int = Product.insert(**row, **stock, created_at=tx.now, updated_at=tx.now).execute(tx.db)
    except _conflicts() as error:
        raise _taken(error, wanted) from None
    tx.emit(ProductSaved(product_id, wanted.sku, wanted.price, wanted.stock))
    return product_id


def change(tx: Tx, product_id: int, **values: Any) -> None:
    """Change some fields of a product; ``stock`` is a new count of what is there now, ``vat`` its own rate or
    None, ``event_at`` when it takes place (ms UTC) or None, ``place`` where.

    Raises NotFound, Refused.
    """
    from core.catalogue.tables import Product

    row = tx.one("SELECT sku, held, on_hand, keyword FROM product WHERE id = ?", (product_id,))
    if row is None:
        raise NotFound("This product is not in the catalogue.")
    columns = {k: v for k, v in values.items() if k in _TEXT_FIELDS or k == "active"}
    if "stock" in values:
        counted = rules.check_count(values["stock"], row[1])
        columns |= {"on_hand": counted, "counted": counted, "total": counted}
    if not columns:
        return
    try:
        Product.update(**columns, updated_at=tx.now).where(Product.id == product_id).execute(tx.db)
    except _conflicts() as error:
        raise _taken(
            error, ProductFields(values.get("sku", row[0]), values.get("keyword", row[3]), "", "", "", 0, 0, None)
        ) from None
    sku, price, on_hand = tx.one("SELECT sku, price, on_hand FROM product WHERE id = ?", (product_id,)) or ("", 0, 0)
    tx.emit(ProductSaved(product_id, sku, price, on_hand))


def _conflicts() -> tuple[type[Exception], ...]:
    from peewee import IntegrityError

    return IntegrityError, apsw.ConstraintError


def _taken(error: Exception, wanted: ProductFields) -> Refused:
    if "keyword" in str(error):
        return Refused("The keyword “{keyword}” is taken by another product.", keyword=wanted.keyword)
    return Refused("The SKU “{sku}” is taken by another product.", sku=wanted.sku)


# -- import ------------------------------------------------------------------------------------------------------


class ImportPlan(Struct, frozen=True):
    """What an import would do. ``rows`` are only those that change something; nothing is written yet."""

    added: int
    updated: int
    unchanged: int
    rows: tuple[ProductRow, ...]
    errors: tuple[LineError, ...]
    encoding: str
    delimiter: str
    columns: dict[str, str] = field(default_factory=dict)
    unknown: tuple[str, ...] = ()


def plan(reader: Reader, data: bytes, currency: str, progress: Callable[[int, int], None] | None = None) -> ImportPlan:
    """Read a file and compare it with the catalogue. Raises Refused when the file as a whole cannot be read."""
    from core.catalogue import csvfile

    parsed = csvfile.parse(data, currency, progress)
    existing = queries.fields_by_sku(reader)
    keywords = {key: found[1].keyword for key, found in existing.items()}
    refused = rules.clashes(keywords, ((r.sku, r.keyword, "keyword" in r.given) for r in parsed.rows))
    errors = list(parsed.errors)
    kinds = {"added": 0, "updated": 0, "unchanged": 0}
    changing: list[ProductRow] = []
    for row in parsed.rows:
        problem = _problem(row, existing, refused)
        if problem is not None:
            errors.append(
                csvfile.LineError(row.line, row.line, parsed.columns.get(problem[0], ""), problem[1], problem[2])
            )
            continue
        found = existing.get(sku_key(row.sku))
        kind = rules.diff(found[1] if found else None, row, row.given).kind
        kinds[kind] += 1
        if kind != "unchanged":
            changing.append(row)
    errors.sort(key=lambda e: e.line)
    return ImportPlan(
        **kinds,
        rows=tuple(changing),
        errors=tuple(errors),
        encoding=parsed.encoding,
        delimiter=parsed.delimiter,
        columns=parsed.columns,
        unknown=parsed.unknown,
    )


def _problem(
    row: ProductRow, existing: dict[str, tuple[int, ProductFields, int]], refused: dict[str, str]
) -> tuple[str, str, dict[str, Any]] | None:
    key = sku_key(row.sku)
    if row.sku in refused or key in refused:
        return "keyword", "The keyword “{keyword}” is taken by another product.", {"keyword": row.keyword}
    found = existing.get(key)
    if found is not None and "stock" in row.given and row.stock != found[1].stock and row.stock < found[2]:
        return "stock", "{held} are reserved: the stock cannot go below that.", {"held": found[2]}
    return None


def carry_out(
    engine: Engine,
    planned: ImportPlan,
    *,
    atomic: bool,
    progress: Callable[[int, int], None] | None = None,
    actor: str = "system",
) -> None:
    """Write a plan. ``atomic``: everything in one transaction, and nothing if a line is wrong; else the good lines, in
    short transactions so that sales go on between them. Raises Refused, also when the catalogue no longer fits the
    plan; what ``progress`` raises stops between chunks.
    """
    if atomic and planned.errors:
        raise Refused("{count} lines have errors: nothing was imported.", count=len(planned.errors))
    rows = planned.rows
    chunks: list[Sequence[ProductRow]] = [rows] if atomic else list(batched_rows(rows))
    done = 0
    for chunk in chunks:
        if chunk:
            try:
                engine.call(lambda tx, part=chunk: _write(tx, part), actor=actor)  # type: ignore[misc]
            except apsw.ConstraintError:
                raise Refused("The catalogue was changed meanwhile. Import the file again.") from None
        done += len(chunk)
        if progress is not None:
            progress(done, len(rows))


def batched_rows(rows: Sequence[ProductRow]) -> list[Sequence[ProductRow]]:
    return [rows[i : i + CHUNK] for i in range(0, len(rows), CHUNK)]


def _write(tx: Tx, rows: Sequence[ProductRow]) -> None:
    """Insert or update by SKU. Keywords move in two steps, so that two products may exchange theirs."""
    existing = queries.fields_by_sku(tx)
    moving = [
        (f"\x00{existing[sku_key(r.sku)][0]}", existing[sku_key(r.sku)][0])
        for r in rows
        if sku_key(r.sku) in existing and "keyword" in r.given
    ]
    tx.connection.executemany("UPDATE product SET keyword = ? WHERE id = ?", moving)
    updates, inserts = [], []
    for row in rows:
        found = existing.get(sku_key(row.sku))
        if found is None:
            inserts.append((*_values(row), row.stock, row.stock, row.stock, tx.now, tx.now))
            continue
        product_id, before, held = found
        merged = replace(row, **{n: getattr(before, n) for n in rules.FIELDS if n not in row.given and n != "sku"})
        if merged.stock != before.stock:
            count = rules.check_count(merged.stock, held)
            tx.run("UPDATE product SET on_hand = ?1, counted = ?1, total = ?1 WHERE id = ?2", (count, product_id))
        updates.append((*_values(merged), tx.now, product_id))
    tx.connection.executemany(
        "UPDATE product SET sku = ?, keyword = ?, title = ?, description = ?, category = ?, price = ?, photo = ?,"
        " vat = ?, updated_at = ?, active = 1 WHERE id = ?",
        updates,
    )
    tx.connection.executemany(
        "INSERT INTO product(sku, keyword, title, description, category, price, photo, vat, on_hand, counted,"
        " total, created_at, updated_at) VALUES(?,?,?,?,?,?,?,?,?,?,?,?,?)",
        inserts,
    )
    tx.emit(CatalogueImported(len(inserts), len(updates)))


def _values(row: ProductFields) -> tuple[Any, ...]:
    return (row.sku, row.keyword, row.title, row.description, row.category, row.price, row.photo, row.vat)
