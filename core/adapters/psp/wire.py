"""What every provider's adapter needs to read a wire it does not trust, and to say clearly what became of a request."""

from __future__ import annotations

import abc
import hashlib
import json
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from decimal import Decimal
from typing import Any, ClassVar, Final, NoReturn
from urllib.parse import parse_qsl

from msgspec import Struct

from core.adapters.http import Form, Http, NoAnswer, encode
from core.adapters.psp import verdicts
from core.adapters.psp.signatures import Check
from core.kernel.clock import SECOND, parse_rfc3339
from core.kernel.errors import LivePayError, Refused
from core.kernel.patterns import late
from core.kernel.phone import normalise
from core.payments.provider import (
    Attempt,
    Auth,
    CheckoutRequest,
    Finding,
    InboundResult,
    Pay,
    Provider,
    ProviderConfig,
    ProviderEvent,
    Rejected,
    SendUnknown,
    StatusResult,
)

BLOCKED_PAUSE: Final = 5.0
"""Seconds to leave alone a firewall that answered 403 with a page instead of JSON (reference payments §3.1)."""

_MISSING: Final = {"api_key": "Fill in the API key.", "webhook_secret": "Fill in the webhook secret."}
_AMOUNT: Final = late(r"-?[0-9]{1,15}(\.[0-9]{1,6})?")
_BIGGEST: Final = 10**15
_MOST_FIELDS: Final = 500
_ONE_LOOK: Final = 10 * SECOND
_NEAREST_TO_PAID: Final = (
    Pay.PAID,
    Pay.PARTIALLY_REFUNDED,
    Pay.REFUNDED,
    Pay.AUTHORIZED,
    Pay.PENDING,
    Pay.CREATED,
    Pay.UNKNOWN,
    Pay.FAILED,
    Pay.CANCELLED,
    Pay.EXPIRED,
)


def decode(raw: bytes) -> Any:
    """The JSON of ``raw``, fractions as exact decimals; None for anything that is not JSON in UTF-8. Never raises."""
    try:
        return json.loads(raw.decode("utf-8"), parse_float=Decimal, parse_constant=_no_constant)
    except (ValueError, ArithmeticError, RecursionError):
        return None


def form(raw: bytes) -> dict[str, str] | None:
    """The fields of a form, names and values decoded; None for anything else: other encodings, a field given twice."""
    try:
        pairs = parse_qsl(
            raw.decode("utf-8"),
            keep_blank_values=True,
            strict_parsing=True,
            errors="strict",
            max_num_fields=_MOST_FIELDS,
        )
    except ValueError:
        return None
    fields = dict(pairs)
    return fields if fields and len(fields) == len(pairs) else None


def mapping(value: Any) -> dict[str, Any]:
    """``value`` if it is a JSON object, else an empty one."""
    return value if isinstance(value, dict) else {}


def items(value: Any) -> list[Any]:
    """``value`` if it is a JSON array, else an empty one."""
    return value if isinstance(value, list) else []


def text(value: Any, limit: int = 255) -> str | None:
    """``value`` if it is a short, storable, non-empty string."""
    if not isinstance(value, str) or not 0 < len(value) <= limit:
        return None
    return None if "\x00" in value or any("\ud800" <= c <= "\udfff" for c in value) else value


def whole(value: Any) -> int | None:
    """An amount given as number or digits, exactly; None unless it is a whole number of smallest units."""
    if isinstance(value, bool) or not isinstance(value, int | Decimal | str):
        return None
    if isinstance(value, str) and not _AMOUNT.fullmatch(value):
        return None
    number = Decimal(value)
    if not number.is_finite() or abs(number) > _BIGGEST or number != number.to_integral_value():
        return None
    return int(number)


def moment(value: Any) -> int | None:
    """Milliseconds of an ISO time (``T`` or space, with or without zone: then UTC); None if it is none."""
    try:
        return parse_rfc3339(value)
    except (TypeError, ValueError, OverflowError):
        return None


def currency(value: Any) -> str | None:
    code = text(value, 3)
    return code.upper() if code else None


def payer(value: Any, country: str, prefix: Any = None) -> str | None:
    """Who paid, in one form whoever tells it: E.164; as it is where it is masked (``22177***4567``); None for neither.

    ``country``: of the account, for national numbers; ``prefix``: the calling code, where it is told apart.
    """
    shown = str(value) if isinstance(value, int) and not isinstance(value, bool) else text(value, 40) or ""
    if "*" in shown:
        return re.sub(r"[^0-9*]+", "", shown) or None
    code = re.sub(r"\D", "", str(prefix)) if isinstance(prefix, int | str) else ""
    tries = (f"+{code}{shown.lstrip('+')}",) if code else (shown, f"+{shown}")
    for each in tries:
        try:
            return normalise(each, country)
        except Refused:
            continue
    return None


