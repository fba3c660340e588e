"""The address of notices, set at a provider by its API instead of in its dashboard: what some adapters can."""

from __future__ import annotations

import abc
from typing import ClassVar

from core.kernel.discreet import Discreet


class Hook(Discreet, frozen=True):
    """An endpoint as the provider made it. It shows ``secret``, which signs the notices, this once."""

    hidden: ClassVar[frozenset[str]] = frozenset({"secret"})
    id: str
    secret: str


class RegistersHooks(abc.ABC):
    """``owner`` marks the endpoints of one store, so that they are told from others of the same account.

    All raise SendUnknown, Rejected, and Refused where the key lacks the right.
    """

    @abc.abstractmethod
    async def register_webhook(self, url: str, owner: str, key: str) -> Hook:
        """Have notices sent to ``url``. ``key``: of this one act, new each time.

        The owner's endpoints that are there are removed once it is made: their secret cannot be read again, and may
        have been lost on its way here. So a no leaves what was there, and doing it again after SendUnknown, or after a
        crash, leaves one endpoint.
        """

    @abc.abstractmethod
    async def move_webhook(self, hook_id: str, url: str) -> bool:
        """Lead an endpoint to another address; its secret stays. → False where there is no such endpoint any more."""

    @abc.abstractmethod
    async def remove_webhook(self, hook_id: str) -> None:
        """No more notices there. One that is gone already is as it should be."""
