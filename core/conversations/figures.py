"""How conversations are handled (F98), with the exact meaning of each figure, and the rows behind them.

A *question* is one or more messages of a customer that follow each other, with nothing of ours between them. It is
answered by what of ours comes next in the thread: talk of the bot, or a person's words (from the window, the API, the
console or the phone). Confirmations, reminders and papers that leave by themselves are no answers. « ok 👍 » that is
rightly left alone stays without an answer, and counts in no share.

A *handover* begins when the bot asks for a person, or a person steps in unasked, and ends when somebody resolves it or
gives it back, or the person's silence does.
"""

from __future__ import annotations

from collections import Counter
from statistics import median
from typing import Final, Literal

from msgspec import Struct

from core.conversations.escalation import called
from core.storage.connection import Reader

Kind = Literal["bot", "person", "called", "settled"]
"""The bot's answers, a person's, the first words after the bot called somebody, and what was settled."""


class ThreadsWanted(Struct, frozen=True):
    """The conversations behind one of the times of :class:`Figures`: ``since`` ≤ time < ``until``, ms UTC."""

    kind: Kind
    since: int
    until: int


class Span(Struct, frozen=True):
    """Times of one kind, ms: how many were measured, their mean and median. No time was measured: None."""

    count: int
    mean: int | None
    median: int | None


class Figures(Struct, frozen=True):
    """Of ``since`` ≤ time < ``until`` (ms UTC).

    ``conversations``: in which a customer wrote. ``questions``: that begin in the time; ``by_bot``, ``by_person`` and
    ``unanswered`` of them. ``automatic``: percent by_bot of those answered. ``escalated``: conversations for which the
    bot asked for a person in the time; ``escalation``: percent of ``conversations``. ``taken``: handovers that a person
    took. ``bot_answers``, ``person_answers``: from a question's first message to its answer. ``first_answers``: from
    the moment a person was asked for to the person's first words, of handovers that begin in the time with a reason.
    ``resolutions``: from a handover's begin to its end, or to the person's last words where their silence ended it,
    of handovers that end in the time and in which a person wrote, or that somebody resolved. ``reasons``: how often the
    bot asked why, most often first.
    """

    since: int
    until: int
    conversations: int
    questions: int
    by_bot: int
    by_person: int
    unanswered: int
    automatic: int | None
    escalated: int
    escalation: int | None
    taken: int
    bot_answers: Span
    person_answers: Span
    first_answers: Span
    resolutions: Span
    reasons: tuple[tuple[str, int], ...]


class HandoverRow(Struct, frozen=True):
    """One handover. Times in ms UTC. ``ended``: resolved, given_back, timer, merged, None while it is open.

    ``conversation_id`` None: the person was erased.
    """

    id: int
    conversation_id: int | None
    reason: str | None
    opened_at: int
    taken_at: int | None
    taken_by: str | None
    place: str | None
    answered_at: int | None
    ended_at: int | None
    ended: str | None
    resolution: int | None


# What was said, one line for each message that counts, in the order of each thread. Conversations without a word in the
# time are left aside first: a thread's last message is never older than any other of it.
_SAID: Final = (
    "SELECT m.conversation_id, m.author, m.at FROM conversation v JOIN message m ON m.conversation_id = v.id"
    " LEFT JOIN outbox o ON o.id = m.outbox_id WHERE v.last_at >= ?1 AND (m.author IN ('customer', 'seller', 'phone')"
    " OR (m.author = 'bot' AND o.key LIKE 'reply:%' AND o.state NOT IN ('dropped', 'failed')))"
    " ORDER BY m.conversation_id, m.id"
)
# Where a person's silence ended it, it was over with their last words.
_OVER: Final = "iif(ended = 'timer', coalesce(last_answer_at, taken_at), ended_at)"
_CALLED: Final = (
    "SELECT answered_at - opened_at, conversation_id FROM handover WHERE opened_at >= ? AND opened_at < ?"
    " AND reason IS NOT NULL AND answered_at IS NOT NULL"
)
_SETTLED: Final = (
    f"SELECT {_OVER} - opened_at, conversation_id FROM handover WHERE ended_at >= ? AND ended_at < ?"  # noqa: S608
    " AND ended <> 'merged' AND (answered_at IS NOT NULL OR ended = 'resolved')"
)
_ROW: Final = (
    "SELECT id, conversation_id, reason, opened_at, taken_at, taken_by, place, answered_at, ended_at, ended,"  # noqa: S608 - constants
    f" CASE WHEN answered_at IS NOT NULL OR ended = 'resolved' THEN {_OVER} - opened_at END FROM handover"
)


