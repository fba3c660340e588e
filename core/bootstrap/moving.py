"""Moving a store to another computer: its last backup, and the end of its life on this one, in one act."""

from __future__ import annotations

from pathlib import Path

from core.bootstrap.stores import open_shop
from core.relay import place
from core.storage import backup
from core.storage.backup import Written
from core.storage.engine import Tx
from core.storage.events import BackupBegun
from core.storage.folder import Home


def move_out(home: Home, slug: str, target: Path, actor: str) -> Written:
    """Write everything into one file and put the store away here, as moved. → the file and where its key is.

    The file holds the relay's place one epoch further on: where it is restored the relay takes it at once, and this
    computer, were its store taken back, would be refused. If the file cannot be written nothing has changed but that
    number, which is this store's own to use. Raises NotFound, Refused, EnvironmentProblem.
    """
    shop = open_shop(home, slug)

    def begin(tx: Tx) -> None:
        if place.place_of(tx) is not None:
            place.take(tx, 0)
        tx.emit(BackupBegun())

    try:
        shop.engine.call(begin, actor=actor)
        made = backup.write(home, shop.folder, shop.card, shop.vault, shop.secret_names(), target)
    finally:
        shop.close()
    home.move_away(slug)
    return made
