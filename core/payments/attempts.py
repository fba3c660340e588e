"""A payment attempt as it is stored, how it is begun, and how to find it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, Final

from msgspec import Struct

from core.kernel.errors import NotFound
from core.kernel.ids import new_attempt_ref, new_uuid
from core.payments.provider import Attempt
from core.payments.rules import CREATED
from core.storage.connection import Reader
from core.storage.engine import Tx

_COLUMNS: Final = (
    "id, ref, uuid, order_id, provider, method, amount, currency, state, provider_ref, redirect_url, secrets,"
    " notify_token, created_at, expires_at, polls, closing, payer, qr_text, by_seller, ahead"
)


class AttemptRow(Struct, frozen=True):
    """One attempt as stored. Amount in smallest units, times in ms UTC.

    ``payer``: the phone (E.164) that was asked to approve; ``qr_text``: what the buyer scans; ``by_seller``: the
    seller's word settles it; ``ahead``: opened ahead of time, no buyer has chosen it.
    """

    id: int
    ref: str
    uuid: str
    order_id: int
    provider: str
    method: str | None
    amount: int
    currency: str
    state: str
    provider_ref: str | None
    redirect_url: str | None
    secrets: Mapping[str, str]
    notify_token: str
    created_at: int
    expires_at: int
    polls: int
    closing: bool
    payer: str | None = None
    qr_text: str | None = None
    by_seller: bool = False
    ahead: bool = False

    @property
    def shown(self) -> bool:
        """The buyer was told how to pay: sent to a page, asked on the phone, or shown a code."""
        return (self.redirect_url or self.payer or self.qr_text) is not None

    def as_attempt(self) -> Attempt:
        """What the adapter needs to know."""
        return Attempt(self.ref, self.uuid, self.amount, self.currency, self.provider_ref, self.secrets)


def find_attempt(reader: Reader, where: str, parameter: Any) -> AttemptRow | None:
    """``where``: one of id, ref, notify_token."""
    row = reader.one(f"SELECT {_COLUMNS} FROM attempt WHERE {where} = ?", (parameter,))  # noqa: S608 - fixed names
    if row is None:
        return None
    return AttemptRow(
        row[0],
        row[1],
        row[2],
        row[3],
        row[4],
        row[5],
        row[6],
        row[7],
        row[8],
        row[9],
        row[10],
        json.loads(row[11]),
        row[12],
        row[13],
        row[14],
        row[15],
        bool(row[16]),
        row[17],
        row[18],
        bool(row[19]),
        bool(row[20]),
    )


def begin_attempt(
    tx: Tx,
    order_id: int,
    provider: str,
    method: str | None,
    amount: int,
    currency: str,
    expires_at: int,
    *,
    state: str = CREATED,
    payer: str | None = None,
    by_seller: bool = False,
    ahead: bool = False,
) -> int:
    """A new row, before anything is asked of a provider. → its id."""
    return tx.insert(
        "INSERT INTO attempt(ref, uuid, order_id, provider, method, amount, currency, state, notify_token, created_at,"
        " expires_at, payer, by_seller, ahead) VALUES(?,?,?,?,?,?,?,?,?,?,?,?,?,?)",
        (
            new_attempt_ref(),
            new_uuid(),
            order_id,
            provider,
            method,
            amount,
            currency,
            state,
            new_uuid().replace("-", ""),
            tx.now,
            expires_at,
            payer,
            by_seller,
            ahead,
        ),
    )


def load_attempt(reader: Reader, attempt_id: int) -> AttemptRow:
    """Raises NotFound."""
    found = find_attempt(reader, "id", attempt_id)
    if found is None:
        raise NotFound("There is no payment attempt number {attempt_id}.", attempt_id=attempt_id)
    return found


def match(reader: Reader, provider: str, event: Mapping[str, Any], token: str | None) -> AttemptRow | None:
    """Whose event this is: by our reference, the provider's, or the token of the address it came to."""
    found = find_attempt(reader, "ref", event["attempt_ref"]) if event["attempt_ref"] else None
    if found is None and event["provider_ref"]:
        row = reader.one(
            "SELECT id FROM attempt WHERE provider = ? AND provider_ref = ?", (provider, event["provider_ref"])
        )
        found = load_attempt(reader, row[0]) if row else None
    if found is None and token:
        found = find_attempt(reader, "notify_token", token)
    return found if found is not None and found.provider == provider else None
