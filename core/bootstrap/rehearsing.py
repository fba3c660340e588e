"""A shop's goods and manners in a store of their own, to practise a live on: nobody's data, nothing that reaches out.

What is sold and how the shop speaks is copied; customers, orders, money, journal, connections and secrets stay where
they are. A rehearsal can therefore write to nobody, charge nobody, and be thrown away.
"""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Final

import apsw

from core.adapters.declared import declared_settings
from core.bootstrap.stores import create_store
from core.kernel.errors import Refused
from core.storage.connection import Reader, open_connection
from core.storage.folder import Home, StoreCard

SECTIONS: Final = frozenset({"store", "orders", "chat"})
"""Settings that say how the shop sells. The others say whom it talks to."""

_TABLES: Final = ("product", "slot", "pair", "store_text", "canned", "faq")
_FRESH: Final = {"held": "0", "taken": "0", "counted": "0", "on_hand": "on_hand - held", "total": "on_hand - held"}
"""Columns in which the copy begins anew: what others reserved is not for sale in it."""


def check(home: Home, slug: str) -> None:
    """Whether this store can be rehearsed, before a window opens for it.

    Raises NotFound, EnvironmentProblem, and Refused where there is nothing to sell.
    """
    source = open_connection(home.folder(slug) / "store.db", home.vault(slug).database_key(), write=False)
    try:
        _check_goods(source, home.card(slug))
    finally:
        source.close()


def _check_goods(source: apsw.Connection, card: StoreCard) -> None:
    if not Reader(source).value("SELECT count(*) FROM product WHERE active AND on_hand > held"):
        raise Refused("There is nothing to sell in {store}: add a product first.", store=card.name)


def trade_copy(home: Home, slug: str, room: Home) -> StoreCard:
    """Make the copy in another home, from a store that may be open elsewhere meanwhile. → its card.

    Raises NotFound, EnvironmentProblem, and Refused where there is nothing to sell.
    """
    folder, card = home.folder(slug), home.card(slug)
    source = open_connection(folder / "store.db", home.vault(slug).database_key(), write=False)
    try:
        _check_goods(source, card)
        made = create_store(
            room, card.name, card.country, currency=card.currency, language=card.language, segment=card.segment
        )
        target = open_connection(room.folder(made.slug) / "store.db", room.vault(made.slug).database_key(), write=True)
        try:
            photos = _fill(source, target, card)
        finally:
            target.close()
    finally:
        source.close()
    for name in photos:
        if (folder / "media" / name).is_file():
            shutil.copyfile(folder / "media" / name, room.folder(made.slug) / "media" / Path(name).name)
    return made


def _fill(source: apsw.Connection, target: apsw.Connection, card: StoreCard) -> list[str]:
    """→ the pictures that what was copied speaks of."""
    declared = declared_settings(card.country, card.segment)
    kept = {setting.key for setting in declared if setting.section in SECTIONS and setting.kind != "secret"}
    settings = [row for row in source.execute("SELECT key, value FROM setting") if row[0] in kept]
    with source, target:
        target.executemany("INSERT OR REPLACE INTO setting(key, value) VALUES(?,?)", settings)
        for table in _TABLES:
            names = [row[1] for row in target.execute(f"PRAGMA table_info({table})")]
            there = {row[1] for row in source.execute(f"PRAGMA table_info({table})")}
            names = [name for name in names if name in there]
            asked = ", ".join(_FRESH.get(name, name) for name in names)
            marks = ",".join("?" * len(names))
            target.executemany(
                f"INSERT INTO {table}({', '.join(names)}) VALUES({marks})",
                source.execute(f"SELECT {asked} FROM {table}"),  # noqa: S608 - names of our own tables
            )
    logo = [value for key, value in settings if key == "store.logo" and value]
    return logo + [row[0] for row in source.execute("SELECT photo FROM product WHERE photo <> ''")]
