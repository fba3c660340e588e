"""Making a store on this computer, and opening one."""

from __future__ import annotations

from typing import Final

from core.bootstrap.shop import Shop
from core.kernel.clock import Clock, SystemClock
from core.kernel.countries import country
from core.kernel.errors import EnvironmentProblem, Refused
from core.kernel.money import EXPONENT
from core.segments.rules import NAMES as SEGMENTS
from core.settings.declarations import BASE
from core.storage.connection import DAMAGE
from core.storage.damage import damaged_at
from core.storage.folder import Home, StoreCard, hold
from core.storage.migrations import migrate


def create_store(
    home: Home,
    name: str,
    country_code: str,
    *,
    currency: str | None = None,
    language: str = "fr",
    segment: str = "live_seller",
) -> StoreCard:
    """Make a store and its empty database. Raises Refused or EnvironmentProblem."""
    where = country(country_code)
    currency = (currency or where.currency).upper()
    if currency not in EXPONENT:
        raise Refused("Unknown currency {currency}.", currency=currency)
    if segment not in SEGMENTS:
        raise Refused("Unknown segment {segment}. Use one of {known}.", segment=segment, known=", ".join(SEGMENTS))
    BASE_LANGUAGE.check(language)
    card, key = home.create(name.strip(), where.code, currency, language, segment)
    migrate(home.stores / card.slug / "store.db", key)
    home.admit(card)
    return card


def _refuse_away(home: Home, slug: str, away: bool) -> None:
    if away:
        return
    if home.moved(slug) is not None:
        raise Refused("The store “{name}” was moved to another computer: open it there.", name=home.card(slug).name)
    if home.archived(slug):
        raise Refused("The store “{name}” is archived. Take it back first.", name=home.card(slug).name)


BASE_LANGUAGE: Final = next(s for s in BASE if s.key == "store.language")


def open_shop(home: Home, slug: str, clock: Clock | None = None, *, vfs: str | None = None, away: bool = False) -> Shop:
    """Open a store for this process. ``away``: one that is put away too, to look at it.

    Raises NotFound, Refused (archived), EnvironmentProblem (open elsewhere, newer file, no key, data missing or
    damaged).
    """
    folder = home.folder(slug)
    _refuse_away(home, slug, away)
    data = folder / "store.db"
    lock = hold(folder)
    try:
        _refuse_away(home, slug, away)  # it may have gone while another program had it
        if not data.is_file() or not data.stat().st_size:  # a lost file must not look like a shop that never sold
            raise EnvironmentProblem("The store's data is missing: {path}. Restore a backup.", path=data)
        return Shop(folder, home.card(slug), home.vault(slug), clock or SystemClock(), lock, vfs=vfs)
    except DAMAGE as error:
        found = damaged_at(data, home.vault(slug).database_key())
        lock.release()
        raise found from error
    except BaseException:
        lock.release()
        raise
