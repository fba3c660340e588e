"""Everything a support person would ask about a computer and a store, a line each.

The command line's ``doctor`` and the window's diagnosis say the same.
"""

from __future__ import annotations

import platform
import shutil
import sqlite3
from collections.abc import Iterator
from typing import Any

import apsw
from msgspec import Struct

from core.bootstrap.chat import chat_url
from core.bootstrap.following import hands
from core.bootstrap.shop import Shop
from core.fraud.rules import SUMS
from core.invoices.regimes import REGIMES, odd
from core.kernel.clock import to_datetime
from core.kernel.errors import LivePayError
from core.kernel.i18n import catalogue, explain, sentence
from core.kernel.money import format_money, group_digits
from core.kernel.reasons import reason
from core.ledger import book
from core.storage import journal
from core.storage.connection import CIPHER
from core.storage.folder import Home
from core.storage.vault import keyring_works
from core.tunnels.rules import KIND, OFF

AGAIN = "again"
"""The verb of what was set aside."""
_LOW_DISK = 500 * 1024 * 1024


class Line(Struct, frozen=True):
    """One check: ``name`` and ``detail`` are said in the asked language. ``verb``: what can be done about it here."""

    ok: bool
    name: str
    detail: str
    verb: str = ""


class Words:
    """The texts of the domain ``support`` in one language."""

    def __init__(self, language: str) -> None:
        self.language = language

    def __call__(self, message: str, /, **values: Any) -> str:
        text = catalogue("support", self.language).gettext(message)
        return text.format(**values) if values else text


