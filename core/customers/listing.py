"""Customers by the page, in any order (keyset paging: a page costs the same wherever it is), and how many there are."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any, Final, Literal

from msgspec import Struct

from core.customers import placing, ranking
from core.customers.rules import Record
from core.customers.views import CustomerView
from core.kernel.paging import Sort
from core.kernel.text import fold
from core.storage.connection import Reader

SORTS: Final[dict[str, str]] = {
    "name": ranking.NAME,
    "score": ranking.SCORE,
    "tier": ranking.TIER,
    "orders": "orders",
    "spent": "spent",
    "last": ranking.LAST,
}
LATEST: Final = Sort("last")
Group = Literal["diamond", "gold", "silver", "bronze", "vip", "risk"]
GROUPS: Final[dict[Group, str]] = {
    "diamond": f"{ranking.TIER} = 3",
    "gold": f"{ranking.TIER} = 2",
    "silver": f"{ranking.TIER} = 1",
    "bronze": f"{ranking.TIER} = 0",
    "vip": ranking.IMPORTANT,
    "risk": ranking.RISKY,
}
Consent = Literal["refused", "no_offers"]
CONSENTS: Final[dict[Consent, str]] = {"refused": "NOT scored", "no_offers": "no_offers = 1"}
_KNOWN: Final = "merged_into IS NULL AND erased_at IS NULL"
_BATCH: Final = 1000


class Wanted(Struct, frozen=True):
    """What is looked for, in an order of SORTS. ``tag``: one of the seller's own; ``only``: of these people, by id;
    ``place``: a town or quarter. ``among``: SQL of the ids of those it may be, of the program's own making, and its
    values; erased people, whose amounts stay, are among them."""

    text: str = ""
    group: Group | None = None
    tag: str | None = None
    consent: Consent | None = None
    sort: Sort = LATEST
    only: tuple[int, ...] = ()
    among: tuple[str, tuple[Any, ...]] | None = None
    place: str = ""


class CustomerRow(Struct, frozen=True):
    """A customer in a list. ``place``: where the page behind it begins; ``tags``: the seller's own."""

    view: CustomerView
    tags: tuple[str, ...]
    place: tuple[Any, int]


class Counts(Struct, frozen=True):
    """How many there are: all, in each group; ``tags``: the seller's own, each with how many have it."""

    all: int = 0
    groups: tuple[tuple[Group, int], ...] = ()
    tags: tuple[tuple[str, int], ...] = ()

    def of(self, group: Group | None) -> int:
        return self.all if group is None else dict(self.groups).get(group, 0)


def page(reader: Reader, wanted: Wanted, after: tuple[Any, int] | None, limit: int) -> list[CustomerRow]:
    """So many customers behind a place, None for the first ones."""
    key, down = SORTS[wanted.sort.by], wanted.sort.down
    where, parameters = _where(reader, wanted)
    if after is not None:
        sign = "<" if down else ">"
        where.append(f"{key} {sign}= ? AND ({key} {sign} ? OR id {sign} ?)")
        parameters += [after[0], after[0], after[1]]
    way = "DESC" if down else "ASC"
    rows = reader.all(
        f"SELECT id, name, (SELECT value FROM identity i WHERE i.customer_id = customer.id AND i.kind = 'phone'"  # noqa: S608 - fixed words
        " ORDER BY last_seen DESC LIMIT 1), language, created_at, last_order_at, notes, orders, paid, expired, spent,"
        f" pay_ms, scored, {key}, (SELECT group_concat(tag, char(10)) FROM customer_tag g"
        f" WHERE g.customer_id = customer.id) FROM customer WHERE {' AND '.join(where)}"
        f" ORDER BY {key} {way}, id {way} LIMIT ?",
        (*parameters, limit),
    )
    return [_row(row) for row in rows]


def _row(row: Any) -> CustomerRow:
    number, name, phone, language, created_at, last_order_at, notes, *rest = row
    *record, place, tags = rest
    view = CustomerView(number, name, phone, language, Record(*record), created_at, last_order_at, notes)
    return CustomerRow(view, tuple(tags.split("\n")) if tags else (), (place, number))


def every(reader: Reader, wanted: Wanted) -> Iterator[CustomerRow]:
    """All who are looked for, read bit by bit."""
    after: tuple[Any, int] | None = None
    while rows := page(reader, wanted, after, _BATCH):
        yield from rows
        after = rows[-1].place


def count(reader: Reader, wanted: Wanted) -> int:
    where, parameters = _where(reader, wanted)
    number: int = reader.value(f"SELECT count(*) FROM customer WHERE {' AND '.join(where)}", parameters)  # noqa: S608 - fixed words
    return number


def counts(reader: Reader) -> Counts:
    """What stands on the filters."""
    tiers = dict(
        reader.all(f"SELECT {ranking.TIER}, count(*) FROM customer WHERE {_KNOWN} GROUP BY 1")  # noqa: S608 - fixed words
    )
    groups: list[tuple[Group, int]] = []
    for group in GROUPS:
        if group in ranking.RANKS:
            groups.append((group, tiers.get(ranking.RANKS.index(group), 0)))
        else:
            groups.append((group, count(reader, Wanted(group=group))))
    tags = reader.all("SELECT tag, count(*) FROM customer_tag GROUP BY tag ORDER BY tag")
    return Counts(sum(tiers.values()), tuple(groups), tuple(tags))


def _where(reader: Reader, wanted: Wanted) -> tuple[list[str], list[Any]]:
    where, parameters = [_KNOWN], list[Any]()
    if wanted.among is not None:
        sql, values = wanted.among
        where = [f"merged_into IS NULL AND id IN ({sql})"]
        parameters += values
    if wanted.group is not None:
        where.append(f"({GROUPS[wanted.group]})")
    if wanted.consent is not None:
        where.append(CONSENTS[wanted.consent])
    if wanted.tag is not None:
        where.append("id IN (SELECT customer_id FROM customer_tag WHERE tag = ?)")
        parameters.append(wanted.tag)
    if wanted.only:
        where.append("id IN (SELECT value FROM json_each(?))")
        parameters.append(json.dumps(wanted.only))
    if wanted.place.strip():
        where.append("id IN (SELECT value FROM json_each(?))")
        parameters.append(json.dumps(placing.within(reader, wanted.place)))
    digits = "".join(c for c in wanted.text if c not in " +()-.\u00a0\u202f")
    if len(digits) >= 3 and digits.isascii() and digits.isdigit():
        where.append("id IN (SELECT customer_id FROM identity WHERE kind = 'phone' AND value LIKE ?)")
        parameters.append(f"%{digits}%")
        return where, parameters
    for word in fold(wanted.text).split():
        where.append(f"instr({ranking.NAME}, ?) > 0")
        parameters.append(word)
    return where, parameters
