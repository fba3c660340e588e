"""CinetPay, whose merchants are on one of two platforms with nothing in common but the name (reference payments §7).

Which one an account is on, its owner knows: a setting says it, and everything else is that platform's.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import ClassVar, Final

from msgspec.structs import replace

from core.adapters.http import Http
from core.adapters.psp.cinetpay_v1 import LIVE, TEST, NewPlatform
from core.adapters.psp.cinetpay_v2 import LegacyPlatform
from core.adapters.psp.wire import WireProvider
from core.kernel.errors import LivePayError
from core.payments.dashboard import Dashboard
from core.payments.provider import (
    Attempt,
    Capabilities,
    CheckoutRequest,
    CheckoutResult,
    Field,
    Finding,
    InboundResult,
    Provider,
    ProviderConfig,
    StatusResult,
)

_PLATFORMS: Final[dict[str, type[WireProvider]]] = {"v1": NewPlatform, "v2": LegacyPlatform}


class CinetPay(Provider):
    name: ClassVar[str] = "cinetpay"
    label: ClassVar[str] = "CinetPay"
    default_base_url: ClassVar[str] = LIVE
    dashboard: ClassVar[Dashboard] = NewPlatform.dashboard
    caps: ClassVar[Capabilities] = replace(
        NewPlatform.caps,  # its limits are the narrower ones
        checkout_origins=LegacyPlatform.caps.checkout_origins,
    )
    fields: ClassVar[tuple[Field, ...]] = (
        Field(
            "platform",
            "Platform",
            "“v1” is the new one (keys sk_…, with a password); “v2” the old one (API key, site ID, secret key).",
            required=False,
            default="v1",
            choices=("v1", "v2"),
        ),
        NewPlatform.fields[0],
        *(replace(field, required=False) for field in (*NewPlatform.fields[1:], *LegacyPlatform.fields[1:])),
    )

    def __init__(self, config: ProviderConfig, http: Http) -> None:
        platform = _PLATFORMS.get(config.get("platform"), NewPlatform)
        if config.base_url.rstrip("/") == LIVE:  # left as it was: the right one follows from platform and key
            test = platform is NewPlatform and config.get("api_key").strip().startswith("sk_test_")
            config = replace(config, base_url=TEST if test else platform.default_base_url)
        super().__init__(config, http)
        self._platform = platform(config, http)

    def configured(self) -> bool:
        """Everything that the platform chosen cannot work without is filled in."""
        return all(self.config.get(field.name).strip() for field in self._platform.fields if field.required)

    async def create_checkout(self, request: CheckoutRequest) -> CheckoutResult:
        return await self._platform.create_checkout(request)

    def parse_webhook(
        self, method: str, path_token: str | None, headers: Mapping[str, str], raw: bytes, query: str, now: int
    ) -> InboundResult:
        return self._platform.parse_webhook(method, path_token, headers, raw, query, now)

    async def fetch_status(self, attempt: Attempt) -> StatusResult:
        return await self._platform.fetch_status(attempt)

    async def find_by_reference(self, attempt_ref: str) -> Sequence[StatusResult]:
        return await self._platform.find_by_reference(attempt_ref)

    async def selftest(self) -> Sequence[Finding]:
        return await self._platform.selftest()

    def told(self, error: LivePayError) -> Finding:
        return self._platform.told(error)
