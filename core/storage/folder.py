"""One folder per store: ``store.json`` (who it is), ``store.db``, ``media/``, ``backups/``, a lock while it is open,
and a file ``archived`` while it is put away, empty or saying that it was moved elsewhere
(:mod:`core.storage.departure`)."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from msgspec import Struct
from msgspec.structs import asdict

if TYPE_CHECKING:
    from filelock import FileLock

from core.kernel.errors import EnvironmentProblem, LivePayError, NotFound, Refused
from core.kernel.reasons import reason
from core.kernel.text import fold
from core.storage import departure
from core.storage.departure import ARCHIVED, Departure
from core.storage.vault import Vault, choose_vault, write_private


class StoreCard(Struct, frozen=True):
    """What is known of a store without opening it. ``id`` never changes, even when the store moves elsewhere."""

    slug: str
    id: str
    name: str
    country: str
    currency: str
    language: str
    segment: str
    vault: str


class Standing(Struct, frozen=True):
    """A store's folder as it stands, readable or not: ``card`` is None when ``problem`` says why it cannot be read.

    ``moved``: it is put away because it lives on another computer now.
    """

    slug: str
    card: StoreCard | None
    archived: bool = False
    problem: LivePayError | None = None
    moved: Departure | None = None

    @property
    def name(self) -> str:
        return self.card.name if self.card else self.slug


def slugify(name: str) -> str:
    """``Boutique Téranga`` → ``boutique-teranga``. Raises Refused when nothing is left."""
    slug = re.sub(r"[^a-z0-9]+", "-", fold(name)).strip("-")[:40].strip("-")
    if not slug:
        raise Refused("“{name}” cannot be the name of a store. Use letters or digits.", name=name)
    return slug


class Home:
    """The folder that holds the stores of this computer.

    ``passing``: a home that is thrown away. Its keys stay in it, so that nothing is left in the system's keyring.
    """

    def __init__(self, path: Path, *, passing: bool = False) -> None:
        self.path = path
        self.stores = path / "stores"
        self._vault_kind = "file" if passing else None

    def list(self) -> list[StoreCard]:
        """Every store, by name. Raises EnvironmentProblem for a home that is no folder or cannot be read."""
        with _looking(self.path):
            if self.path.is_file():
                raise NotADirectoryError
            try:
                found = [f for f in sorted(self.stores.iterdir()) if (f / "store.json").is_file()]
            except FileNotFoundError:  # no store yet
                found = []
        return sorted((_read_card(f / "store.json") for f in found), key=lambda c: fold(c.name))

    def survey(self) -> tuple[Standing, ...]:
        """Every store with how it stands, by name; one that cannot be read hides none of the others.

        Raises EnvironmentProblem for a home that is no folder or cannot be read.
        """
        with _looking(self.path):
            if self.path.is_file():
                raise NotADirectoryError
            try:
                found = [f for f in self.stores.iterdir() if (f / "store.json").is_file()]
            except FileNotFoundError:  # no store yet
                found = []
        return tuple(sorted((_standing(f) for f in found), key=lambda one: fold(one.name)))

    def archived(self, slug: str) -> bool:
        """Whether the store is put away: its data stay as they are, and nobody opens it."""
        return (self.folder(slug) / ARCHIVED).exists()

    def moved(self, slug: str) -> Departure | None:
        """When and in which file the store was moved to another computer; None for one that was not."""
        return departure.read(self.folder(slug))

    def archive(self, slug: str, away: bool = True, *, anyway: bool = False) -> None:
        """Put a closed store away, or take it back. Idempotent. ``anyway``: one that was moved elsewhere, too.

        Raises Refused, EnvironmentProblem while it is open.
        """
        if not away and not anyway and self.moved(slug):
            raise Refused(
                "The store “{name}” was moved to another computer. Two would answer buyers: take it back with --anyway,"
                " and only if the other one is not used any more.",
                name=self.card(slug).name,
            )
        folder = self.folder(slug)
        lock = hold(folder)
        try:
            if away and departure.read(folder) is not None:
                return
            if away:
                (folder / ARCHIVED).write_text("", "ascii")
            else:
                (folder / ARCHIVED).unlink(missing_ok=True)
        except OSError as error:
            raise EnvironmentProblem(
                "The folder {path} cannot be written ({detail}).", path=folder, detail=reason(error)
            ) from None
        finally:
            lock.release()

    def folder(self, slug: str) -> Path:
        """The store's folder. Raises NotFound with the names there are."""
        path = self.stores / slug
        with _looking(self.path):
            here = re.fullmatch(r"[a-z0-9-]{1,48}", slug) and (path / "store.json").is_file()
        if not here:
            known = ", ".join(c.slug for c in self.list()) or "—"
            raise NotFound("There is no store “{slug}” here. Stores: {known}.", slug=slug, known=known)
        return path

    def card(self, slug: str) -> StoreCard:
        return _read_card(self.folder(slug) / "store.json")

    def vault(self, slug: str) -> Vault:
        card = self.card(slug)
        return choose_vault(self.folder(slug), card.id, card.vault)

    def create(self, name: str, country: str, currency: str, language: str, segment: str) -> tuple[StoreCard, bytes]:
        """Make the folder and the key; the store counts once it is admitted.

        Raises Refused when the name is taken, EnvironmentProblem when writing fails.
        """
        import shutil
        import uuid

        base = slugify(name)
        slug, n = base, 2
        names = {c.slug: c.name for c in self.list()}
        with _looking(self.path):
            while (self.stores / slug).exists():
                if names.get(slug) == name:
                    raise Refused("A store named “{name}” exists already.", name=name)
                slug, n = f"{base}-{n}", n + 1
        folder = self.stores / slug
        store_id = uuid.uuid4().hex
        try:
            for sub in (folder, folder / "media", folder / "backups"):
                sub.mkdir(parents=True)
            folder.chmod(0o700)
            vault = choose_vault(folder, store_id, self._vault_kind)
            card = StoreCard(slug, store_id, name, country, currency, language, segment, vault.kind)
            key = vault.new_database_key()
        except OSError as error:
            shutil.rmtree(folder, ignore_errors=True)
            raise EnvironmentProblem(
                "The folder {path} cannot be written ({detail}).", path=folder, detail=reason(error)
            ) from None
        return card, key

    def admit(self, card: StoreCard) -> None:
        """The store has its database: from now on it is listed and can be opened."""
        write_card(self.stores / card.slug, card)

    def delete(self, slug: str) -> None:
        """Remove a store for ever: key first, so that a half-removed store is unreadable. Raises when it is open."""
        import shutil

        folder = self.folder(slug)
        with hold(folder):
            self.vault(slug).forget()
        shutil.rmtree(folder)