def machine(home: Home, tr: Words) -> Iterator[Line]:
    release = platform.release().partition("-")[0]
    yield Line(True, tr("system"), f"{platform.system()} {release}, Python {platform.python_version()}")
    yield Line(True, "SQLite", f"{apsw.sqlite_lib_version()} ({CIPHER}; stdlib {sqlite3.sqlite_version})")
    yield Line(True, tr("keys"), tr("system keyring") if keyring_works() else tr("protected file (no system keyring)"))
    try:
        root = home.path if home.path.exists() else home.path.parent
        free = shutil.disk_usage(root if root.exists() else ".").free
    except OSError as error:
        yield Line(False, tr("disk"), catalogue("errors", tr.language).gettext(reason(error)))
        return
    megabytes = free // 1024 // 1024
    room = (
        tr("{free} GB free", free=group_digits(megabytes // 1024))
        if megabytes >= 10 * 1024
        else tr("{free} MB free", free=group_digits(megabytes))
    )
    yield Line(free > _LOW_DISK, tr("disk"), room)
    try:
        yield Line(True, tr("stores"), f"{home.path} · " + (", ".join(c.slug for c in home.list()) or "—"))
    except LivePayError as error:
        yield Line(False, tr("stores"), explain(error, tr.language))


def store(shop: Shop, tr: Words) -> Iterator[Line]:
    def ask(sql: str) -> int:
        return int(shop.engine.read(lambda r: r.value(sql)) or 0)

    checked = shop.engine.read(lambda r: r.value("PRAGMA quick_check"))
    yield Line(checked == "ok", tr("database"), tr("whole") if checked == "ok" else str(checked))
    verdict = shop.engine.read(journal.verify)
    told = tr("{count} entries", count=group_digits(verdict.entries)) if verdict.intact else said(verdict, tr)[0]
    yield Line(verdict.intact, tr("journal"), told)
    wrong = ask(
        "SELECT count(*) FROM product p"
        " WHERE held <> (SELECT coalesce(sum(held), 0) FROM order_line WHERE product_id = p.id)"
    )
    yield Line(wrong == 0, tr("stock"), tr("{count} products with a wrong reserve", count=wrong))
    miscounted = len(shop.engine.read(book.miscounted))
    yield Line(miscounted == 0, tr("ledger"), tr("{count} accounts out of balance", count=miscounted))
    dead = ask("SELECT count(*) FROM inbox WHERE state = 'dead'")
    yield Line(
        dead == 0,
        tr("incoming"),
        tr("{new} waiting, {dead} set aside", new=ask("SELECT count(*) FROM inbox WHERE state = 'new'"), dead=dead),
    )
    put = ask("SELECT count(*) FROM aside")
    if put:
        yield Line(
            False,
            tr("set aside"),
            tr("{count} webhooks that LivePay failed on: have them asked again", count=put),
            AGAIN,
        )
    contrary = ask("SELECT count(*) FROM attempt WHERE error = 'contradiction' AND state <> 'paid'")
    yield Line(contrary == 0, tr("payments"), tr("{count} payments contradict their order", count=contrary))
    unknown = ask("SELECT count(*) FROM outbox WHERE state = 'unknown'")
    queued = ask("SELECT count(*) FROM outbox WHERE state = 'queued'")
    yield Line(
        unknown == 0, tr("outgoing"), tr("{queued} waiting, {unknown} of unknown end", queued=queued, unknown=unknown)
    )
    yield _backup(shop, tr)
    country = shop.card.country
    known = REGIMES[country].identifiers
    ids = {each.name: shop.settings.get(f"legal.{each.name}") for each in known}
    strange = ", ".join(each.label for each in odd(country, ids))
    missing = ", ".join(each.label for each in known if each.shape and not ids[each.name])
    yield Line(
        True,
        tr("papers"),
        tr("to look at again: {strange}; not entered: {missing}", strange=strange or "—", missing=missing or "—"),
    )
    yield _limits(shop, missing, tr)
    yield _address(shop, tr)


def _address(shop: Shop, tr: Words) -> Line:
    """Where the world reaches the store; with a tunnel also how that is, while the store is open here."""
    url, kind, tunnel = shop.address(), shop.settings.get(KIND), shop.tunnel.state
    said = [url or tr("not set: buyers and providers cannot reach this store")]
    if kind != OFF:
        said.append(tr("tunnel {kind}", kind=kind))
    wrong = [explain(one, tr.language) for one in (tunnel.problem, tunnel.trailing) if one is not None]
    wrong += [tr("to paste at {name}: {address}", name=h.label, address=h.address) for h in hands(shop)]
    return Line(url.startswith("https://") and not wrong, tr("public address"), " · ".join(said + wrong))


def _limits(shop: Shop, missing: str, tr: Words) -> Line:
    """Against laundering: what the seller looks at first, and whether they are known themselves."""
    off = [name for name in ("order", *SUMS) if not shop.settings.number(f"limits.{name}")]
    most = format_money(shop.settings.number("limits.order"), shop.card.currency)
    said = [tr("one order up to {most}", most=most)] if "order" not in off else []
    if off:
        said.append(tr("without a limit: {names}", names=", ".join(f"limits.{name}" for name in off)))
    if missing:
        said.append(tr("the seller’s own identity is not complete: {missing}", missing=missing))
    return Line(not off, tr("limits"), " · ".join(said))


def _moment(shop: Shop, ms: int) -> str:
    """``20/11/2026 20:55``, on the shop's clock."""
    return f"{to_datetime(ms, shop.country.zone):%d/%m/%Y %H:%M}"


def _backup(shop: Shop, tr: Words) -> Line:
    state = shop.keeper.state
    if shop.returning.pending():
        return Line(False, tr("backup"), tr("brought back from one: the providers are asked at the next start"))
    if shop.backup_place() is None:
        return Line(False, tr("backup"), tr("no place set up: the work is lost with this disk"))
    kept = tr("kept until {at}", at=_moment(shop, state.safe_at)) if state.safe_at is not None else tr("never yet")
    proved = (
        tr("brought back on trial {at}", at=_moment(shop, state.rehearsed_at))
        if state.rehearsed_at
        else tr("never tried")
    )
    wrong = explain(state.worst, tr.language) if state.worst else ""
    return Line(not wrong and not shop.keeper.is_late(), tr("backup"), " · ".join(filter(None, (kept, proved, wrong))))


async def connections(shop: Shop, tr: Words) -> list[Line]:
    """WhatsApp and every enabled provider, each asked whether it works. On the loop that owns the shop's network."""
    found: list[Line] = []
    channel = shop.channel()
    if channel is None:
        found.append(Line(False, "WhatsApp", tr("not set up")))
    else:
        findings = await shop.check_whatsapp()
        found += [Line(f.ok, "WhatsApp", sentence(f.message, f.params, tr.language)) for f in findings]
        number = shop.settings.get("whatsapp.number")
        missing = tr("not shown: set whatsapp.number, the number that buyers write to")
        found.append(Line(bool(chat_url(shop, "")), tr("QR code of the live"), number or missing))
    for provider in shop.providers():
        found += [
            Line(f.ok, provider.label, sentence(f.message, f.params, tr.language)) for f in await provider.selftest()
        ]
    return found


def said(verdict: journal.Verdict, tr: Words) -> list[str]:
    """What became of a check of the journal, the verdict first."""
    at = verdict.broken_at
    if verdict.fault == "rewritten":
        return [tr("The head kept elsewhere is not in this journal: it was written anew, or cut, since that day.")]
    if verdict.fault == "missing":
        return [tr("The journal is broken: entry {at} is missing. What follows cannot be trusted.", at=at)]
    if verdict.fault == "unreadable":
        return [tr("The journal is broken: entry {at} cannot be read. What follows cannot be trusted.", at=at)]
    if verdict.fault:
        return [tr("The journal is broken: entry {at} was changed. What follows cannot be trusted.", at=at)]
    lines = [tr("Journal intact: {entries} entries, head {head}", entries=verdict.entries, head=verdict.head.hex())]
    if verdict.kept_at is not None:
        lines.append(tr("The head kept elsewhere is that of entry {at}.", at=verdict.kept_at))
    return lines