def header(headers: Mapping[str, str], name: str) -> str:
    """The header whatever its case and the mapping's kind; empty if absent."""
    wanted = name.lower()
    return next((value for key, value in headers.items() if key.lower() == wanted), "")


def status_in(table: Mapping[str, Pay], value: Any) -> Pay:
    """The provider's word in ours, in any case; what the table lacks is UNKNOWN, never a failure."""
    return table.get(value.lower(), Pay.UNKNOWN) if isinstance(value, str) else Pay.UNKNOWN


def dedupe(raw: bytes, *parts: str | None) -> str:
    """``id:status``; when the provider left a part out, the digest of the body stands for it."""
    if all(parts):
        return ":".join(part for part in parts if part)
    return "sha256:" + hashlib.sha256(raw).hexdigest()


def glance(now: int, raw: bytes, *parts: str | None) -> str:
    """As :func:`dedupe`, for a notice that only makes us look: copies within ten seconds are one, a later one with the
    same words is another look. Else a forged or early one would silence the one that matters. ``now`` in ms.
    """
    return f"{dedupe(raw, *parts)}:{now // _ONE_LOOK}"


def nearest_to_paid(results: Iterable[StatusResult], attempt: Attempt) -> StatusResult:
    """Of several sessions under one reference, the one that matters: a paid one first, a dead one last."""
    return min(results, key=lambda r: _NEAREST_TO_PAID.index(r.status), default=not_found(attempt))


UNAUTHORISED: Final = InboundResult("bad_auth", reply=(401, b"unauthorised", "text/plain"))


def not_found(attempt: Attempt) -> StatusResult:
    """The provider knows nothing of it (yet): keep polling."""
    return StatusResult(Pay.UNKNOWN, "not found", attempt.provider_ref, attempt.ref)


def malformed(auth: Auth) -> InboundResult:
    return InboundResult("malformed", auth, reply=(400, b"malformed", "text/plain"))


def judged(
    check: Check, auth: Auth, raw: bytes, event: Callable[[Mapping[str, Any]], ProviderEvent | None]
) -> InboundResult:
    """What becomes of a request whose authentication was checked. ``event(body)`` None: no payment of ours."""
    if check is Check.BAD:
        return UNAUTHORISED
    body = decode(raw)
    if not isinstance(body, dict):
        return malformed(auth)
    found = event(body)
    if found is None:
        return InboundResult("ignored", auth)
    return InboundResult("ok" if check is Check.GOOD else "stale", auth, (found,))


def hint(
    path_token: str | None, raw: bytes, event: Callable[[Mapping[str, Any]], ProviderEvent | None]
) -> InboundResult:
    """What becomes of a request that nothing proves: whoever knew the attempt's own address has its token, no more."""
    return judged(Check.GOOD, Auth.TOKEN if path_token else Auth.NONE, raw, event)


class Answer(Struct, frozen=True):
    """A clear answer of a provider: success, or a refusal in its own JSON. ``body`` is None when it was empty."""

    status: int
    body: Any

    @property
    def ok(self) -> bool:
        return self.status < 300

    @property
    def fields(self) -> dict[str, Any]:
        return mapping(self.body)


