"""The test payment that is open at a provider, kept until its end was told."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from core.storage.connection import Reader
from core.storage.engine import Tx

_COLUMNS: Final = (
    "provider, ref, uuid, amount, currency, until, gives_back, by_seller, opening, provider_ref, secrets, link, code"
)


@dataclass(frozen=True, slots=True)
class Open:
    """``opening``: whether the provider opened it is not known. ``amount`` in smallest units; ``until`` ms UTC."""

    provider: str
    ref: str
    uuid: str
    amount: int
    currency: str
    until: int
    gives_back: bool
    by_seller: bool
    opening: bool = True
    provider_ref: str | None = None
    secrets: Mapping[str, str] = field(default_factory=dict, repr=False)
    link: str = ""
    code: str = ""


def keep(tx: Tx, one: Open) -> None:
    """In place of the one before at this provider."""
    tx.run(
        f"INSERT OR REPLACE INTO trial_payment({_COLUMNS}, began_at) VALUES(?,?,?,?,?,?,?,?,?,?,?,?,?,?)",
        (
            one.provider, one.ref, one.uuid, one.amount, one.currency, one.until, one.gives_back, one.by_seller,
            one.opening, one.provider_ref, json.dumps(dict(one.secrets)), one.link, one.code, tx.now,
        ),
    )  # fmt: skip


def forget(tx: Tx, ref: str) -> None:
    tx.run("DELETE FROM trial_payment WHERE ref = ?", (ref,))


def latest(reader: Reader, provider: str | None = None) -> Open | None:
    """The one at this provider, or the latest of all."""
    row = reader.one(
        f"SELECT {_COLUMNS} FROM trial_payment WHERE provider = coalesce(?, provider) ORDER BY began_at DESC LIMIT 1",  # noqa: S608
        (provider,),
    )
    if row is None:
        return None
    name, ref, uuid, amount, currency, until, gives_back, by_seller, opening, provider_ref, secrets, link, code = row
    flags = bool(gives_back), bool(by_seller), bool(opening)
    return Open(name, ref, uuid, amount, currency, until, *flags, provider_ref, json.loads(secrets), link, code)
