"""Where a person has left traces: their records, the strings they are known by, their files. Reads only."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from typing import Final

from msgspec import Struct

from core.kernel.numbering import forms
from core.kernel.text import short_name
from core.storage.connection import Reader

_NAMES: Final = (
    "SELECT name FROM customer WHERE id IN {mine} UNION SELECT json_extract(state, '$.absorbed.name') FROM merge_part"
    " WHERE part = 'people' AND merge_id IN {merges}"
)
LEAST: Final = 3
"""A shorter name is not looked for in free texts: it would be found inside words."""
_MINE: Final = "(SELECT value FROM json_each(?1))"
_ORDERS: Final = "(SELECT id FROM orders WHERE customer_id IN (SELECT value FROM json_each(?1)))"
_MERGES: Final = "(SELECT id FROM customer_merge WHERE kept_id IN (SELECT value FROM json_each(?1)))"
_THREADS: Final = "(SELECT id FROM conversation WHERE customer_id IN (SELECT value FROM json_each(?1)))"


class Traces(Struct, frozen=True):
    """``ids``: the person's record and those merged into it. ``numbers``: what identifies them wherever it stands;
    ``names``: what they are called."""

    ids: tuple[int, ...]
    numbers: tuple[str, ...]
    names: tuple[str, ...]

    @property
    def records(self) -> str:
        """The first parameter of every statement made by :func:`about`."""
        return json.dumps(self.ids)

    def veil(self, text: str, alias: str) -> str:
        """The text with the alias where the person was named."""
        for number in self.numbers:
            text = text.replace(number, alias)
        for name in self.names:
            text = re.sub(rf"(?<!\w){re.escape(name)}(?!\w)", alias, text, flags=re.IGNORECASE)
        return text


def about(sql: str) -> str:
    """A statement about one person: ``{mine}`` stands for their records, ``{orders}``, ``{threads}`` and ``{merges}``
    for the orders, conversations and merges that are theirs."""
    return sql.format(mine=_MINE, orders=_ORDERS, threads=_THREADS, merges=_MERGES)


def of(reader: Reader, customer_id: int) -> Traces:
    """Everything to look for."""
    ids = tuple(
        row[0]
        for row in reader.all(
            "WITH RECURSIVE one(id) AS (VALUES(?) UNION SELECT c.id FROM customer c JOIN one ON c.merged_into = one.id)"
            " SELECT id FROM one",
            (customer_id,),
        )
    )
    mine = (json.dumps(ids),)
    values = [row[0] for row in reader.all(about("SELECT value FROM identity WHERE customer_id IN {mine}"), mine)]
    known = [row[0] for row in reader.all(about(_NAMES), mine)]
    names = (form for name in known for form in (name, " ".join(name.split()), short_name(name)))
    values = [form for value in values for form in forms(value)]  # of a plan that changed, both are the person's
    numbers = [*values, *(value.removeprefix("+") for value in values)]  # WhatsApp writes phones without the plus
    return Traces(ids, _longest_first(numbers), _longest_first(name for name in names if len(name) >= LEAST))


def _longest_first(found: Iterable[str]) -> tuple[str, ...]:
    return tuple(sorted(set(found), key=lambda text: (-len(text), text)))


def mentions(reader: Reader, traces: Traces) -> list[int]:
    """Messages of other conversations that hold one of the person's numbers. It reads every message of the store, so
    it is asked before the erasure's own transaction."""
    sql = about(
        "SELECT m.id FROM message m JOIN conversation v ON v.id = m.conversation_id"
        " WHERE v.customer_id NOT IN {mine} AND EXISTS (SELECT 1 FROM json_each(?2) AS number"
        " WHERE instr(m.text, number.value) OR instr(m.payload, number.value))"
    )
    return [row[0] for row in reader.all(sql, (traces.records, json.dumps(traces.numbers)))]


def files(reader: Reader, traces: Traces) -> list[str]:
    """Files of the media folder that came from or went to this person and that nothing else shows: no product, no
    setting (the logo), no other conversation."""
    sql = about(
        "SELECT name FROM (SELECT m.media AS name FROM message m WHERE m.conversation_id IN {threads}"
        " UNION SELECT json_extract(body, '$.file') FROM outbox WHERE customer_id IN {mine} AND kind = 'file')"
        " WHERE name <> '' AND name NOT IN (SELECT coalesce(photo, '') FROM product UNION SELECT value FROM setting"
        " UNION SELECT picture FROM wa_template)"
        " AND NOT EXISTS (SELECT 1 FROM message m JOIN conversation v ON v.id = m.conversation_id"
        " WHERE m.media = name AND v.customer_id NOT IN {mine}) ORDER BY name"
    )
    return [row[0] for row in reader.all(sql, (traces.records,))]
