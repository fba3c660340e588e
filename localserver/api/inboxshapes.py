"""What the API takes and answers about conversations that a person handles."""

from __future__ import annotations

from typing import Annotated, Literal

from msgspec import Meta

from core.conversations.canned import MOST, Canned
from core.conversations.notes import LENGTH, NoteView
from core.kernel.clock import rfc3339
from localserver.api.answers import Amount, Conversation, OrderState, Shown, Time
from localserver.api.requests import Page, PlainText, Request

Language = Literal["fr", "mg", "en"]
Seconds = Annotated[int, Meta(ge=0)]
Percent = Annotated[int, Meta(ge=0, le=100)]


class OpenOrder(Shown, frozen=True):
    """The order that waits for its money; ``seconds_left`` of its reservation."""

    id: int
    reference: str
    state: OrderState
    summary: str
    total: Amount
    received: Amount
    expires_at: Time
    seconds_left: Seconds


class Fact(Shown, frozen=True):
    """Something known of what is wanted: a word, and what it is about or how often."""

    code: str
    what: str
    count: int


class Case(Shown, frozen=True):
    """A conversation as who takes it over needs it. ``why`` and ``summary`` in the language of Accept-Language.

    ``waiting_seconds``: since the customer waits for a person, null when they do not. ``advice``: normal, vip, restrict
    (a short reservation, or payment first). ``taken_by``: who has it; ``place``: window, api, console or phone.
    """

    conversation: Conversation
    why: str | None
    summary: str
    facts: list[Fact]
    waiting_seconds: Seconds | None
    order: OpenOrder | None
    score: Percent
    tier: Literal["bronze", "silver", "gold", "diamond"]
    advice: Literal["normal", "vip", "restrict"]
    taken_at: Time | None
    taken_by: str | None
    place: str | None
    handed_over: Annotated[int, Meta(ge=0, description="How often the bot has asked for a person here.")]


class CaseList(Shown, frozen=True):
    """The most pressing reason first, then who waits longest."""

    items: list[Case]


class QueuePage(Request, frozen=True):
    limit: Annotated[int, Meta(ge=1, le=100)] = 50


class Note(Shown, frozen=True):
    """For the people of the shop; it is never sent."""

    id: int
    conversation_id: int
    text: str
    author: str
    written_at: Time


class NoteList(Shown, frozen=True):
    """Oldest first."""

    items: list[Note]


class NewNote(Request, frozen=True):
    text: Annotated[PlainText, Meta(min_length=1, max_length=LENGTH)]


def note(view: NoteView) -> Note:
    return Note(view.id, view.conversation_id, view.text, view.author, rfc3339(view.at))


class CannedAnswer(Shown, frozen=True):
    """``{name}`` is the customer's first name, ``{shop}`` the store's."""

    id: int
    shortcut: str
    language: Language
    text: str


class CannedList(Shown, frozen=True):
    items: Annotated[list[CannedAnswer], Meta(max_length=MOST)]


class ReadyAnswer(Shown, frozen=True):
    """A wording for one customer, its variables filled."""

    shortcut: str
    language: Language
    text: str


class ReadyList(Shown, frozen=True):
    items: list[ReadyAnswer]


class NewCanned(Request, frozen=True):
    """In place of the answer of this shortcut and language, where there is one."""

    shortcut: Annotated[PlainText, Meta(min_length=1, max_length=40)]
    text: Annotated[PlainText, Meta(min_length=1, max_length=4096)]
    language: Language = "fr"


class FindCanned(Request, frozen=True):
    find: Annotated[PlainText, Meta(max_length=40)] = ""


def canned(one: Canned) -> CannedAnswer:
    return CannedAnswer(one.id, one.shortcut, one.language, one.text)  # type: ignore[arg-type] # its three words


class Span(Shown, frozen=True):
    """``count`` times measured, their mean and median in seconds; null where there is none."""

    count: int
    mean_seconds: Seconds | None
    median_seconds: Seconds | None


class ReasonCount(Shown, frozen=True):
    reason: str
    count: int


class Figures(Shown, frozen=True):
    """How conversations were handled from ``since`` (included) to ``until`` (excluded).

    A question is what a customer says in a row; ``automatic_percent`` of those answered are by the bot.
    ``escalation_percent``: conversations in which the bot asked for a person, of those in which a customer wrote.
    ``first_answers``: from being asked for to the person's first words. ``resolutions``: from there to the end, or to
    the person's last words where their silence ended it.
    """

    since: Time
    until: Time
    conversations: int
    questions: int
    by_bot: int
    by_person: int
    unanswered: int
    automatic_percent: Percent | None
    escalated: int
    escalation_percent: int | None
    taken: int
    bot_answers: Span
    person_answers: Span
    first_answers: Span
    resolutions: Span
    reasons: list[ReasonCount]


class HandoverRow(Shown, frozen=True):
    """A person was asked for (``reason``) or stepped in (null). ``conversation_id`` null: the customer was erased."""

    id: int
    conversation_id: int | None
    reason: str | None
    opened_at: Time
    taken_at: Time | None
    taken_by: str | None
    place: str | None
    answered_at: Time | None
    ended_at: Time | None
    ended: Literal["resolved", "given_back", "timer", "merged"] | None
    resolution_seconds: int | None


class HandoverList(Shown, frozen=True):
    items: list[HandoverRow]
    next: str | None


Days = Annotated[int, Meta(ge=1, le=3660)]


class FigureSpan(Request, frozen=True):
    """The last so many days, up to now."""

    days: Days = 30


class HandoverPage(Page, frozen=True):
    days: Days = 30
