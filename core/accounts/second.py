"""The second factor: codes of an authenticator app (TOTP, RFC 6238: SHA-1, 30 s, six digits), through pyotp.

Secrets are in the vault, like every secret. What is offered is kept apart until a first right code proves that the app
has it. A code counts once: the step it belongs to is remembered with the account.
"""

from __future__ import annotations

from typing import Final

from msgspec import Struct

from core.accounts import recovery
from core.accounts.events import SecondFactorRemoved, SecondFactorSet
from core.accounts.rules import OWNER, SECOND_GRACE_MS
from core.kernel.errors import NotFound, Refused
from core.storage.engine import Engine, Tx
from core.storage.vault import Vault

STEP: Final = 30  # s
DRIFT: Final = 1  # steps that a phone's clock may be off, either way
_IN_USE: Final = "A second factor is in use: remove it first, with your password."
_WRONG: Final = "The code is not right: enter the newest one of your authenticator app."


class Offer(Struct, frozen=True):
    """``uri`` is what an authenticator app reads, as a QR code or a link."""

    secret: str
    uri: str


class SecondFactors:
    """The second factors of a store's accounts."""

    def __init__(self, engine: Engine, vault: Vault) -> None:
        self._engine = engine
        self._vault = vault

    def names(self) -> list[str]:
        """The vault's names of all secrets in use, for backups."""
        return [_kept(n) for (n,) in self._engine.read(lambda r: r.all("SELECT id FROM account")) if self.secret(n)]

    def secret(self, account_id: int) -> str:
        """Empty when the account has none."""
        return self._vault.get(_kept(account_id)) or ""

    def offer(self, account_id: int, store: str, *, replace: bool = False) -> Offer:
        """A new secret, not in use before :meth:`confirm`. Raises NotFound.

        Refused where one is in use, but to ``replace`` it, which is for the store's own computer: a stolen session
        must not bring a phone of its own.
        """
        import pyotp

        row = self._engine.read(lambda r: r.one("SELECT email, second_since FROM account WHERE id = ?", (account_id,)))
        if row is None:
            raise NotFound("There is no such account.")
        email, since = row
        if since is not None and not replace:
            raise Refused(_IN_USE)
        secret = pyotp.random_base32()
        self._vault.set(_offered(account_id), secret)
        return Offer(secret, pyotp.TOTP(secret).provisioning_uri(name=email, issuer_name=f"LivePay {store}"))

    def confirm(self, account_id: int, code: str, actor: str) -> tuple[str, ...]:
        """Put the offered secret in use. → recovery codes, which are shown this once.

        Raises Refused when nothing was offered or the code is not its.
        """
        secret = self._vault.get(_offered(account_id)) or ""
        step = step_of(secret, code, self._engine.clock.now()) if secret else None
        if step is None:
            raise Refused(_WRONG)
        self._vault.set(_kept(account_id), secret)

        def write(tx: Tx) -> tuple[str, ...]:
            tx.run("UPDATE account SET second_since = ?, second_step = ? WHERE id = ?", (tx.now, step, account_id))
            tx.emit(SecondFactorSet(account_id))
            return recovery.make(tx, account_id)

        codes = self._engine.call(write, actor=actor)
        self._vault.set(_offered(account_id), "")
        return codes

    def new_codes(self, account_id: int, actor: str) -> tuple[str, ...]:
        """Recovery codes in place of those of before. Raises Refused without a second factor."""

        def write(tx: Tx) -> tuple[str, ...]:
            if tx.value("SELECT second_since FROM account WHERE id = ?", (account_id,)) is None:
                raise Refused("Recovery codes stand in for a second factor: set that up first.")
            return recovery.make(tx, account_id)

        return self._engine.call(write, actor=actor)

    def remove(self, account_id: int, actor: str) -> None:
        """For who lost the phone: the password alone opens again, for an owner until the grace is over."""

        def write(tx: Tx) -> None:
            recovery.forget(tx, account_id)
            tx.run(
                "UPDATE account SET second_since = NULL, second_by = iif(role = ?, ?, NULL) WHERE id = ?",
                (OWNER, tx.now + SECOND_GRACE_MS, account_id),
            )
            tx.emit(SecondFactorRemoved(account_id))

        self._engine.call(write, actor=actor)
        self._vault.set(_kept(account_id), "")


def step_of(secret: str, code: str, now: int) -> int | None:
    """The step (since 1970, 30 s each) whose code this is, near ``now`` (ms UTC); None for a wrong one or no secret."""
    import hmac

    import pyotp

    digits = "".join(code.split())
    if not secret or not digits.isascii():  # the vault may have lost it
        return None
    totp, present = pyotp.TOTP(secret, interval=STEP), now // 1000 // STEP
    steps = range(present - DRIFT, present + DRIFT + 1)
    return next((step for step in steps if hmac.compare_digest(totp.generate_otp(step), digits)), None)


def _kept(account_id: int) -> str:
    return f"second.{account_id}"


def _offered(account_id: int) -> str:
    return f"second.offered.{account_id}"
