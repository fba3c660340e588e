"""What the keeper of a store's copies works with."""

from __future__ import annotations

from typing import TYPE_CHECKING

from core.backups.keeper import Charge
from core.kernel.clock import MINUTE
from core.storage.backup import recovery_key
from core.storage.folder import Home

if TYPE_CHECKING:
    from core.bootstrap.shop import Shop


def charge_of(shop: Shop) -> Charge:
    """The store with its secrets, its place for copies, how often, and the key that opens them (made if need be)."""
    return Charge(
        shop.folder,
        shop.card,
        shop.vault,
        shop.secret_names,
        shop.backup_place,
        lambda: shop.settings.number("backup.minutes") * MINUTE,
        lambda: recovery_key(Home(shop.folder.parent.parent), create=True),
    )
