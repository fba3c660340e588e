"""The steering half of the live's sample: a line, and a live that is over."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from msgspec.structs import replace

from core.kernel.clock import HOUR, MINUTE
from core.live.views import SessionView
from core.orders.evening import Evening
from core.orders.line import Waiter
from desktop.pages.live.steering import Over

_START: Final = 1_795_208_400_000  # 21:00 of the sample's evening
WAITERS: Final = (
    Waiter(4, 40, "Rokia Ba", 1, _START + 20 * MINUTE, True, False, 9),
    Waiter(2, 41, "Sokhna Diop", 2, _START + 12 * MINUTE, False, False, 11),
    Waiter(5, 42, "", 1, _START + 30 * MINUTE, False, True, None),
)
ENDED: Final = SessionView(1, "Live du vendredi", "tiktok", _START, _START + HOUR, None)
OVER: Final = Over(
    ENDED,
    Evening(HOUR, 28, 24, 3, 342_000, ("Robe Wax Ankara", 9), 7, 15, ("Robe Wax Ankara", 45 * MINUTE)),
    ((1, "Live du vendredi", _START), (0, "Live du mardi", _START - 72 * HOUR)),
)


class SampleSteering:
    """What a line says and its verbs note; ``over`` knows two lives."""

    line: Sequence[Waiter] = WAITERS

    def _note(self, *call: Any) -> None:
        raise NotImplementedError

    def waiters(self, product_id: int) -> Sequence[Waiter]:
        return self.line

    def offer(self, waiting_id: int) -> None:
        self._note("offer", waiting_id)

    def skip(self, waiting_id: int) -> None:
        self._note("skip", waiting_id)

    def drop(self, waiting_id: int) -> None:
        self._note("drop", waiting_id)

    def take_back(self, waiting_id: int) -> None:
        self._note("take_back", waiting_id)

    def restrict(self, customer_id: int, wanted: bool) -> None:
        self._note("restrict", customer_id, wanted)

    def paper(self, order_id: int) -> int | None:
        self._note("paper", order_id)
        return None

    def over(self, session_id: int | None) -> Over | None:
        self._note("over", session_id)
        if session_id == 0:
            mardi = replace(ENDED, session_id=0, title="Live du mardi", started_at=_START - 72 * HOUR)
            return replace(OVER, session=mardi, told=Evening(HOUR, 0, 0, 0, 0, None, 0, 0, None))
        return OVER
