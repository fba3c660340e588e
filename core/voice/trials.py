"""Two wordings of one text, compared on real buyers (F64): begun, exposed, read once, ended."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from msgspec import Struct

from core.kernel.clock import DAY
from core.kernel.errors import NotFound, Refused
from core.storage.connection import Reader
from core.storage.engine import Tx
from core.voice import rules, service, wording
from core.voice.events import TrialEnded, TrialStarted
from core.voice.rules import Arm, Reading

_COLUMNS: Final = "id, segment, language, key, variant, a, b, sample, started_at, ended_at, applied"
# What a person has done where the text worked, and when that is known. « e » is the exposure, « o » its order; other
# orders of the same person also by the record that theirs was merged into.
_PERSON: Final = "coalesce((SELECT merged_into FROM customer WHERE id = e.customer_id), e.customer_id)"
_PAID: Final = "(o.paid_at IS NOT NULL AND o.paid_at <= o.expires_at)"
_ORDERED: Final = (
    f"EXISTS (SELECT 1 FROM orders n WHERE n.customer_id = {_PERSON} AND n.reserved_at > e.at"  # noqa: S608 - fixed
    " AND n.reserved_at <= e.at + {window})"
)
WINDOWS: Final = {"welcome": DAY, "confirmation": 14 * DAY, "answer": DAY}
"""Families whose text is to bring an order; payment_request and reminder are to bring the money of theirs."""

OUTCOMES: Final = {
    "payment_request": "paid_in_time",
    "reminder": "paid_in_time",
    "welcome": "ordered_in_a_day",
    "answer": "ordered_in_a_day",
    "confirmation": "ordered_again",
}


class Trial(Struct, frozen=True):
    """``a``: the words so far; ``b``: those tried against them. ``applied``: which the store kept, or nothing."""

    id: int
    segment: str
    language: str
    key: str
    variant: str
    a: str
    b: str
    sample: int
    started_at: int
    ended_at: int | None
    applied: str

    def words(self, customer_id: int) -> str:
        """What this person is told."""
        return self.a if rules.arm_of(self.id, customer_id) == "a" else self.b

    @property
    def outcome(self) -> str:
        return OUTCOMES[wording.family(self.key)]


Running = Mapping[tuple[str, str, str, str], Trial]


def running(reader: Reader) -> Running:
    """What is being compared, by the text's place."""
    rows = reader.all(f"SELECT {_COLUMNS} FROM text_trial WHERE ended_at IS NULL")  # noqa: S608 - fixed columns
    return {(t.segment, t.language, t.key, t.variant): t for t in (Trial(*row) for row in rows)}


def load(reader: Reader, trial_id: int) -> Trial:
    """Raises NotFound."""
    row = reader.one(f"SELECT {_COLUMNS} FROM text_trial WHERE id = ?", (trial_id,))  # noqa: S608 - fixed columns
    if row is None:
        raise NotFound("There is no comparison number {trial_id}.", trial_id=trial_id)
    return Trial(*row)


def page(reader: Reader, *, before: int, limit: int) -> list[Trial]:
    """The newest first."""
    rows = reader.all(
        f"SELECT {_COLUMNS} FROM text_trial WHERE id < ? ORDER BY id DESC LIMIT ?",  # noqa: S608 - fixed columns
        (before, limit),
    )
    return [Trial(*row) for row in rows]


