"""E-mail over the seller's own SMTP account (RFC 5321), through aiosmtplib.

A letter that the server has not taken is tried again; one that it may have taken (the line broke after the text was
handed over) is not: its Message-ID is made from its key, so that a double would be seen as one.
"""

from __future__ import annotations

import asyncio
import hashlib
import logging
from collections.abc import Callable, Mapping
from email.message import EmailMessage
from email.utils import format_datetime
from functools import partial
from typing import TYPE_CHECKING, Final

from msgspec import Struct

from core.durable import letters
from core.durable.letters import Letter
from core.kernel.clock import HOUR, MINUTE, to_datetime
from core.kernel.ids import new_uuid
from core.kernel.text import one_line
from core.payments.provider import Finding
from core.storage.connection import Reader
from core.storage.engine import Engine, Tx

if TYPE_CHECKING:
    from aiosmtplib import SMTP

log = logging.getLogger(__name__)

EVERY: Final = 20.0  # s
TIMEOUT: Final = 20.0  # s, for each step of the conversation with the server
FIRST_WAIT: Final = MINUTE
LONGEST_WAIT: Final = 6 * HOUR
MOST: Final = 12  # attempts: after some two days nobody wants the letter any more


class Account(Struct, frozen=True):
    """``security``: tls (from the first byte, port 465), starttls (587) or plain (a server on this computer)."""

    host: str
    port: int
    security: str
    user: str
    password: str
    sender: str
    to: str

    @property
    def ready(self) -> bool:
        return bool(self.host and self.to and (self.sender or "@" in self.user))

    @property
    def from_address(self) -> str:
        return self.sender or self.user


class Words(Struct, frozen=True):
    subject: str
    text: str


Compose = Callable[[Reader, int], Words | None]
"""What a letter of one kind says about its subject; None: there is nothing to say any more."""


class Postman:
    """One store's. ``account()``: as set up now; ``kinds``: how each kind of letter is written."""

    def __init__(self, engine: Engine, account: Callable[[], Account], kinds: Mapping[str, Compose]) -> None:
        self._engine = engine
        self._account = account
        self._kinds = kinds

    async def run(self) -> None:
        """Work until cancelled."""
        while True:
            await self.round()
            await asyncio.sleep(EVERY)

    async def round(self) -> int:
        """Send what waits. → how many the server took."""
        account = self._account()
        if not account.ready:
            return 0
        now = self._engine.clock.now()
        due = await asyncio.to_thread(self._engine.read, lambda r: letters.waiting(r, now))
        taken = [await self._send(account, letter) for letter in due]
        return sum(taken)

    async def check(self) -> Finding:
        """Whether the account works: connects and logs in, sends nothing. Never raises."""
        from aiosmtplib import SMTPException

        account = self._account()
        if not account.ready:
            return Finding(False, "E-mail is not set up: enter the server, the sender and who is written to.")
        try:
            client = _client(account)
            async with client:
                if account.user:
                    await client.login(account.user, account.password)
        except (SMTPException, OSError) as error:
            return _refusal(error)
        return Finding(True, "The e-mail server accepts this account.")

    async def try_out(self, words: Words) -> Finding:
        """Send a letter to the seller now, as those about prospects would go. Never raises, keeps nothing."""
        from aiosmtplib import SMTPException

        account = self._account()
        if not account.ready:
            return Finding(False, "E-mail is not set up: enter the server, the sender and who is written to.")
        now = self._engine.clock.now()
        letter = Letter(0, f"test:{new_uuid()}", "test", 0, 0, now)
        try:
            client = _client(account)
            async with client:
                if account.user:
                    await client.login(account.user, account.password)
                await client.send_message(message_of(account, letter, words, now))
        except (SMTPException, OSError) as error:
            return _refusal(error)
        return Finding(True, "A test e-mail went to {to}.", {"to": account.to})

    async def _send(self, account: Account, letter: Letter) -> bool:
        words = await asyncio.to_thread(self._engine.read, lambda r: self._kinds[letter.kind](r, letter.subject_id))
        if not await self._engine.run(lambda tx: letters.begin(tx, letter.id), actor="mail"):
            return False
        if words is None:
            await self._note(partial(letters.end, letter_id=letter.id, state="failed", error="nothing to say any more"))
            return False
        return await self._hand_over(account, letter, words)

    async def _hand_over(self, account: Account, letter: Letter, words: Words) -> bool:
        from aiosmtplib import SMTPException, SMTPResponseException

        client = _client(account)
        handed = False
        try:
            async with client:
                if account.user:
                    await client.login(account.user, account.password)
                handed = True
                await client.send_message(message_of(account, letter, words, self._engine.clock.now()))
        except SMTPResponseException as error:  # the server's own word: it did not take it
            await self._refused(letter, error.code >= 500 and handed, _why(error))
            return False
        except (SMTPException, OSError) as error:
            if handed and not _before_the_text(error):
                log.info("The e-mail server went silent over letter %d: its end is unknown", letter.id)
                await self._note(partial(letters.end, letter_id=letter.id, state="unknown", error=_why(error)))
                return False
            await self._refused(letter, False, _why(error))
            return False
        await self._note(partial(letters.sent, letter_id=letter.id))
        return True

    async def _refused(self, letter: Letter, for_good: bool, why: str) -> None:
        """A wrong password is not for good: the seller corrects it, and the letter goes."""
        if for_good or letter.attempts + 1 >= MOST:
            await self._note(partial(letters.end, letter_id=letter.id, state="failed", error=why))
            return
        wait = min(FIRST_WAIT << min(letter.attempts, 16), LONGEST_WAIT)
        due = self._engine.clock.now() + wait
        await self._note(partial(letters.later, letter_id=letter.id, not_before=due, error=why))

    async def _note(self, command: Callable[[Tx], None]) -> None:
        await self._engine.run(command, actor="mail")


def message_of(account: Account, letter: Letter, words: Words, now: int) -> EmailMessage:
    """The letter as it goes on the wire; its headers are one line each, whatever a name holds."""
    message = EmailMessage()
    message["Subject"] = one_line(words.subject, 180)
    message["From"] = one_line(account.from_address)
    message["To"] = one_line(account.to)
    message["Date"] = format_datetime(to_datetime(now))
    domain = account.from_address.rpartition("@")[2] or "localhost"
    digest = hashlib.sha256(f"{account.from_address}\n{letter.key}\n{letter.created_at}".encode()).hexdigest()
    message["Message-ID"] = f"<{digest[:32]}@{one_line(domain)}>"
    message["Auto-Submitted"] = "auto-generated"  # RFC 3834: no out-of-office answers
    message.set_content(words.text)
    return message


def _client(account: Account) -> SMTP:
    from aiosmtplib import SMTP

    return SMTP(
        hostname=account.host,
        port=account.port,
        use_tls=account.security == "tls",
        start_tls=account.security == "starttls",
        timeout=TIMEOUT,
    )


def _before_the_text(error: Exception) -> bool:
    """Whether the line broke where nothing can have been taken yet."""
    from aiosmtplib import SMTPConnectError, SMTPRecipientsRefused, SMTPSenderRefused

    return isinstance(error, (SMTPConnectError, SMTPRecipientsRefused, SMTPSenderRefused))


def _refusal(error: Exception) -> Finding:
    from aiosmtplib import SMTPAuthenticationError

    if isinstance(error, SMTPAuthenticationError):
        return Finding(False, "The e-mail server does not know this user name with this password. Check both.")
    return Finding(False, "The e-mail server refused: {why}", {"why": _why(error)})


def _why(error: Exception) -> str:
    return one_line(f"{type(error).__name__}: {error}", 200)
