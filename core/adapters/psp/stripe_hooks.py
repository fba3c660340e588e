"""Stripe's webhook endpoints, set by API (``/v1/webhook_endpoints`` of its API reference)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final
from urllib.parse import quote

from core.adapters.psp import wire
from core.kernel.errors import Refused
from core.payments.hooks import Hook, RegistersHooks
from core.payments.provider import SendUnknown

_PATH: Final = "/v1/webhook_endpoints"
_MOST: Final = 16
"""Endpoints of an account (docs.stripe.com/webhooks)."""
_OWNER: Final = "livepay_store"
"""The key of an endpoint's metadata that says whose it is."""


class StripeHooks(wire.WireProvider, RegistersHooks):
    async def register_webhook(self, url: str, owner: str, key: str) -> Hook:
        before, in_all = await self._hooks_of(owner)
        if in_all >= _MOST:  # there is no room beside the one that is to go
            before = await self._removed(before)
        made = await self._made(url, owner, key)
        await self._removed(before)
        return made

    async def _made(self, url: str, owner: str, key: str) -> Hook:
        events = [(f"enabled_events[{at}]", event) for at, event in enumerate(self.dashboard.events)]
        form = [("url", url), *events, (f"metadata[{_OWNER}]", owner), ("description", "LivePay")]
        answer = await self.call("POST", _PATH, form=form, headers={"Idempotency-Key": key})
        if not answer.ok:
            raise self._no(answer)
        made, secret = wire.text(answer.fields.get("id")), wire.text(answer.fields.get("secret"))
        if made is None or secret is None:
            raise SendUnknown(f"status {answer.status}, no secret")
        return Hook(made, secret)

    async def move_webhook(self, hook_id: str, url: str) -> bool:
        answer = await self.call("POST", f"{_PATH}/{quote(hook_id, safe='')}", form=[("url", url)])
        if answer.status == 404:
            return False
        if not answer.ok:
            raise self._no(answer)
        return True

    async def remove_webhook(self, hook_id: str) -> None:
        answer = await self.call("DELETE", f"{_PATH}/{quote(hook_id, safe='')}")
        if not answer.ok and answer.status != 404:
            raise self._no(answer)

    async def _removed(self, hooks: Sequence[str]) -> Sequence[str]:
        """→ none."""
        for old in hooks:
            await self.remove_webhook(old)
        return ()

    async def _hooks_of(self, owner: str) -> tuple[Sequence[str], int]:
        """→ the owner's, and how many there are. One page holds them all."""
        answer = await self.call("GET", _PATH, params={"limit": "100"})
        if not answer.ok:
            raise self._no(answer)
        rows = [wire.mapping(row) for row in wire.items(answer.fields.get("data"))]
        found = (wire.text(row.get("id")) for row in rows if wire.mapping(row.get("metadata")).get(_OWNER) == owner)
        return [each for each in found if each is not None], len(rows)

    def _no(self, answer: wire.Answer) -> Refused:
        """A key is refused by 403 where it is a restricted one that lacks the right (rak_webhook_write)."""
        if answer.status == 403:
            return Refused(
                "This key of Stripe may not set notifications: in Developers → API keys, edit it and tick Write beside"
                " Webhook Endpoints, or paste the address there by hand."
            )
        return self.refused(answer)
