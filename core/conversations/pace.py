"""When the next WhatsApp message may go, per customer and per number (reference whatsapp §6). Pure.

Each limit is a bucket of credits that refills steadily. It is kept as the moment it will be full again, an integer of
microseconds, so that nothing drifts. Whether WhatsApp refills after a burst exactly like this is not documented [U]:
when it still answers 131056, :meth:`Pace.hold_customer` waits as sendcodes says.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from msgspec import Struct
from msgspec.structs import replace

from core.durable.outbox import PAYMENT
from core.kernel.clock import SECOND

_MICRO: Final = 1000  # microseconds in a millisecond


class Rule(Struct, frozen=True):
    """One credit every ``interval`` µs, up to ``capacity``; the last ``reserve`` are for payment messages alone."""

    interval: int
    capacity: int
    reserve: int = 0


CUSTOMER: Final = Rule(interval=6 * SECOND * _MICRO, capacity=45, reserve=5)


def number_rule(per_second: int = 60) -> Rule:
    """A phone number's throughput: WhatsApp allows 80/s in and out together, so 60; 15 in coexistence (of 20/s).

    The burst is a third of it, so that no second ever sees more than the allowance (60 + 20, 15 + 5).
    """
    return Rule(interval=SECOND * _MICRO // per_second, capacity=max(1, per_second // 3))


class Bucket(Struct, frozen=True):
    """``full_at``: when all credits are back (µs UTC); ``not_before``: nothing at all until then (ms UTC)."""

    rule: Rule
    full_at: int = 0
    not_before: int = 0

    def when(self, now: int, priority: int) -> int:
        """The earliest time (ms UTC, ``now`` or later) at which a message of this priority may go."""
        usable = self.rule.capacity - (0 if priority == PAYMENT else self.rule.reserve)
        earliest = self._believable(now) - (usable - 1) * self.rule.interval
        return max(now, self.not_before, -(-earliest // _MICRO))

    def take(self, at: int) -> Bucket:
        """The bucket after one message sent at ``at`` (ms UTC), whether or not it was allowed."""
        return replace(self, full_at=max(self._believable(at), at * _MICRO) + self.rule.interval)

    def _believable(self, now: int) -> int:
        """``full_at``, unless it is so far off that the clock must have been set back: then the bucket counts as full,
        for nobody shall wait an hour for an hour that was corrected."""
        return self.full_at if self.full_at <= now * _MICRO + 2 * self.rule.capacity * self.rule.interval else 0

    def hold(self, until: int) -> Bucket:
        """Nothing more before ``until`` (ms UTC)."""
        return replace(self, not_before=max(self.not_before, until))

    def idle(self, now: int) -> bool:
        """True when a new bucket would behave the same."""
        return self.full_at <= now * _MICRO and self.not_before <= now


def rebuilt(rule: Rule, sent: Iterable[int], since: int) -> Bucket:
    """The bucket after a restart, from the times (ms UTC) of all messages sent at ``since`` or later.

    What was sent before is unknown, so the bucket counts as empty then: never too fast, and exact again as soon as the
    look-back is longer than it takes to fill (:data:`LOOK_BACK` is twice that).
    """
    bucket = Bucket(rule, full_at=since * _MICRO + rule.capacity * rule.interval)
    for at in sorted(sent):
        bucket = bucket.take(at)
    return bucket


LOOK_BACK: Final = 2 * CUSTOMER.capacity * CUSTOMER.interval // _MICRO
"""How far back, in ms, the sender reads its sent messages at start: nine minutes."""


class Pace:
    """The buckets of one number and its customers. Lives in the sender's memory; rebuilt from the outbox at start."""

    def __init__(self, number: Rule | None = None, customer: Rule = CUSTOMER) -> None:
        self._customer_rule = customer
        self._number = Bucket(number or number_rule())
        self._customers: dict[str, Bucket] = {}

    def when_allowed(self, customer: str, priority: int, now: int) -> int:
        """The earliest time (ms UTC) at which this customer may be sent a message of this priority."""
        bucket = self._customers.get(customer)
        allowed = bucket.when(now, priority) if bucket is not None else now
        return self._number.when(allowed, priority)

    def sent(self, customer: str, at: int) -> None:
        """Count a message that left at ``at`` (ms UTC); count it too when its end is unknown."""
        self._number = self._number.take(at)
        self._customers[customer] = self._customers.get(customer, Bucket(self._customer_rule)).take(at)

    def hold_customer(self, customer: str, until: int) -> None:
        """WhatsApp says it is too much for this customer (131056): nothing before ``until`` (ms UTC)."""
        self._customers[customer] = self._customers.get(customer, Bucket(self._customer_rule)).hold(until)

    def hold_number(self, until: int) -> None:
        """WhatsApp says the number is too fast (130429) or its account called too often: nothing before ``until``."""
        self._number = self._number.hold(until)

    def rebuild(self, sent: Iterable[tuple[str, int]], since: int) -> None:
        """Start again from what the outbox remembers: (customer, ms UTC) of everything sent since ``since``."""
        times: dict[str, list[int]] = {}
        for customer, at in sent:
            times.setdefault(customer, []).append(at)
        self._customers = {c: rebuilt(self._customer_rule, at, since) for c, at in times.items()}
        self._number = rebuilt(self._number.rule, (t for at in times.values() for t in at), since)

    def forget_idle(self, now: int) -> None:
        """Drop buckets that are full again; call it now and then."""
        self._customers = {c: b for c, b in self._customers.items() if not b.idle(now)}
