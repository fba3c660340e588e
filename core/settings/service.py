"""Reading and changing a store's settings and secrets."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Final

from core.kernel.errors import NotFound, Refused
from core.kernel.events import Event
from core.segments.rules import KEY as SEGMENT
from core.settings.declarations import NAMES
from core.settings.events import SettingChanged
from core.settings.setting import Setting
from core.storage.engine import Engine, Tx
from core.storage.vault import Vault

SECRET_SHOWN: Final = "••••••"


class Settings:
    """All settings in memory, written through; secrets come from the vault, read once. Some may be lent for a run."""

    def __init__(self, engine: Engine, vault: Vault, declared: Iterable[Setting]) -> None:
        self.declared: dict[str, Setting] = {s.key: s for s in declared}
        self._engine = engine
        self._vault = vault
        self._values: dict[str, str] = dict(engine.read(lambda r: r.all("SELECT key, value FROM setting")))
        self._secrets: dict[str, str | None] = {}
        self._lent: Mapping[str, str] = {}
        self._guard = threading.Lock()
        self._writing = threading.Lock()
        self.version = 0
        self.on_change: Callable[[], None] | None = None
        self._coming: dict[str, str] = {}
        self._arriving = threading.Lock()
        engine.subscribe(self._stored)

    def declaration(self, key: str) -> Setting:
        """By its key or another of its names. Raises NotFound for one nobody declared."""
        try:
            return self.declared[NAMES.get(key, key)]
        except KeyError:
            raise NotFound("There is no setting named {key}.", key=key) from None

    def get(self, key: str) -> str:
        """The value, or the declared default. Raises NotFound; secrets have their own reading."""
        declared = self.declaration(key)
        key = declared.key
        if declared.kind == "secret":
            return SECRET_SHOWN if self.secret(key) else ""
        return self._lent.get(key, self._values.get(key, self._default(declared)))

    def _default(self, declared: Setting) -> str:
        """For some settings what is usual depends on the kind of shop."""
        return declared.default_in(self.get(SEGMENT)) if declared.by_segment else declared.default

    def number(self, key: str) -> int:
        return int(self.get(key))

    def switch(self, key: str) -> bool:
        return self.get(key) == "true"

    def secret(self, key: str) -> str:
        """The secret's value, empty when not set."""
        lent = self._lent.get(key)
        return self._kept(key) if lent is None else lent

    def _kept(self, key: str) -> str:
        with self._guard:
            if key not in self._secrets:
                self._secrets[key] = self._vault.get(key)
            return self._secrets[key] or ""

    def secrets_set(self) -> list[str]:
        """The names of the secrets that have a value in the vault."""
        return [k for k, d in self.declared.items() if d.kind == "secret" and self._kept(k)]

    def lend(self, values: Mapping[str, str]) -> None:
        """Values and secrets for this run, in front of what is stored, which they leave as it is.

        Who changes one of them meanwhile takes theirs. Raises Refused or NotFound, and then lends nothing.
        """
        declared = {key: self.declaration(key) for key in values}
        checked = {k: v if declared[k].kind == "secret" else declared[k].check(v) for k, v in values.items()}
        with self._writing:
            self._lent = {**self._lent, **checked}
            self.version += 1
        self._changed()

    def is_lent(self, key: str) -> bool:
        """Whether this run has a borrowed value in front of the stored one."""
        return key in self._lent

    def _own(self, key: str) -> None:
        self._lent = {k: v for k, v in self._lent.items() if k != key}

    def set(self, key: str, text: str, actor: str = "system") -> str:
        """Validate and store; blocks until durable. Raises Refused or NotFound. → the value as stored."""
        declared = self.declaration(key)
        key = declared.key
        if declared.kind == "secret":
            raise Refused("{key} is a secret: enter it with “store secret”.", key=key)
        value = declared.check(text)

        def write(tx: Tx) -> None:
            self._coming[key] = value
            tx.run("INSERT OR REPLACE INTO setting(key, value) VALUES(?,?)", (key, value))
            tx.emit(SettingChanged(key, secret=False))

        with self._writing:  # what is in memory changes in the order of what is stored
            try:
                self._engine.call(write, actor=actor)
                self._arrive(key)
            finally:
                self._coming.pop(key, None)
        self._changed()
        return value

    def _stored(self, events: Sequence[Event]) -> None:
        """On the writer thread, before anybody else is told of it: who reads then finds the new value."""
        for event in events:
            if isinstance(event, SettingChanged):
                self._arrive(event.key)

    def _arrive(self, key: str) -> None:
        """What was stored is in memory from now on; the writer or who asked for it, whoever comes first."""
        with self._arriving:
            if key in self._coming:
                self._values[key] = self._coming.pop(key)
                self._own(key)
                self.version += 1

    def set_secret(self, key: str, value: str, actor: str = "system") -> None:
        """Put a secret in the vault (empty removes it); the journal keeps that it changed, not what it is.

        The journal comes first: a change that cannot be noted is not made.
        """
        declared = self.declaration(key)
        if declared.kind != "secret":
            raise Refused("{key} is not a secret: enter it with “store set”.", key=key)
        value = value.strip()
        with self._writing:
            self._engine.call(lambda tx: tx.emit(SettingChanged(key, secret=True)), actor=actor)
            with self._guard:
                self._vault.set(key, value)
                self._secrets[key] = value
            self._own(key)
            self.version += 1
        self._changed()

    def _changed(self) -> None:
        """Tell who builds on the settings, on whatever thread changed them."""
        if self.on_change is not None:
            self.on_change()
