"""A provider's statement (CSV) → what it says of each payment. Pure: bytes in, values out.

Every provider and every portal names its columns its own way, so they are found by their titles (French, English). A
line that is neither money in nor money back (a payout, a failed try) is left out; one that cannot be read says why.
"""

from __future__ import annotations

import io
from collections.abc import Mapping
from datetime import UTC, datetime, tzinfo
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation
from typing import Any, Final, Literal

from msgspec import Struct

from core.kernel import sheet, titles
from core.kernel.clock import DAY
from core.kernel.errors import Refused
from core.kernel.money import EXPONENT, parse_amount
from core.kernel.patterns import late
from core.kernel.text import fold

MAX_LINES: Final = 500_000
_NAMES: Final[Mapping[str, tuple[str, ...]]] = {
    "id": (
        "transaction id", "id transaction", "transactionid", "identifiant transaction", "numero transaction",
        "n transaction", "reference transaction", "txn id", "txnid", "payment intent", "payment id", "id paiement",
        "charge id", "identifiant", "transaction", "id",
    ),
    "reference": (
        "client reference", "client reference id", "merchant reference", "paymentreference", "payment reference",
        "reference client", "reference marchand", "reference commande", "order id", "order reference",
        "merchant transaction id", "reference paiement", "commande", "reference", "ref",
    ),
    "amount": (
        "gross amount", "montant brut", "gross", "brut", "amount gross", "montant paye", "montant transaction",
        "montant", "amount", "credit", "valeur", "somme",
    ),
    "fee": (
        "fee", "fees", "frais", "commission", "merchantfees", "merchant fees", "frais marchand", "total fees",
        "transaction fee", "frais transaction",
    ),
    "net": ("net amount", "montant net", "net", "montant recu", "settled amount"),
    "kind": ("type", "transaction type", "type transaction", "type operation", "operation", "nature", "libelle"),
    "status": ("status", "statut", "etat", "state"),
    "date": (
        "date", "date heure", "date transaction", "transaction date", "date operation", "created", "created at",
        "timestamp", "date paiement", "heure", "when completed", "date creation",
    ),
    "currency": ("currency", "devise", "monnaie"),
}  # fmt: skip
_BACK: Final = late(r"refund|rembours|reverse|reversal|retour")
_MOVED: Final = late(r"payout|versement|retrait|withdraw|settle|virement|transfer|fee\b|frais|topup|depot")
_NOT_DONE: Final = late(r"fail|echec|echou|cancel|annul|pending|attente|cours|expir|refus|reject|declin|abandon")
_TIMES: Final = (" %H:%M:%S", " %H:%M", "")
_DATES: Final = tuple(d + t for d in ("%d/%m/%Y", "%d-%m-%Y", "%d.%m.%Y", "%d/%m/%y", "%Y/%m/%d") for t in _TIMES)
_UNIVERSAL: Final = late(r"\b(utc|gmt)\b")  # in the title of the dates: not the shop's own clock
# How statements write a currency besides its code.
_ALSO: Final[Mapping[str, tuple[str, ...]]] = {
    **dict.fromkeys(("fcfa", "cfa", "f cfa", "franc cfa"), ("XOF", "XAF")),
    **dict.fromkeys(("ar", "ariary"), ("MGA",)),
    "€": ("EUR",),
    "euro": ("EUR",),
}


class Line(Struct, frozen=True):
    """One movement. ``amount`` is gross and positive (None: only ``net`` is given); ``at`` in ms UTC."""

    line: int
    kind: Literal["payment", "refund"]
    txn_id: str
    reference: str
    amount: int | None
    fee: int | None
    net: int | None
    at: int | None


class Unreadable(Struct, frozen=True):
    """Why a line was left out: an English message id (domain ``errors``) with its parameters."""

    line: int
    message: str
    params: Mapping[str, Any]


class Statement(Struct, frozen=True):
    """``since`` and ``until``: what time it covers, ms UTC, None where it has no readable dates."""

    lines: tuple[Line, ...]
    unreadable: tuple[Unreadable, ...]
    left_out: int
    since: int | None
    until: int | None


def parse(data: bytes, currency: str, zone: tzinfo) -> Statement:
    """Read a statement. Raises Refused for a file that is no table, or lacks the amount or what names a payment."""
    text, _ = sheet.text_of(data)
    rows = list(io.StringIO(text, newline=""))
    if len(rows) > MAX_LINES:
        raise Refused("The file has more than {maximum} lines: split it.", maximum=MAX_LINES)
    delimiter, header = sheet.header(rows, lambda cells: len(titles.match(cells, _NAMES).of))
    columns = titles.match(header.cells, _NAMES)
    titles.check_unambiguous(header.cells, columns)
    if not ({"amount", "net"} & columns.of.keys() and {"id", "reference"} & columns.of.keys()):
        raise Refused(
            "The statement needs a column for the amount and one for the transaction or the reference. Columns found:"
            " {found}.",
            found=", ".join(title.strip() for title in header.cells if title.strip())[:200],
        )
    dated = columns.of.get("date")
    universal = dated is not None and _UNIVERSAL.search(header.cells[dated].lower())
    reading = _Reading(columns.of, currency, UTC if universal else zone)
    for record in sheet.records(rows, delimiter):
        if record.line > header.line:
            reading.take(record)
    if not reading.lines and not reading.unreadable and not reading.left_out:
        raise Refused("The statement has column titles but no line.")
    return reading.statement()


