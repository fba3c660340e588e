"""What a platform of certified invoices is to the rest: payloads, and one call for each step. Adapters only."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar, Final

from msgspec import Struct

from core.adapters.http import BadReply, Http, NoAnswer, Reply
from core.invoices.certification import Certification, Facts
from core.kernel.errors import OutsideWorld

CASH: Final = "cash"
CARD: Final = "card"
MOBILE: Final = "mobile"
_CARDS: Final = ("card", "visa", "mastercard")


def means_of(method: str) -> str:
    """Cash, card or mobile money: what came through a provider of ours is mobile money unless it says card."""
    return CASH if method in ("", "cash") else CARD if method in _CARDS else MOBILE


class Access(Struct, frozen=True):
    """Where a platform is reached, and as whom. ``software``: the number it gave this system, where it gives one."""

    base_url: str
    token: str
    software: str
    point_of_sale: str
    establishment: str


class Named(Struct, frozen=True):
    """The platform knows it under this uid, and waits for our word that it stands."""

    uid: str


class Answered(Struct, frozen=True):
    """The platform's own word. ``reference``: its code or number, which a later credit note must name."""

    accepted: bool
    reference: str
    answer: Mapping[str, Any]
    error: str | None = None


class NotReached(OutsideWorld):
    """No answer, or none that can be read. ``left``: the call may have been carried out all the same."""

    def __init__(self, why: str, *, left: bool = True) -> None:
        super().__init__("The certification platform did not answer clearly ({why}).", why=why)
        self.left = left


class Platform:
    """One state's platform. ``sends``: its calls are known; otherwise papers are only prepared.

    ``repeatable``: a call whose answer was lost may be made again, because nothing stands before it is confirmed.
    """

    name: ClassVar[str]
    sends: ClassVar[bool] = True
    repeatable: ClassVar[bool] = False

    def __init__(self, access: Access, http: Http) -> None:
        self._access = access
        self._http = http

    def payload(self, facts: Facts) -> dict[str, Any]:
        """What the platform is to be told. Raises Refused when it cannot be said there (yet)."""
        raise NotImplementedError

    async def step(self, paper: Certification) -> Named | Answered:
        """The next call for a queued or sent paper. Raises NotReached."""
        raise NotImplementedError

    async def _call(self, method: str, path: str, body: Any = None) -> tuple[Reply, dict[str, Any]]:
        """Raises NotReached for anything but an answer of the platform itself."""
        headers = {"Authorization": f"Bearer {self._access.token}"}
        try:
            reply = await self._http.request(method, f"{self._access.base_url}/{path}", headers=headers, json=body)
        except NoAnswer as error:
            raise NotReached(error.why, left=error.sent) from error
        if reply.status in (401, 403, 404, 429):  # turned away at the door
            raise NotReached(f"status {reply.status}", left=False)
        if reply.status == 408 or reply.status >= 500:
            raise NotReached(f"status {reply.status}")
        try:
            answer = reply.json()
        except BadReply as error:
            raise NotReached(f"status {reply.status}, unreadable answer") from error
        if not isinstance(answer, dict):
            raise NotReached(f"status {reply.status}, unreadable answer")
        return reply, answer
