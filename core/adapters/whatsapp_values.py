"""Each value of a WhatsApp connection by itself, asked of the service while it is typed (reference whatsapp §1).

Every answer is one sentence: what was found, or why not and the way out. What cannot be asked yet, because another
value is missing or wrong, has no answer.
"""

from __future__ import annotations

import re
import secrets
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, Final
from urllib.parse import urlsplit

from msgspec import Struct

from core.adapters import whatsapp_health as health
from core.adapters.http import Http, NoAnswer
from core.adapters.whatsapp import WhatsApp
from core.conversations.channel import NotSent, SendRefused, Unclear
from core.kernel.clock import HOUR
from core.kernel.errors import LivePayError
from core.kernel.reasons import NO_SUCH_HOST, NOT_SECURE, TIMED_OUT
from core.payments.provider import Finding

SCOPES: Final = ("whatsapp_business_messaging", "whatsapp_business_management")
WRONG_CLOCK: Final = 12 * HOUR
"""From so much on (ms) a computer's clock is named as the reason why no secure connection comes about."""
_LONG_ENOUGH: Final = 10
_QUALITY: Final[dict[str, str]] = {
    "GREEN": "{number} (“{name}”), quality good.",
    "YELLOW": "{number} (“{name}”), quality middling: write less, and only to those who asked.",
    "RED": "{number} (“{name}”), quality poor: too many people block or report this number.",
}


class Values(Struct, frozen=True):
    """What is typed so far; empty for what is not. ``public_url`` is asked only where ``served``: while nobody answers
    there, its silence says nothing."""

    base_url: str
    api_version: str
    access_token: str = ""
    phone_number_id: str = ""
    waba_id: str = ""
    app_secret: str = ""
    verify_token: str = ""
    public_url: str = ""
    served: bool = True


async def examine(http: Http, values: Values) -> dict[str, Finding]:
    """Value by value (``access_token``, ``phone_number_id``, …), what the service says. Never raises."""
    found = _shapes(values)
    channel = WhatsApp(
        http,
        base_url=values.base_url,
        api_version=values.api_version,
        phone_number_id=values.phone_number_id,
        waba_id=values.waba_id,
        access_token=values.access_token,
    )
    if values.public_url and values.served and "public_url" not in found:
        found["public_url"] = await answers(http, values)
    if not values.access_token or "access_token" in found:
        return found
    found["access_token"] = await _token(http, channel, values)
    if not found["access_token"].ok:
        return found
    if values.phone_number_id and "phone_number_id" not in found:
        found["phone_number_id"] = await _number(http, channel, values)
    number = found.get("phone_number_id")
    known = number is not None and number.ok
    if values.waba_id and "waba_id" not in found:
        found["waba_id"] = await _account(http, channel, values, values.phone_number_id if known else "")
    if values.app_secret and "app_secret" not in found and known:
        found["app_secret"] = await _secret(http, channel, values)
    return found


def _shapes(values: Values) -> dict[str, Finding]:
    """What cannot be right, seen without asking anybody."""
    wrong: dict[str, Finding] = {}
    for name in ("phone_number_id", "waba_id"):
        value = getattr(values, name)
        if value and not re.fullmatch(r"\d{5,25}", value, re.ASCII):
            wrong[name] = Finding(False, "An id has digits only: copy it from WhatsApp Manager, without + or spaces.")
    if values.phone_number_id and values.phone_number_id == values.waba_id:
        message = "This is the phone number id: the account id is another one, above it in WhatsApp Manager."
        wrong["waba_id"] = Finding(False, message)
    if values.access_token and (len(values.access_token) < _LONG_ENOUGH or re.search(r"\s", values.access_token)):
        wrong["access_token"] = Finding(
            False, "A token is one long word without spaces. Copy it whole, with the button beside it."
        )
    if values.app_secret and not re.fullmatch(r"[0-9a-f]{32}", values.app_secret, re.ASCII):
        wrong["app_secret"] = Finding(
            False,
            "An app secret has 32 characters, 0 to 9 and a to f. It is in the app’s basic settings, under “Show”.",
        )
    if values.public_url:
        trouble = _address_shape(values.public_url)
        if trouble is not None:
            wrong["public_url"] = trouble
    return wrong


def _address_shape(url: str) -> Finding | None:
    parts = urlsplit(url)
    if parts.hostname in ("localhost", "127.0.0.1", "::1"):
        return None  # a simulator on this computer reaches it
    if parts.scheme != "https" or not parts.hostname:
        return Finding(False, "WhatsApp only goes to addresses that begin with https://.")
    if parts.path.strip("/"):
        return Finding(False, "Only the address, without a path: {origin}.", {"origin": f"https://{parts.netloc}"})
    return None


async def _token(http: Http, channel: WhatsApp, values: Values) -> Finding:
    try:
        told = await channel.about_token(values.access_token)
    except LivePayError as error:
        return _why(error, http, values.base_url)
    if told.get("is_valid") is False:
        return _EXPIRED
    scopes = told.get("scopes")
    lacking = [scope for scope in SCOPES if isinstance(scopes, list) and scope not in scopes]
    if lacking:
        message = (
            "The token lacks {scopes}. Tick it for the system user, then make a new token: this one stays as it is."
        )
        return Finding(False, message, {"scopes": ", ".join(lacking)})
    ends = told.get("expires_at")
    if isinstance(ends, int) and ends > 0:
        message = (
            "WhatsApp accepts the token, until {until} only. For selling take one without an end, of a system user."
        )
        return Finding(True, message, {"until": f"{datetime.fromtimestamp(ends, UTC):%d/%m/%Y}"})
    return Finding(True, "WhatsApp accepts the token, and it has no end.")


