"""A system keyring that lives in memory."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import keyring
from keyring.backend import KeyringBackend
from keyring.errors import PasswordDeleteError


class MemoryKeyring(KeyringBackend):
    """Behaves like the systems' own: entries by service and name."""

    priority = -1  # never chosen by itself: keyring picks among all subclasses it can see

    def __init__(self) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self.entries: dict[tuple[str, str], str] = {}

    def get_password(self, service: str, username: str) -> str | None:
        return self.entries.get((service, username))

    def set_password(self, service: str, username: str, password: str) -> None:
        self.entries[(service, username)] = password

    def delete_password(self, service: str, username: str) -> None:
        if self.entries.pop((service, username), None) is None:
            raise PasswordDeleteError(username)

    @classmethod
    @contextmanager
    def installed(cls) -> Iterator[MemoryKeyring]:
        """Use one for a while."""
        before, ring = keyring.get_keyring(), cls()
        keyring.set_keyring(ring)
        try:
            yield ring
        finally:
            keyring.set_keyring(before)
