"""Providers whose payments are checkout sessions under one path: opened, read, searched and closed alike."""

from __future__ import annotations

import abc
from collections.abc import Mapping
from typing import Any, ClassVar
from urllib.parse import quote

from core.adapters.psp import wire
from core.payments.provider import Attempt, CheckoutResult, Pay, ProviderEvent, SendUnknown, StatusResult


class SessionProvider(wire.WireProvider):
    """``sessions``: the path of the collection. The key goes in an Authorization header."""

    sessions: ClassVar[str]

    @abc.abstractmethod
    def session(self, body: Mapping[str, Any]) -> StatusResult:
        """The provider's session object in our words."""

    async def headers(self, body: bytes) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.secret('api_key')}"}

    def path(self, session: str, verb: str = "") -> str:
        return f"{self.sessions}/{quote(session, safe='')}{verb}"

    def opened(self, answer: wire.Answer, url: str, expires_at: int | None) -> CheckoutResult:
        """The session just made; its page is in the field ``url``. Raises Rejected, SendUnknown when none is named."""
        if not answer.ok:
            raise self.refused(answer)
        session, page = wire.text(answer.fields.get("id")), wire.text(answer.fields.get(url), 4000)
        if not session or not page:
            raise SendUnknown("no session in the answer")
        return CheckoutResult(session, page, expires_at=expires_at)

    async def fetch_status(self, attempt: Attempt) -> StatusResult:
        if attempt.provider_ref is None:
            return wire.nearest_to_paid(await self.find_by_reference(attempt.ref), attempt)
        return await self.read_session(attempt.provider_ref, attempt)

    async def read_session(self, session: str, attempt: Attempt) -> StatusResult:
        """Where the session stands now; not found is no end. Raises SendUnknown."""
        body = await self.read(self.path(session))
        return wire.not_found(attempt) if body is None else self.session(wire.mapping(body))


def payment_event(key: str, found: StatusResult, at: int | None, status: Pay | None = None) -> ProviderEvent:
    """What a session inside an event says; ``status`` where the kind of event knows better. ``at`` in ms UTC."""
    return ProviderEvent(
        key,
        "payment",
        status or found.status,
        attempt_ref=found.attempt_ref,
        provider_ref=found.provider_ref,
        amount=found.amount,
        currency=found.currency,
        fee=found.fee,
        txn_id=found.txn_id,
        method=found.method,
        payer=found.payer,
        occurred_at=at,
    )
