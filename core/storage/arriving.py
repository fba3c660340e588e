"""A store on its way into this computer, from any kind of backup: there whole, or not there at all."""

from __future__ import annotations

import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from msgspec.structs import replace

from core.kernel.errors import EnvironmentProblem, LivePayError, Refused
from core.kernel.reasons import reason
from core.storage.folder import Home, StoreCard, hold, slugify, write_card
from core.storage.vault import choose_vault

RESTORED: Final = "restored"  # a file in the store's folder until its first opening (core.backups.restoring)
_ARRIVING: Final = "arriving"  # a file in the store's folder until it is whole
_UNSAFE: Final = frozenset('\\/:*?"<>|\0')


def named(card: StoreCard, name: str | None) -> StoreCard:
    """The card under another name. Raises Refused."""
    return replace(card, name=name, slug=slugify(name)) if name else card


@contextmanager
def arrival(home: Home, card: StoreCard) -> Iterator[Path]:
    """The store's folder, to be filled and then :func:`settle`-d. What ends before that leaves nothing, and what was
    killed in the middle is cleared away by the next. Raises Refused (name taken), EnvironmentProblem."""
    folder = home.stores / card.slug
    try:
        _clear(folder)
    except LivePayError:
        raise Refused("A store named “{name}” exists already.", name=card.slug) from None
    try:
        try:
            folder.mkdir(parents=True)
            folder.chmod(0o700)
            (folder / _ARRIVING).touch()
            with hold(folder):
                for sub in ("media", "backups"):
                    (folder / sub).mkdir()
                yield folder
            (folder / _ARRIVING).unlink(missing_ok=True)
        except OSError as error:
            raise EnvironmentProblem(
                "The folder {path} cannot be written ({detail}).", path=folder, detail=reason(error)
            ) from None
    except BaseException:
        shutil.rmtree(folder, ignore_errors=True)
        raise


def _clear(folder: Path) -> None:
    """Raises Refused for a store, or one that is arriving just now."""
    if not folder.exists():
        return
    if not (folder / _ARRIVING).exists() or (folder / "store.json").exists():
        raise Refused("A store named “{name}” exists already.", name=folder.name)
    hold(folder).release()
    shutil.rmtree(folder, ignore_errors=True)


def settle(folder: Path, card: StoreCard, key: bytes, secrets: Mapping[str, str]) -> StoreCard:
    """Its files are here and were checked: keys and secrets go where this computer keeps them, and it counts."""
    vault = choose_vault(folder, card.id, None)
    card = replace(card, vault=vault.kind)
    vault.new_database_key(key)
    for name, value in secrets.items():
        vault.set(name, value)
    (folder / RESTORED).touch()
    write_card(folder, card)
    return card


def plain_name(name: str, database: tuple[str, ...]) -> str:
    """A backup is authenticated, and still never chooses where on this computer it is written. Raises Refused."""
    folder, _, last = name.rpartition("/")
    if name not in database and (folder != "media" or not last.strip(".") or set(last) & _UNSAFE):
        raise Refused("The backup holds a file of an unexpected name: {name}.", name=name)
    return name
