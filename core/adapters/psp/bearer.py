"""Providers that lend a token for some minutes against a key and a secret, and want it on every call."""

from __future__ import annotations

import abc
from collections.abc import Mapping
from typing import Any, Final

from core.adapters.http import Form, Http
from core.adapters.psp import wire
from core.payments.provider import ProviderConfig, SendUnknown

_USED_UP: Final = 0.8
"""The part of its life after which a token is no longer used: it must outlive the road (reference payments §5.2)."""
_UNSAID: Final = 60
"""Seconds a token is trusted whose life the provider does not tell."""


class BearerProvider(wire.WireProvider):
    """Asks for a token when there is none, and once more when the provider no longer takes it."""

    def __init__(self, config: ProviderConfig, http: Http) -> None:
        super().__init__(config, http)
        self._token = ""
        self._until = 0

    @abc.abstractmethod
    async def ask_token(self) -> wire.Answer:
        """The provider's answer to a request for a token, sent with :meth:`plain_call`."""

    async def plain_call(self, method: str, path: str, **how: Any) -> wire.Answer:
        """One request with whatever token there is."""
        return await super().call(method, path, **how)

    async def headers(self, body: bytes) -> dict[str, str]:
        return {"Authorization": f"Bearer {self._token}"} if self._token else {}

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
        """As ever. Where no token is given for these keys, their refusal is the answer, with status 401."""
        how = {"headers": headers, "json": json, "form": form, "params": params}
        if (refusal := await self._renew()) is not None:
            return refusal
        answer = await self.plain_call(method, path, **how)
        if answer.status != 401:
            return answer
        self._until = 0  # revoked before its time; nothing was done with it, so the request may be repeated
        if (refusal := await self._renew()) is not None:
            return refusal
        return await self.plain_call(method, path, **how)

    async def _renew(self) -> wire.Answer | None:
        """See to a token that lives. → the refusal, if the keys are not taken.

        Raises SendUnknown, as not sent: what the token was for has not begun.
        """
        if self._token and self.http.time_at(self.config.base_url) < self._until:
            return None
        self._token = ""
        try:
            answer = await self.ask_token()
        except SendUnknown as error:
            raise SendUnknown(error.detail, error.retry_after, sent=False) from error
        if not answer.ok:
            return wire.Answer(401, answer.body)
        token = wire.text(answer.fields.get("access_token"), 4000)
        if token is None:
            raise SendUnknown("no token in the answer", sent=False)
        life = wire.whole(answer.fields.get("expires_in")) or _UNSAID  # a number, or a string of digits
        self._token = token
        self._until = self.http.time_at(self.config.base_url) + int(life * 1000 * _USED_UP)
        return None
