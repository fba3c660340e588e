"""What the sender needs of the way to WhatsApp; :mod:`core.adapters.whatsapp` is that way.

A send has three ends, and only one of them may be repeated without thought: taken (:class:`Sent`), refused or never
left (:class:`SendRefused`, :class:`NotSent`), and unknown (:class:`Unclear`). WhatsApp has no idempotency key, so an
unknown end waits for a status carrying our own mark (reference whatsapp §5.1).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Protocol

from msgspec import Struct

from core.conversations.outgoing import Outgoing
from core.conversations.sendcodes import Action
from core.kernel.errors import OutsideWorld, Refused


class Sent(Struct, frozen=True):
    """WhatsApp took the message; delivery is reported later. ``wamid`` None: the answer lacked it, wait for a status.

    ``wa_id`` and ``bsuid`` are the names WhatsApp gave the recipient, where it did.
    """

    wamid: str | None
    wa_id: str | None = None
    bsuid: str | None = None


class SendRefused(Refused):
    """WhatsApp said no, for certain. ``details`` is WhatsApp's own English, ``action`` what to do next."""

    def __init__(self, code: int | None, details: str, action: Action) -> None:
        super().__init__(action.message, code=code)
        self.code = code
        self.details = details
        self.action = action


class NotSent(OutsideWorld):
    """The call did not reach WhatsApp: nothing happened, the same call may be repeated."""

    def __init__(self, why: str) -> None:
        super().__init__("WhatsApp cannot be reached ({why}). Sending goes on by itself.", why=why)


class Unclear(OutsideWorld):
    """The call left and no readable answer came: the message may be on its way. Never send it again blindly."""

    def __init__(self, why: str) -> None:
        super().__init__("WhatsApp did not answer clearly ({why}). The message may have left.", why=why)


class MediaUnavailable(OutsideWorld):
    """A file cannot be fetched or is not what was announced; inbound files live 7 days."""

    def __init__(self, why: str) -> None:
        super().__init__("The file cannot be fetched from WhatsApp ({why}).", why=why)


class Channel(Protocol):
    """The way to one WhatsApp number. Every method raises SendRefused and NotSent as well as what it names."""

    async def send(self, message: Outgoing, to: Mapping[str, str], callback: str | None = None) -> Sent:
        """Hand over one message; ``to`` from :func:`core.conversations.outgoing.address`. Raises Unclear."""
        ...

    async def mark_read(self, wamid: str, typing: bool = False) -> None:
        """Show the customer that this and all earlier messages were read; harmless to repeat."""
        ...

    async def upload(self, content: bytes, filename: str, mime: str) -> str:
        """Keep a file with WhatsApp for 30 days; returns its media id."""
        ...

    async def download(self, media_id: str) -> bytes:
        """A file that a customer sent. Raises MediaUnavailable."""
        ...