class WireProvider(Provider):
    """An adapter over HTTP: sends, and sorts the answers into clear ones and unclear ones."""

    codes: ClassVar[Mapping[str, verdicts.No]] = {}
    """The provider's own codes of refusals whose cause they tell; the others go by their status."""

    def __init__(self, config: ProviderConfig, http: Http) -> None:
        super().__init__(config, http)
        self.http: Http = http

    def secret(self, name: str) -> str:
        return self.config.get(name).strip()

    @abc.abstractmethod
    async def headers(self, body: bytes) -> dict[str, str]:
        """What authenticates a request with exactly this body to the provider."""

    @abc.abstractmethod
    def refusal(self, body: Mapping[str, Any]) -> tuple[str, str]:
        """Code and sentence of the provider's own error object."""

    async def call(
        self,
        method: str,
        path: str,
        *,
        headers: Mapping[str, str] | None = None,
        json: Any = None,
        form: Form | None = None,
        params: Mapping[str, str] | None = None,
    ) -> Answer:
        """One request. Raises SendUnknown unless the provider answered clearly (reference payments §1 point 6)."""
        url = self.config.base_url.rstrip("/") + path
        data, kind = encode(json, form)
        sending = {**await self.headers(data or b""), **({"Content-Type": kind} if data else {}), **(headers or {})}
        try:
            reply = await self.http.request(method, url, headers=sending, data=data, params=params)
        except NoAnswer as error:
            raise SendUnknown(error.why, sent=error.sent) from error
        body = decode(reply.body)
        pause = reply.retry_after(self.http.time_at(url))
        if reply.status == 403 and not isinstance(body, dict):
            raise SendUnknown("status 403, blocked", max(pause or 0.0, BLOCKED_PAUSE), status=403)
        readable = body is not None or (reply.ok and not reply.body)
        if reply.status == 429 or not readable or not (reply.ok or 400 <= reply.status < 500):
            raise self.unclear(reply.status, body, pause)
        return Answer(reply.status, body)

    def unclear(self, status: int, body: Any, pause: float | None) -> SendUnknown | Rejected:
        """What to raise for an answer that settles nothing; an adapter may know better by the body."""
        return SendUnknown(f"status {status}", pause, status=status)

    async def read(self, path: str, params: Mapping[str, str] | None = None) -> Any:
        """The JSON behind a GET; None where the provider knows no such thing. Raises SendUnknown."""
        answer = await self.call("GET", path, params=params)
        if answer.status == 404:
            return None
        if not answer.ok:
            raise self.unread(answer)
        return answer.body

    async def session_of(self, attempt: Attempt) -> str | None:
        """The provider's id of the attempt's session, looked up by our reference if the create call never said."""
        if attempt.provider_ref:
            return attempt.provider_ref
        return nearest_to_paid(await self.find_by_reference(attempt.ref), attempt).provider_ref

    def refused(self, answer: Answer) -> Rejected:
        """The provider's refusal as ours, to raise."""
        code, detail = self.refusal(answer.fields)
        return Rejected(code or str(answer.status), detail[:200])

    def unread(self, answer: Answer) -> SendUnknown:
        """A read that was refused proves nothing about the payment: what to raise, with the reason."""
        code, detail = self.refusal(answer.fields)
        return SendUnknown(f"status {answer.status}: {code} {detail}"[:200].rstrip(" :"))

    async def selftest(self) -> Sequence[Finding]:
        """Settings first, then one harmless question to the provider."""
        findings = [
            Finding(False, _MISSING.get(field.name, "Fill in all required fields."))
            for field in self.fields
            if field.required and not self.secret(field.name)
        ]
        findings += self.check_settings()
        if any(not finding.ok for finding in findings):
            return findings
        try:
            findings += await self.check_account()
        except LivePayError as error:
            return [*findings, self.told(error)]
        return [*findings, *verdicts.clock(self, self.http.clock_offset(self.config.base_url))]

    def turned_away(self, answer: Answer) -> Finding:
        """A clear no to a question of the self-test."""
        return verdicts.turned_away(self, *self.refusal(answer.fields), answer.status, self.codes)

    def told(self, error: LivePayError) -> Finding:
        return verdicts.told(self, error, self.codes)

    def check_settings(self) -> list[Finding]:
        """Findings that need no network: prefixes, environments."""
        return []

    @abc.abstractmethod
    async def check_account(self) -> list[Finding]:
        """Findings that need the provider's word: is the key accepted?"""

    def check_request(self, request: CheckoutRequest) -> None:
        """Raises Rejected for what this provider is known to refuse, before anything is sent."""
        caps = self.caps
        if request.currency not in caps.currencies:
            raise Rejected("currency", request.currency)
        if not caps.min_amount <= request.amount <= caps.max_amount or request.amount % caps.multiple_of:
            raise Rejected("amount", str(request.amount))
        if len(request.attempt_ref) > caps.ref_max_len or not re.fullmatch(caps.ref_regex, request.attempt_ref):
            raise Rejected("reference", request.attempt_ref[:40])
        if len(request.return_url) > caps.url_max_len or not request.return_url.startswith(("https://", "http://")):
            raise Rejected("return_url", request.return_url[:40])
        if caps.webhook_setup == "per_request" and len(request.notify_url) > caps.url_max_len:
            raise Rejected("notify_url", request.notify_url[:40])


def _no_constant(name: str) -> NoReturn:
    raise ValueError(name)
