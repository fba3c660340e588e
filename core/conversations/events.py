"""What happens in conversations. Never a text, a name or a number: those can be erased, the journal cannot."""

from __future__ import annotations

from typing import ClassVar

from core.kernel.events import Event


class ConversationEvent(Event, frozen=True):
    area: ClassVar[str] = "conversations"
    conversation_id: int

    @property
    def subject(self) -> int:
        return self.conversation_id


class MessageAdded(ConversationEvent, frozen=True):
    """``author``: customer, bot, seller, phone. ``kind``: WhatsApp's type for theirs, ours for what was queued."""

    audited: ClassVar[bool] = False
    message_id: int
    author: str
    kind: str = "text"


class InterestShown(ConversationEvent, frozen=True):
    """Asked for a price, or for a quote."""

    customer_id: int
    what: str


class QuoteWanted(ConversationEvent, frozen=True):
    """A buyer asks for a quote of what their order holds: the seller finds it drafted."""

    order_id: int


class MediaSettled(ConversationEvent, frozen=True):
    """The file of a message is in the media folder, or will never be."""

    audited: ClassVar[bool] = False
    message_id: int


class PhotoUnfit(ConversationEvent, frozen=True):
    """WhatsApp took a card and then failed to deliver it for its photo, a file of the media folder."""

    audited: ClassVar[bool] = False
    photo: str


class MessageQueued(ConversationEvent, frozen=True):
    """For the sender: look at the outbox."""

    audited: ClassVar[bool] = False


class MessageProgressed(ConversationEvent, frozen=True):
    """An outgoing message moved on: accepted, sent, delivered, read, failed, unknown, dropped."""

    audited: ClassVar[bool] = False
    outbox_id: int
    state: str


class MessagePriced(ConversationEvent, frozen=True):
    """WhatsApp says how it bills a message: ``category`` and ``type`` are its own words."""

    audited: ClassVar[bool] = False
    outbox_id: int
    category: str
    type: str


class PaperSent(ConversationEvent, frozen=True):
    """Somebody sent a paper again by hand. ``kind``: invoice, credit_note, receipt or quote."""

    kind: str
    paper_id: int


class Escalated(ConversationEvent, frozen=True):
    """The bot hands over. ``reason`` is a word of :mod:`core.conversations.reasons`."""

    reason: str


class TakenOver(ConversationEvent, frozen=True):
    """A person answers from now on. ``where``: window, api, console, phone."""

    where: str


class PersonSpoke(ConversationEvent, frozen=True):
    """A person wrote to the customer, ``at`` in ms UTC; the message itself is a :class:`MessageAdded`."""

    audited: ClassVar[bool] = False
    where: str
    at: int


class GivenBack(ConversationEvent, frozen=True):
    """The bot answers again. ``how``: given_back by somebody, or timer."""

    how: str = "given_back"


class Resolved(ConversationEvent, frozen=True):
    """Somebody says that nothing is left to do; the bot answers what comes next."""


class TakenUpAgain(ConversationEvent, frozen=True):
    """It was not settled after all: it stands as it stood before."""


class NoteAdded(ConversationEvent, frozen=True):
    """Somebody of the shop left a note for the others."""

    note_id: int


class NoteRemoved(ConversationEvent, frozen=True):
    note_id: int


class TemplateSent(ConversationEvent, frozen=True):
    """A person sent one of WhatsApp's approved templates."""

    template_id: int


class CannedEvent(Event, frozen=True):
    area: ClassVar[str] = "canned"
    canned_id: int

    @property
    def subject(self) -> int:
        return self.canned_id


class CannedSaved(CannedEvent, frozen=True):
    """An answer that is kept ready is new or changed."""


class CannedRemoved(CannedEvent, frozen=True):
    pass


class PaymentTalk(ConversationEvent, frozen=True):
    """A buyer says, or shows with a picture, that an order was paid whose money has not come."""

    order_id: int


class LinkGiven(Event, frozen=True):
    """The pay link of an order goes to its buyer; ``means``: what they chose already, "" for none."""

    area: ClassVar[str] = "orders"
    audited: ClassVar[bool] = False
    order_id: int
    means: str

    @property
    def subject(self) -> int:
        return self.order_id


class ThreadErased(ConversationEvent, frozen=True):
    """The conversation is gone with its person; what is journalled is the person's erasure."""

    audited: ClassVar[bool] = False


class ConversationRead(ConversationEvent, frozen=True):
    audited: ClassVar[bool] = False
