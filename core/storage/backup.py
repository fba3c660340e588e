"""A store in one encrypted file: database, secrets, media and key, verified after writing.

Layout: ``LIVEPAY-BACKUP-1\\n`` ‖ 12-byte nonce ‖ AES-256-GCM(recovery key, tar). The recovery key belongs to the home,
not to the store, so that a store deleted or lost can come back; elsewhere it is given in ``LIVEPAY_RECOVERY_KEY``.

cryptography is imported where it is used: only a backup pays for it.
"""

from __future__ import annotations

import io
import json
import os
import secrets
import shutil
import tarfile
import tempfile
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Final

from core.kernel.errors import EnvironmentProblem, Refused
from core.storage.connection import open_connection
from core.storage.folder import Home, StoreCard, slugify, write_card
from core.storage.migrations import copy_database
from core.storage.vault import KEY_SIZE, Vault, choose_vault, write_private

RESTORED: Final = "restored"  # a file in the store's folder until its first opening (core.backups.restoring)
MAGIC: Final = b"LIVEPAY-BACKUP-1\n"
_NONCE: Final = 12


@dataclass(frozen=True, slots=True)
class Written:
    size: int
    key_path: Path


def recovery_key(home: Home, *, create: bool) -> bytes:
    """The home's key for backups: 32 bytes. Raises EnvironmentProblem when it is missing and not to be made."""
    given = os.environ.get("LIVEPAY_RECOVERY_KEY")
    path = home.path / "recovery.key"
    try:
        if given:
            return bytes.fromhex(given.strip())
        if path.exists():
            return bytes.fromhex(path.read_text("ascii").strip())
    except (ValueError, OSError):
        raise EnvironmentProblem("The recovery key cannot be read: it is 64 characters of 0-9 and a-f.") from None
    if not create:
        raise EnvironmentProblem("The recovery key is missing: put it in {path} or in LIVEPAY_RECOVERY_KEY.", path=path)
    key = secrets.token_bytes(KEY_SIZE)
    home.path.mkdir(parents=True, exist_ok=True)
    write_private(path, key.hex().encode())
    return key


def write(home: Home, folder: Path, card: StoreCard, vault: Vault, secret_names: list[str], target: Path) -> Written:
    """Back a store up while it is open; the file is read back and compared. Raises EnvironmentProblem."""
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM

    key = vault.database_key()
    with tempfile.TemporaryDirectory(dir=folder) as room:
        copy = Path(room) / "store.db"
        source = open_connection(folder / "store.db", key, write=False)
        try:
            copy_database(source, copy, key)
        finally:
            source.close()
        buffer = io.BytesIO()
        with tarfile.open(fileobj=buffer, mode="w") as tar:
            tar.add(copy, "store.db")
            for file in sorted((folder / "media").glob("*")):
                tar.add(file, f"media/{file.name}")
            inside = {"card": asdict(card), "key": key.hex(), "secrets": {n: vault.get(n) for n in secret_names}}
            _add(tar, "inside.json", json.dumps(inside).encode())
    nonce = secrets.token_bytes(_NONCE)
    recovery = AESGCM(recovery_key(home, create=True))
    sealed = MAGIC + nonce + recovery.encrypt(nonce, buffer.getvalue(), MAGIC)
    try:
        write_private(target, sealed)
        back = target.read_bytes()
    except OSError as error:
        raise EnvironmentProblem(
            "The file {path} cannot be written ({detail}).", path=target, detail=error.strerror
        ) from None
    if (
        recovery.decrypt(back[len(MAGIC) : len(MAGIC) + _NONCE], back[len(MAGIC) + _NONCE :], MAGIC)
        != buffer.getvalue()
    ):
        raise EnvironmentProblem("The backup {path} could not be verified: {verdict}.", path=target, verdict="content")
    return Written(len(sealed), home.path / "recovery.key")


def _add(tar: tarfile.TarFile, name: str, content: bytes) -> None:
    info = tarfile.TarInfo(name)
    info.size = len(content)
    tar.addfile(info, io.BytesIO(content))


def restore(home: Home, data: bytes, name: str | None) -> StoreCard:
    """Bring a store back, under its own name or another. Raises Refused (not a backup, name taken, wrong key)."""
    from cryptography.exceptions import InvalidTag
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM

    if not data.startswith(MAGIC):
        raise Refused("This file is not a LivePay backup.")
    recovery = AESGCM(recovery_key(home, create=False))
    start = len(MAGIC) + _NONCE
    try:
        plain = recovery.decrypt(data[len(MAGIC) : start], data[start:], MAGIC)
    except InvalidTag:
        raise Refused("The backup is damaged, or was made with another recovery key.") from None
    with tarfile.open(fileobj=io.BytesIO(plain)) as tar:
        inside = json.loads(_read(tar, "inside.json"))
        card = StoreCard(**inside["card"])
        card = replace(card, name=name or card.name, slug=slugify(name) if name else card.slug)
        folder = home.stores / card.slug
        if folder.exists():
            raise Refused("A store named “{name}” exists already.", name=card.slug)
        try:
            return _unpack(tar, folder, card, inside)
        except BaseException:
            shutil.rmtree(folder, ignore_errors=True)
            raise


def _read(tar: tarfile.TarFile, name: str) -> bytes:
    file = tar.extractfile(name)
    return file.read() if file is not None else b""


def _unpack(tar: tarfile.TarFile, folder: Path, card: StoreCard, inside: dict[str, dict[str, str]]) -> StoreCard:
    (folder / "media").mkdir(parents=True)
    (folder / "backups").mkdir()
    folder.chmod(0o700)
    vault = choose_vault(folder, card.id, None)
    card = replace(card, vault=vault.kind)
    key = bytes.fromhex(str(inside["key"]))
    vault.new_database_key(key)
    (folder / "store.db").write_bytes(_read(tar, "store.db"))
    for member in tar.getmembers():
        if member.isfile() and member.name.startswith("media/"):
            (folder / "media" / Path(member.name).name).write_bytes(_read(tar, member.name))
    for name, value in inside["secrets"].items():
        vault.set(name, value)
    open_connection(folder / "store.db", key, write=True).close()
    (folder / RESTORED).touch()
    write_card(folder, card)
    return card