_EXPIRED: Final = Finding(
    False,
    "This token has ended: those of the Meta dashboard live a few hours. Make one without an end, of a system user.",
)


async def _number(http: Http, channel: WhatsApp, values: Values) -> Finding:
    try:
        told = await channel.about_number()
    except LivePayError as error:
        return _why(error, http, values.base_url, health.WRONG_NUMBER)
    shown = {"number": str(told.get("display_phone_number", "?")), "name": str(told.get("verified_name", "?"))}
    return Finding(True, _QUALITY.get(str(told.get("quality_rating")), "{number} (“{name}”)."), shown)


async def _account(http: Http, channel: WhatsApp, values: Values, number: str) -> Finding:
    try:
        told = await channel.numbers_of_account()
    except LivePayError as error:
        return _why(error, http, values.base_url, health.WRONG_ACCOUNT)
    if not number:
        return Finding(True, "WhatsApp knows this account.")
    return health.of_account(told, number)


async def _secret(http: Http, channel: WhatsApp, values: Values) -> Finding:
    try:
        await channel.prove_secret(values.app_secret, values.access_token)
    except SendRefused as error:
        if error.code == 100:
            return _OTHER_APP
        return _why(error, http, values.base_url)
    except LivePayError as error:
        return _why(error, http, values.base_url)
    return Finding(True, "It is the secret of the token’s app.")


_OTHER_APP: Final = Finding(
    False, "This is not the secret of the app that the token belongs to. Open the basic settings of that very app."
)


async def answers(http: Http, values: Values) -> Finding:
    """The challenge that WhatsApp will send before anything else (§2.1), from here to here by way of outside."""
    nonce = secrets.token_hex(8)
    asked = {"hub.mode": "subscribe", "hub.challenge": nonce, "hub.verify_token": values.verify_token}
    url = f"{values.public_url.rstrip('/')}/webhooks/whatsapp"
    try:
        reply = await http.request("GET", url, params=asked)
    except NoAnswer as error:
        return _unreached(error.why, error.host, http.clock_offset(values.base_url), ours=True)
    if reply.status == 200 and reply.body == nonce.encode():
        return Finding(True, "This store answers at {url}.", {"url": values.public_url})
    if reply.status == 403:
        return Finding(
            False, "A LivePay answers there, but not this store. Let the tunnel lead to this computer’s port."
        )
    if 300 <= reply.status < 400:
        return Finding(False, "The address leads on to another one. Enter where it leads: WhatsApp does not follow.")
    return Finding(
        False,
        "Something else answers there (status {status}). Start the tunnel, and let it lead to this computer’s port.",
        {"status": reply.status},
    )


def _why(error: LivePayError, http: Http, base_url: str, unknown: str = "") -> Finding:
    """A question that was not answered: the cause in a sentence, and the way out."""
    if isinstance(error, SendRefused):
        if error.code == 190 and "expired" in error.details.lower():
            return _EXPIRED
        if error.code in (0, 190):
            return Finding(
                False, "WhatsApp does not know this token: it was cut short, or taken back. Copy it again, whole."
            )
        if unknown and error.code in (33, 100, 803):
            return Finding(False, unknown)
        return health.of_error(error, number=True)
    if isinstance(error, NotSent | Unclear):
        host = urlsplit(base_url).hostname or base_url
        return _unreached(str(error.params["why"]), host, http.clock_offset(base_url))
    return Finding(False, error.message, error.params)


def _unreached(why: str, host: str, offset: int, *, ours: bool = False) -> Finding:
    """Nobody was reached: ``ours`` at the store's own address, else at the service. ``offset``: of the clock, in ms."""
    params: Mapping[str, Any] = {"host": host, "why": why}
    if why == TIMED_OUT:
        return Finding(False, "{host} is too slow to answer. Wait for a better connection and try again.", params)
    if why == NOT_SECURE and abs(offset) >= WRONG_CLOCK:
        return Finding(False, "This computer’s date is wrong, so no secure connection comes about. Set the clock.")
    if ours:
        return Finding(False, _OURS.get(why, _NOBODY), params)
    return Finding(False, _THEIRS.get(why, health.UNREACHED), params)


_NOBODY: Final = "Nobody answers at {host} ({why}). Start the tunnel, then test again."
_OURS: Final[Mapping[str, str]] = {
    NOT_SECURE: "{host} has no valid certificate. WhatsApp would refuse it: take the address that the tunnel shows.",
    NO_SUCH_HOST: "There is no address {host}. Check how it is written, and that the tunnel runs.",
}
_THEIRS: Final[Mapping[str, str]] = {
    NOT_SECURE: "No secure connection to {host}: check this computer’s date, then whether the network you are on stands"
    " between.",
    NO_SUCH_HOST: "{host} cannot be found. Check the internet connection, then test again.",
}
