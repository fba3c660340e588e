"""Which of two texts works better: a comparison of two shares that is read once (F64). Pure.

The number of people is fixed before the first one (fixed horizon): looking earlier and stopping when it seems to work
finds a difference between two equal texts far more often than the 5 % that are stated. Sources of the formulas: NIST/
SEMATECH e-Handbook §7.3.3 (z test of two proportions, pooled) and §7.2.4.1 (Wilson's interval); the sample is Fleiss,
Levin & Paik, Statistical Methods for Rates and Proportions, 3rd ed., formula 4.14 without continuity correction.
"""

from __future__ import annotations

import hashlib
from math import ceil, sqrt
from statistics import NormalDist
from typing import Final, Literal

from msgspec import Struct

Arm = Literal["a", "b"]
ARMS: Final[tuple[Arm, Arm]] = ("a", "b")
Verdict = Literal["too_early", "too_rare", "same", "a", "b"]

RISK: Final = 0.05  # of seeing a difference where there is none
POWER: Final = 0.80  # chance of seeing the difference that was looked for
USUAL: Final = 0.60  # share that pays, while nothing is known
DIFFERENCE: Final = 0.10  # worth knowing: ten people more in a hundred
LEAST: Final = 100  # people for each text
MOST: Final = 100_000
_EXPECTED: Final = 5  # least successes and failures in each arm for which the normal distribution may be used
_NORMAL: Final = NormalDist()


class Share(Struct, frozen=True):
    """``hits`` of ``of`` people did what the text asks; ``low`` and ``high``: Wilson's interval of 95 %."""

    hits: int
    of: int
    low: float
    high: float

    @property
    def rate(self) -> float:
        return self.hits / self.of if self.of else 0.0


class Reading(Struct, frozen=True):
    """What a comparison says. ``a``, ``b`` and ``p`` are None until the last of the fixed number has had their time."""

    verdict: Verdict
    sample: int
    seen_a: int
    seen_b: int
    a: Share | None = None
    b: Share | None = None
    p: float | None = None


def sample_size(usual: float = USUAL, difference: float = DIFFERENCE) -> int:
    """People for each text so that ``difference`` is seen with POWER, two-sided at RISK; at least LEAST."""
    first = min(max(usual, 0.01), 0.99)
    second = first + difference if first + difference < 1 else first - difference
    middle = (first + second) / 2
    alpha, beta = _NORMAL.inv_cdf(1 - RISK / 2), _NORMAL.inv_cdf(POWER)
    top = alpha * sqrt(2 * middle * (1 - middle)) + beta * sqrt(first * (1 - first) + second * (1 - second))
    return min(MOST, max(LEAST, ceil((top / (second - first)) ** 2)))


def arm_of(trial_id: int, customer_id: int) -> Arm:
    """The wording this person always gets in this comparison: as good as by chance, and the same again tomorrow."""
    return ARMS[hashlib.sha256(f"{trial_id}:{customer_id}".encode()).digest()[0] & 1]


def share(hits: int, of: int) -> Share:
    """A share with Wilson's interval, which never leaves 0 to 1 and is right for few people, too."""
    if not of:
        return Share(0, 0, 0.0, 1.0)
    z = _NORMAL.inv_cdf(1 - RISK / 2)
    rate = hits / of
    middle = rate + z * z / (2 * of)
    around = z * sqrt(rate * (1 - rate) / of + z * z / (4 * of * of))
    under = 1 + z * z / of
    low, high = (middle - around) / under, (middle + around) / under
    return Share(hits, of, max(0.0, min(rate, low)), min(1.0, max(rate, high)))  # at the ends, up to rounding


def p_value(hits_a: int, of_a: int, hits_b: int, of_b: int) -> float:
    """Two-sided: how often two equal texts would differ at least so much. 1 where everybody did the same."""
    pooled = (hits_a + hits_b) / (of_a + of_b)
    if pooled in (0.0, 1.0):
        return 1.0
    z = (hits_a / of_a - hits_b / of_b) / sqrt(pooled * (1 - pooled) * (1 / of_a + 1 / of_b))
    return 2 * (1 - _NORMAL.cdf(abs(z)))


def read(sample: int, seen: tuple[int, int], settled: tuple[int, int], hits: tuple[int, int]) -> Reading:
    """``seen``: people who got each wording; ``settled`` and ``hits``: of the first ``sample`` of each, those whose
    time is over, and those of them who did it. Nothing is read before both are complete."""
    if min(settled) < sample:
        return Reading("too_early", sample, *seen)
    a, b = share(hits[0], sample), share(hits[1], sample)
    pooled = sum(hits) / 2
    if min(pooled, sample - pooled) < _EXPECTED:
        return Reading("too_rare", sample, *seen, a, b)
    p = p_value(hits[0], sample, hits[1], sample)
    if p >= RISK:
        return Reading("same", sample, *seen, a, b, p)
    return Reading("a" if a.rate > b.rate else "b", sample, *seen, a, b, p)