class _Reading:
    def __init__(self, columns: Mapping[str, int], currency: str, zone: tzinfo) -> None:
        # Overlapping exports repeat lines; two parts given back of one payment differ at least in their time.
        self.lines: dict[tuple[str, str, str, int | None, int | None], Line] = {}
        self.unreadable: list[Unreadable] = []
        self.left_out = 0
        self._columns = columns
        self._currency = currency
        self._zone = zone
        self._times: list[tuple[int, int]] = []

    def take(self, record: sheet.Record) -> None:
        try:
            found = self._line(record)
        except Refused as reason:
            self.unreadable.append(Unreadable(record.line, reason.message, reason.params))
            return
        if found is None:
            self.left_out += 1
        else:
            key = (found.kind, found.txn_id, found.reference, found.amount or found.net, found.at)
            self.lines.setdefault(key, found)

    def statement(self) -> Statement:
        since = min((start for start, _ in self._times), default=None)
        until = max((end for _, end in self._times), default=None)
        return Statement(tuple(self.lines.values()), tuple(self.unreadable), self.left_out, since, until)

    def _line(self, record: sheet.Record) -> Line | None:
        if record.error:
            raise Refused(record.error)
        kind, status = fold(self._cell(record, "kind")), fold(self._cell(record, "status"))
        back = _BACK.search(kind) is not None
        if _NOT_DONE.search(status) or (_MOVED.search(kind) and not back):
            return None
        self._check_currency(record)
        amount, net = self._money(record, "amount"), self._money(record, "net")
        given = amount if amount is not None else net
        if given is None:
            raise Refused("There is no amount on this line.")
        txn_id, reference = self._cell(record, "id"), self._cell(record, "reference")
        if not txn_id and not reference:
            return None  # sums, headings, movements of the account itself
        fee = self._fee(record, abs(given))
        return Line(
            record.line,
            "refund" if back or given < 0 else "payment",
            txn_id[:200],
            reference[:200],
            None if amount is None else abs(amount),
            fee,
            None if net is None else abs(net),
            self._when(self._cell(record, "date")),
        )

    def _cell(self, record: sheet.Record, name: str) -> str:
        index = self._columns.get(name, -1)
        return sheet.cell(record.cells[index]) if 0 <= index < len(record.cells) else ""

    def _money(self, record: sheet.Record, name: str) -> int | None:
        text = self._cell(record, name).replace("\u2212", "-").strip("+ ")
        if not text or text in ("-", "—"):
            return None
        negative = text.startswith(("-", "(")) or text.endswith("-")
        amount = parse_amount(text.strip("-() \u00a0\u202f"), self._currency)
        return -amount if negative else amount

    def _fee(self, record: sheet.Record, given: int) -> int | None:
        """A share of the amount, so some write it with more decimals than the currency has: rounded to its unit."""
        try:
            fee = self._money(record, "fee")
        except Refused:
            fee = None
        if fee is not None and abs(fee) <= given:
            return abs(fee)
        plain = "".join(c for c in self._cell(record, "fee") if c.isdigit() or c in ".,").replace(",", ".")
        try:
            exact = Decimal(plain).scaleb(EXPONENT[self._currency]).quantize(Decimal(1), ROUND_HALF_UP)
        except InvalidOperation:
            return None
        return int(exact) if exact <= given else None

    def _check_currency(self, record: sheet.Record) -> None:
        """Raises Refused for a line in another currency: its amount is not to be compared with ours."""
        named = fold(self._cell(record, "currency")).strip()
        if named and self._currency not in _ALSO.get(named, (named.upper(),)):
            raise Refused(
                "“{text}” is not in {currency}.", text=self._cell(record, "currency"), currency=self._currency
            )

    def _when(self, text: str) -> int | None:
        """The moment; a day without a time covers the whole of it."""
        found = _moment(text, self._zone)
        if found is None:
            return None
        self._times.append((found, found + (DAY - 1 if ":" not in text else 0)))
        return found


def _moment(text: str, zone: tzinfo) -> int | None:
    try:
        read = datetime.fromisoformat(text)
    except ValueError:
        for form in _DATES:
            try:
                read = datetime.strptime(text, form)  # noqa: DTZ007 - the store's zone is put in below
            except ValueError:
                continue
            break
        else:
            return None
    if read.tzinfo is None:
        read = read.replace(tzinfo=zone)
    try:
        return int(read.timestamp() * 1000)
    except (OverflowError, ValueError, OSError):
        return None