def figures(reader: Reader, since: int, until: int) -> Figures:
    """All figures of a time, ms UTC."""
    answers = _read(reader, since, until)
    first = [row[0] for row in reader.all(_CALLED, (since, until))]
    over = reader.all(_SETTLED, (since, until))
    asked = reader.all(
        "SELECT conversation_id, reason, taken_at FROM handover WHERE opened_at >= ? AND opened_at < ?", (since, until)
    )
    escalated = len({conversation for conversation, reason, _ in asked if reason is not None})
    counted = Counter(reason for _, reason, _ in asked if reason is not None)
    return Figures(
        since=since,
        until=until,
        conversations=len(answers.wrote),
        questions=answers.questions,
        by_bot=len(answers.bot),
        by_person=len(answers.person),
        unanswered=answers.questions - len(answers.bot) - len(answers.person),
        automatic=_percent(len(answers.bot), len(answers.bot) + len(answers.person)),
        escalated=escalated,
        escalation=_percent(escalated, len(answers.wrote)),
        taken=sum(taken is not None for _, _, taken in asked),
        bot_answers=_span([took for _, took in answers.bot]),
        person_answers=_span([took for _, took in answers.person]),
        first_answers=_span(first),
        resolutions=_span([row[0] for row in over]),
        reasons=tuple(sorted(counted.items(), key=lambda each: (-each[1], each[0]))),
    )


def threads(reader: Reader, wanted: ThreadsWanted) -> dict[int, int]:
    """Conversation → how many of the times that were measured are of it. Of erased people there is none any more."""
    if wanted.kind in ("bot", "person"):
        answers = _read(reader, wanted.since, wanted.until)
        return dict(Counter(number for number, _ in (answers.bot if wanted.kind == "bot" else answers.person)))
    sql = _CALLED if wanted.kind == "called" else _SETTLED
    return dict(Counter(row[1] for row in reader.all(sql, (wanted.since, wanted.until)) if row[1] is not None))


def _read(reader: Reader, since: int, until: int) -> _Questions:
    answers = _Questions(since, until)
    for conversation_id, author, at in reader.connection.execute(_SAID, (since,)):
        answers.heard(conversation_id, author, at)
    answers.end()
    return answers


class _Questions:
    """Goes through threads, message by message, and measures from each question to its answer: (conversation, ms)."""

    def __init__(self, since: int, until: int) -> None:
        self._since, self._until = since, until
        self._thread = 0
        self._open: int | None = None
        self.wrote: set[int] = set()
        self.questions = 0
        self.bot: list[tuple[int, int]] = []
        self.person: list[tuple[int, int]] = []

    def heard(self, conversation_id: int, author: str, at: int) -> None:
        if conversation_id != self._thread:
            self.end()
            self._thread = conversation_id
        if author == "customer":
            if self._since <= at < self._until:
                self.wrote.add(conversation_id)
            if self._open is None:
                self._open = at
            return
        begun, self._open = self._open, None
        if begun is not None and self._counts(begun):
            (self.bot if author == "bot" else self.person).append((conversation_id, max(0, at - begun)))

    def end(self) -> None:
        """The thread is over: what is open has no answer."""
        if self._open is not None:
            self._counts(self._open)
        self._open = None

    def _counts(self, begun: int) -> bool:
        counts = self._since <= begun < self._until
        self.questions += counts
        return counts


def _percent(part: int, whole: int) -> int | None:
    return None if whole == 0 else (100 * part + whole // 2) // whole


def _span(times: list[int]) -> Span:
    if not times:
        return Span(0, None, None)
    return Span(len(times), sum(times) // len(times), int(median(times)))


def rows(reader: Reader, since: int, until: int, *, before: int = 2**63 - 1, limit: int = 100) -> list[HandoverRow]:
    """The handovers that begin in a time, the latest first, below an id."""
    found = reader.all(
        f"{_ROW} WHERE opened_at >= ? AND opened_at < ? AND id < ? ORDER BY id DESC LIMIT ?",
        (since, until, before, limit),
    )
    return [
        HandoverRow(
            row[0], row[1], row[2], row[3], row[4], called(reader, row[5]), row[6], row[7], row[8], row[9], row[10]
        )
        for row in found
    ]