@contextmanager
def _looking(home: Path) -> Iterator[None]:
    try:
        yield
    except NotADirectoryError:
        raise EnvironmentProblem(
            "{path} is not a folder. Name the folder of the stores with --home or LIVEPAY_HOME.",
            path=home / "stores" if home.is_dir() else home,
        ) from None
    except OSError as error:
        raise EnvironmentProblem(
            "The folder {path} cannot be read ({detail}). Name another with --home or LIVEPAY_HOME.",
            path=home,
            detail=reason(error),
        ) from None


def _standing(folder: Path) -> Standing:
    away, moved = (folder / ARCHIVED).exists(), departure.read(folder)
    try:
        return Standing(folder.name, _read_card(folder / "store.json"), away, None, moved)
    except LivePayError as problem:
        return Standing(folder.name, None, away, problem, moved)


def write_card(folder: Path, card: StoreCard) -> None:
    write_private(folder / "store.json", json.dumps(asdict(card), ensure_ascii=False, indent=1).encode())


def _read_card(path: Path) -> StoreCard:
    try:
        return StoreCard(**json.loads(path.read_text("utf-8")))
    except (OSError, ValueError, TypeError):
        raise EnvironmentProblem("The store's card cannot be read: {path}.", path=path) from None


def hold(folder: Path) -> FileLock:
    """Take the store for this process until released. Raises EnvironmentProblem when another process has it."""
    from filelock import FileLock, Timeout  # 25 ms that only opening a store pays

    lock = FileLock(folder / "lock", blocking=False, thread_local=False)  # any thread may let it go
    try:
        lock.acquire()
    except Timeout:
        raise EnvironmentProblem(
            "This store is already open in another LivePay window or service. Close it there first."
        ) from None
    except OSError as error:
        raise EnvironmentProblem(
            "The folder {path} cannot be written ({detail}).", path=folder, detail=reason(error)
        ) from None
    return lock
