"""Keys and secrets: the system keyring, else a protected file. Never the database, a log or a report.

Where there is a keyring, the store's key and each secret are entries of it. Where there is none (servers, CI), the
store's key is a 0600 file in the store's folder, or is derived from ``LIVEPAY_MASTER_KEY``, and the secrets are one
file sealed with AES-256-GCM under a key derived from it.

keyring and cryptography are imported where they are used: the command line and the window start without them.
"""

from __future__ import annotations

import json
import os
from abc import ABC, abstractmethod
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import BinaryIO, Final

from core.kernel.errors import EnvironmentProblem

KEY_SIZE: Final = 32
_KEY_ENTRY: Final = "database-key"
_SERVICE: Final = "LivePay"


def derive(key: bytes, purpose: str, size: int = KEY_SIZE) -> bytes:
    """A key for one purpose from another key: HKDF-SHA256 (RFC 5869) without salt, of up to 32 bytes, one block.

    Written out, because every start derives keys and cryptography's own costs 10 ms and 6 MB.
    """
    import hmac

    assert 0 < size <= KEY_SIZE
    extracted = hmac.digest(bytes(32), key, "sha256")
    return hmac.digest(extracted, f"livepay {purpose}".encode() + b"\x01", "sha256")[:size]


class Vault(ABC):
    """The store's database key and its named secrets."""

    kind: str

    @abstractmethod
    def database_key(self) -> bytes:
        """32 bytes. Raises EnvironmentProblem when it is missing."""

    @abstractmethod
    def new_database_key(self, key: bytes | None = None) -> bytes:
        """Make (or, when restoring, put back) the store's key."""

    @abstractmethod
    def get(self, name: str) -> str | None: ...

    @abstractmethod
    def set(self, name: str, value: str) -> None:
        """Store a secret; an empty value removes it."""

    @abstractmethod
    def forget(self) -> None:
        """Remove the key and every secret: what the database holds can never be read again."""


class KeyringVault(Vault):
    """Windows Credential Manager, macOS Keychain, Secret Service."""

    kind = "keyring"

    def __init__(self, store_id: str, names: Path) -> None:
        self._service = f"{_SERVICE}/{store_id}"
        self._names = names  # the keyring cannot list its entries: their names (never values) are kept here

    def _known(self) -> set[str]:
        return set(json.loads(self._names.read_text("utf-8"))) if self._names.exists() else set()

    def database_key(self) -> bytes:
        import keyring

        text = keyring.get_password(self._service, _KEY_ENTRY)
        if text is None:
            raise EnvironmentProblem("The key of this store is missing from the system keyring.")
        return bytes.fromhex(text)

    def new_database_key(self, key: bytes | None = None) -> bytes:
        import keyring

        key = key or os.urandom(KEY_SIZE)
        keyring.set_password(self._service, _KEY_ENTRY, key.hex())
        return key

    def get(self, name: str) -> str | None:
        import keyring

        return keyring.get_password(self._service, name)

    def set(self, name: str, value: str) -> None:
        import keyring

        known = self._known()
        if value:
            keyring.set_password(self._service, name, value)
            known.add(name)
        elif name in known:
            keyring.delete_password(self._service, name)
            known.discard(name)
        self._names.write_text(json.dumps(sorted(known)), "utf-8")

    def forget(self) -> None:
        import keyring

        for name in (*self._known(), _KEY_ENTRY):
            keyring.delete_password(self._service, name)


class FileVault(Vault):
    """No keyring: a 0600 key file (or the master key of the environment) and a sealed file of secrets."""

    kind = "file"

    def __init__(self, folder: Path, store_id: str, master: str | None) -> None:
        self._key_file = folder / "store.key"
        self._sealed = folder / "secrets.sealed"
        self._store_id = store_id
        self._master = master

    def database_key(self) -> bytes:
        if self._key_file.exists():
            try:
                key = bytes.fromhex(self._key_file.read_text("ascii").strip())
            except (OSError, ValueError):
                raise EnvironmentProblem(
                    "The key file of this store is unreadable: {path}.", path=self._key_file
                ) from None
            return key
        if self._master is None:
            raise EnvironmentProblem(
                "The key of this store is missing: neither {path} nor LIVEPAY_MASTER_KEY.", path=self._key_file
            )
        return derive(self._master.encode(), f"store {self._store_id}")

    def new_database_key(self, key: bytes | None = None) -> bytes:
        if key is None and self._master is not None:
            return self.database_key()
        key = key or os.urandom(KEY_SIZE)
        write_private(self._key_file, key.hex().encode())
        return key

    def _load(self) -> dict[str, str]:
        from cryptography.exceptions import InvalidTag
        from cryptography.hazmat.primitives.ciphers.aead import AESGCM

        if not self._sealed.exists():
            return {}
        raw = self._sealed.read_bytes()
        try:
            plain = AESGCM(derive(self.database_key(), "secrets")).decrypt(raw[:12], raw[12:], b"livepay secrets v1")
        except InvalidTag:
            raise EnvironmentProblem("The secrets of this store cannot be opened: {path}.", path=self._sealed) from None
        loaded: dict[str, str] = json.loads(plain)
        return loaded

    def get(self, name: str) -> str | None:
        return self._load().get(name)

    def set(self, name: str, value: str) -> None:
        from cryptography.hazmat.primitives.ciphers.aead import AESGCM

        content = self._load()
        content.pop(name, None)
        if value:
            content[name] = value
        nonce = os.urandom(12)
        sealed = AESGCM(derive(self.database_key(), "secrets")).encrypt(
            nonce, json.dumps(content).encode(), b"livepay secrets v1"
        )
        write_private(self._sealed, nonce + sealed)

    def forget(self) -> None:
        self._key_file.unlink(missing_ok=True)
        self._sealed.unlink(missing_ok=True)


def beside(path: Path) -> Path:
    """Where a file is written before it takes its place."""
    return path.with_name(path.name + ".partial")


@contextmanager
def private_file(path: Path) -> Iterator[BinaryIO]:
    """A new file in the place of an old one, whole and durable or not at all, readable by its owner only."""
    partial = beside(path)
    partial.unlink(missing_ok=True)
    descriptor = os.open(partial, os.O_RDWR | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0), 0o600)
    try:
        with os.fdopen(descriptor, "w+b") as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        partial.replace(path)
    except BaseException:
        with suppress(OSError):
            partial.unlink(missing_ok=True)
        raise


def write_private(path: Path, content: bytes) -> None:
    """Replace a file atomically, readable by its owner only."""
    with private_file(path) as file:
        file.write(content)


def keyring_works() -> bool:
    """Whether this machine has a usable system keyring."""
    import keyring
    from keyring.backends import fail, null

    return not isinstance(keyring.get_keyring(), fail.Keyring | null.Keyring)


def choose_vault(folder: Path, store_id: str, kind: str | None) -> Vault:
    """The vault a store was created with (``kind``), or for a new store the best this machine has."""
    master = os.environ.get("LIVEPAY_MASTER_KEY")
    if kind is None:
        kind = "file" if master or not keyring_works() else "keyring"
    if kind == "keyring":
        # The folder's name too: a copy restored beside its original must not share (and later delete) its entries.
        return KeyringVault(f"{store_id}/{folder.name}", folder / "secret-names.json")
    return FileVault(folder, store_id, master)
