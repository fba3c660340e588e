"""What happens in conversations. Never a text, a name or a number: those can be erased, the journal cannot."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from core.kernel.events import Event


@dataclass(frozen=True, slots=True)
class ConversationEvent(Event):
    area: ClassVar[str] = "conversations"
    conversation_id: int

    @property
    def subject(self) -> int:
        return self.conversation_id


@dataclass(frozen=True, slots=True)
class MessageAdded(ConversationEvent):
    """``author``: customer, bot, seller, phone. ``kind``: WhatsApp's type for theirs, ours for what was queued."""

    audited: ClassVar[bool] = False
    message_id: int
    author: str
    kind: str = "text"


@dataclass(frozen=True, slots=True)
class MediaSettled(ConversationEvent):
    """The file of a message is in the media folder, or will never be."""

    audited: ClassVar[bool] = False
    message_id: int


@dataclass(frozen=True, slots=True)
class PhotoUnfit(ConversationEvent):
    """WhatsApp took a card and then failed to deliver it for its photo, a file of the media folder."""

    audited: ClassVar[bool] = False
    photo: str


@dataclass(frozen=True, slots=True)
class MessageQueued(ConversationEvent):
    """For the sender: look at the outbox."""

    audited: ClassVar[bool] = False


@dataclass(frozen=True, slots=True)
class MessageProgressed(ConversationEvent):
    """An outgoing message moved on: accepted, sent, delivered, read, failed, unknown, dropped."""

    audited: ClassVar[bool] = False
    outbox_id: int
    state: str


@dataclass(frozen=True, slots=True)
class Escalated(ConversationEvent):
    """The bot hands over. ``reason`` is a word: human, not_understood, complaint, media."""

    reason: str


@dataclass(frozen=True, slots=True)
class TakenOver(ConversationEvent):
    """A person answers from now on. ``where``: window, api, phone."""

    where: str


@dataclass(frozen=True, slots=True)
class GivenBack(ConversationEvent):
    """The bot answers again."""


@dataclass(frozen=True, slots=True)
class PaymentTalk(ConversationEvent):
    """A buyer says, or shows with a picture, that an order was paid whose money has not come."""

    order_id: int


@dataclass(frozen=True, slots=True)
class ThreadErased(ConversationEvent):
    """The conversation is gone with its person; what is journalled is the person's erasure."""

    audited: ClassVar[bool] = False


@dataclass(frozen=True, slots=True)
class ConversationRead(ConversationEvent):
    audited: ClassVar[bool] = False