def start(
    tx: Tx, key: str, words: str, *, variant: str, segment: str, language: str, currency: str, sample: int | None = None
) -> Trial:
    """Try ``words`` against what is said now. Raises NotFound, Refused."""
    if segment not in wording.SEGMENTS:
        raise Refused(
            "Unknown segment {segment}. Use one of {known}.", segment=segment, known=", ".join(wording.SEGMENTS)
        )
    words = wording.check(key, variant, words, currency)
    if wording.family(key) not in OUTCOMES:
        raise Refused("This text asks nothing of a buyer: there is no outcome to compare.")
    now = service.look(service.known(tx), key, variant, segment, language).words
    if words == now:
        raise Refused("Both texts are the same: change one of them.")
    if (segment, language, key, variant) in running(tx):
        raise Refused("This text is already being compared: end that first.")
    people = rules.sample_size() if sample is None else sample
    if not rules.LEAST <= people <= rules.MOST:
        raise Refused("Take {least} to {most} people for each text.", least=rules.LEAST, most=rules.MOST)
    trial_id = tx.insert(
        "INSERT INTO text_trial(segment, language, key, variant, a, b, sample, started_at) VALUES(?,?,?,?,?,?,?,?)",
        (segment, language, key, variant, now, words, people, tx.now),
    )
    tx.emit(TrialStarted(key, variant, segment, language, trial_id, people))
    return load(tx, trial_id)


def expose(tx: Tx, trial: Trial, customer_id: int) -> None:
    """Somebody is told one of the two. Only their first time counts: people are compared, not messages."""
    if tx.value("SELECT 1 FROM text_exposure WHERE trial_id = ? AND customer_id = ?", (trial.id, customer_id)):
        return
    order = tx.value("SELECT max(id) FROM orders WHERE customer_id = ? AND state = 'reserved'", (customer_id,))
    if order is None and trial.outcome == "paid_in_time":
        return  # nothing to be paid: not a case
    tx.run(
        "INSERT INTO text_exposure(trial_id, customer_id, arm, order_id, at) VALUES(?,?,?,?,?)",
        (trial.id, customer_id, rules.arm_of(trial.id, customer_id), order, tx.now),
    )


def read(reader: Reader, trial: Trial, now: int) -> Reading:
    """What the comparison says: of the first ``sample`` people of each wording, never of more or fewer.

    So it says the same whenever one looks, and nothing before the last of them has had their time.
    """
    if trial.outcome == "paid_in_time":
        settled, hit = "o.state <> 'reserved'", _PAID
    else:
        window = WINDOWS[wording.family(trial.key)]
        settled, hit = f"e.at + {window} < {int(now)}", _ORDERED.format(window=window)
    seen: dict[Arm, int] = {}
    counts: dict[Arm, tuple[int, int]] = {}
    for arm in rules.ARMS:
        who = "FROM text_exposure e WHERE e.trial_id = ? AND e.arm = ?"
        seen[arm] = reader.value(f"SELECT count(*) {who}", (trial.id, arm))
        counts[arm] = reader.one(
            f"SELECT coalesce(sum({settled}), 0), coalesce(sum({settled} AND {hit}), 0) FROM (SELECT e.* {who}"  # noqa: S608
            " ORDER BY e.id LIMIT ?) e LEFT JOIN orders o ON o.id = e.order_id",
            (trial.id, arm, trial.sample),
        ) or (0, 0)
    (settled_a, hits_a), (settled_b, hits_b) = counts["a"], counts["b"]
    return rules.read(trial.sample, (seen["a"], seen["b"]), (settled_a, settled_b), (hits_a, hits_b))


def end(tx: Tx, trial_id: int, apply: str, currency: str) -> Trial:
    """End a comparison; ``apply`` a or b: the store says that from now on, nothing: what it said before.

    Raises NotFound, Refused where it has ended.
    """
    trial = load(tx, trial_id)
    if trial.ended_at is not None:
        raise Refused("This comparison has ended.")
    tx.run("UPDATE text_trial SET ended_at = ?, applied = ? WHERE id = ?", (tx.now, apply, trial.id))
    place = {"variant": trial.variant, "segment": trial.segment, "language": trial.language}
    tx.emit(TrialEnded(trial.key, **place, trial_id=trial.id, applied=apply))
    if apply:
        service.put(tx, trial.key, trial.a if apply == "a" else trial.b, **place, currency=currency)
    return load(tx, trial.id)
