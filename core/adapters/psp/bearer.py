"""Providers that lend a token for some minutes against a key and a secret, and want it on every call."""

from __future__ import annotations

import abc
from collections.abc import Mapping
from typing import Any, Final

from core.adapters.http import Form, Http
from core.adapters.psp import wire
from core.payments.provider import Finding, ProviderConfig, SendUnknown

_USED: Final = 800
"""ms of each of its seconds that a token is used: Sonatel's is to be renewed at 80 % (§5.2), and it must outlive the
road."""
_UNSAID: Final = 60
"""Seconds a token is trusted whose life the provider does not tell."""


class BearerProvider(wire.WireProvider):
    """Asks for a token when there is none, and anew when the provider refuses it: nothing was done with a refused one.

    A key that gets no token is answered like any other refusal.
    """

    def __init__(self, config: ProviderConfig, http: Http) -> None:
        super().__init__(config, http)
        self._token: tuple[str, int] | None = None

    @abc.abstractmethod
    async def ask_token(self) -> wire.Answer:
        """The provider's answer to a request for a token, made with :meth:`plain_call`."""

    async def headers(self, body: bytes) -> dict[str, str]:
        return {}

    async def check_account(self) -> list[Finding]:
        answer = await self.ask_token()
        if answer.ok:
            return [Finding(True, "{provider} accepts the key.", {"provider": self.label})]
        return [self.turned_away(answer)]

    async def plain_call(self, method: str, path: str, **how: Any) -> wire.Answer:
        """A request as it is given, no token added. Raises SendUnknown."""
        return await super().call(method, path, **how)

    async def call(
        self,
        method: str,
        path: str,
        *,
        headers: Mapping[str, str] | None = None,
        json: Any = None,
        form: Form | None = None,
        params: Mapping[str, str] | None = None,
    ) -> wire.Answer:
        """As ever; a token that was ended before its time is replaced once."""
        known = self._token is not None
        refused = await self._need_token()
        if refused is not None:
            return refused
        answer = await self._with_token(method, path, headers, json, form, params)
        if answer.status != 401 or not known:
            return answer
        self._token = None
        refused = await self._need_token()
        return refused or await self._with_token(method, path, headers, json, form, params)

    async def _with_token(
        self,
        method: str,
        path: str,
        headers: Mapping[str, str] | None,
        json: Any,
        form: Form | None,
        params: Mapping[str, str] | None,
    ) -> wire.Answer:
        token = self._token[0] if self._token else ""
        sending = {"Authorization": f"Bearer {token}", **(headers or {})}
        return await self.plain_call(method, path, headers=sending, json=json, form=form, params=params)

    async def _need_token(self) -> wire.Answer | None:
        """Have a token that lives. → the provider's refusal of our key, or None. Raises SendUnknown (not sent)."""
        now = self.http.time_at(self.config.base_url)
        if self._token is not None and now < self._token[1]:
            return None
        try:
            answer = await self.ask_token()
        except SendUnknown as error:  # what the token was for was not even begun
            raise SendUnknown(error.detail, error.retry_after, sent=False, status=error.status) from error
        token = wire.text(answer.fields.get("access_token"), 4000)
        if answer.status in (400, 401, 403):
            return answer
        if not answer.ok or token is None:
            raise SendUnknown(f"status {answer.status}, no token", sent=False)
        life = wire.whole(answer.fields.get("expires_in")) or _UNSAID  # a number, or digits
        self._token = (token, now + life * _USED)
        return None
