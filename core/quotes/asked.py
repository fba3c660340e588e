"""A customer asks for a quote in the chat: a draft is written for the seller to look at. It is never sent by itself."""

from __future__ import annotations

from collections.abc import Sequence

from msgspec.structs import replace

from core.invoices.service import Terms as PaperTerms
from core.quotes import service
from core.quotes.rules import MAX_LINES, MAX_QUANTITY, QuoteLine
from core.quotes.service import Wording
from core.storage.connection import Reader
from core.storage.engine import Tx


def wanted(tx: Tx, customer_id: int, items: Sequence[tuple[int, int]], terms: PaperTerms) -> int | None:
    """Put these (product id, quantity) on a draft at today's prices. → its id, None when none of them is on sale.

    Who asks again before the seller has touched the draft adds to it; another number of the same product replaces the
    former. A draft that the seller has written in is left alone.
    """
    lines = _lines(tx, items)
    if not lines:
        return None
    mine = "SELECT id FROM quote WHERE customer_id = ? AND state = 'draft' AND json_extract(content, '$.asked')"
    before = tx.value(f"{mine} ORDER BY id DESC LIMIT 1", (customer_id,))
    if before is None:
        return service.draft(tx, Wording(tuple(lines)), customer_id=customer_id, terms=terms, asked=True)
    quote = service.load(tx, before)
    asked_again = {line.sku for line in lines}
    kept = [line for line in quote.lines if line.sku not in asked_again]
    wording = replace(quote.wording, lines=(*kept, *lines)[:MAX_LINES])
    if wording != quote.wording:
        service.edit(tx, quote.id, wording, customer_id, terms, asked=True)
    return quote.id


def _lines(reader: Reader, items: Sequence[tuple[int, int]]) -> list[QuoteLine]:
    found: dict[str, QuoteLine] = {}
    for product_id, quantity in items:
        sku = reader.value("SELECT sku FROM product WHERE id = ? AND active", (product_id,))
        if sku is not None:
            found[sku] = service.from_catalogue(reader, sku, max(1, min(quantity, MAX_QUANTITY)))
    return list(found.values())
