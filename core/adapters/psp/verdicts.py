"""What a provider's no, or its silence, means for the seller who connects it: one sentence with the way out.

Providers document few of their refusals; what none of them names goes by the status, which all of them use alike.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import Enum
from typing import Any, Final

from core.adapters.http import NoAnswer
from core.kernel.clock import MINUTE
from core.kernel.errors import LivePayError
from core.kernel.i18n import Said
from core.kernel.reasons import BROKEN_OFF, NOT_SECURE, TIMED_OUT
from core.payments.provider import Finding, Provider, Rejected, SendUnknown

CLOCK_OFF: Final = 2 * MINUTE
"""From here on a wrong clock is worth a word; signatures are refused from five minutes on (reference payments §4.2)."""


class No(Enum):
    """Why a provider refuses."""

    KEY = "key"
    WITHDRAWN = "withdrawn"
    ACCOUNT = "account"
    PLACE = "place"
    AMOUNT = "amount"
    ADDRESS = "address"


_OURS: Final = {
    "currency": No.PLACE,
    "amount": No.AMOUNT,
    "return_url": No.ADDRESS,
    "notify_url": No.ADDRESS,
    "invalid_client": No.KEY,  # OAuth's own words (RFC 6749 §5.2)
    "unauthorized_client": No.ACCOUNT,
}
_BY_STATUS: Final = {401: No.KEY, 403: No.ACCOUNT}


def turned_away(
    provider: Provider, code: str, detail: str, status: int = 0, known: Mapping[str, No] | None = None
) -> Finding:
    """``known``: the provider's own codes. ``status`` 0: it is not known any more."""
    who: dict[str, Any] = {
        "provider": provider.label,
        "code": code or status,
        "detail": detail or status,
        "where": Said(provider.dashboard.keys),
    }
    no = (known or {}).get(code) or _OURS.get(code) or _BY_STATUS.get(status)
    if no is No.KEY:
        return Finding(
            False,
            "{provider} refuses the key. Copy it again, whole ({where}); if it was withdrawn, make a new one there.",
            who,
        )
    if no is No.WITHDRAWN:
        return Finding(False, "This key was withdrawn at {provider}. Make a new one ({where}) and paste it here.", who)
    if no is No.ACCOUNT:
        return Finding(
            False,
            "{provider} knows the key, but the account may not take payments ({code}). Finish its activation"
            " with {provider}, or write to its support.",
            who,
        )
    if no is No.PLACE:
        who |= {"currency": provider.config.currency, "country": provider.config.country}
        return Finding(
            False,
            "{provider} does not take {currency} in {country} with this account ({code}). Take the keys of"
            " your account of that country.",
            who,
        )
    if no is No.AMOUNT:
        return Finding(False, "{provider} does not take this amount ({detail}). Its own limits are the reason.", who)
    if no is No.ADDRESS:
        return Finding(
            False,
            "{provider} wants the public address of this store, with https. Enter it in the WhatsApp step, then try"
            " again.",
            who,
        )
    return Finding(
        False,
        "{provider} refuses what was asked ({code}: {detail}). Check each value; if all are right, the account may not"
        " be active yet: ask its support.",
        who,
    )


def unheard(provider: Provider, error: LivePayError) -> Finding:
    """Nothing clear came back: the line, the provider, or somebody between."""
    who: dict[str, Any] = {"provider": provider.label}
    silent, status = _behind(error)
    if silent is not None:
        who["why"] = silent.why
        if silent.why == NOT_SECURE:
            return Finding(
                False,
                "The connection to {provider} is not secure. Set this computer’s date and time right, and leave any"
                " public Wi-Fi.",
                who,
            )
        if silent.why in (TIMED_OUT, BROKEN_OFF, "ServerDisconnectedError"):
            return Finding(
                False, "{provider} does not answer ({why}). The connection is weak: try again in a minute.", who
            )
        return Finding(
            False, "{provider} cannot be reached ({why}). Connect this computer to the internet, then try again.", who
        )
    if status == 403:
        return Finding(
            False, "{provider} turns this connection away. Switch off any VPN, wait five minutes and try again.", who
        )
    if status == 429:
        return Finding(False, "{provider} was asked too often. Wait a minute and try again.", who)
    who["why"] = error.params.get("detail", "")
    return Finding(
        False,
        "{provider} has trouble of its own ({why}). Your values may be right: try again in a few minutes.",
        who,
    )


def told(provider: Provider, error: LivePayError, known: Mapping[str, No] | None = None) -> Finding:
    """Any error of a provider's adapter, for the seller."""
    if isinstance(error, Rejected):
        status = int(error.code) if error.code in ("401", "403") else 0
        return turned_away(provider, error.code, error.detail, status, known)
    if isinstance(error, SendUnknown):
        return unheard(provider, error)
    return Finding(False, error.message, error.params)


def _behind(error: BaseException) -> tuple[NoAnswer | None, int]:
    """What stopped the request, however often it was wrapped; the status of an answer that settled nothing."""
    status = 0
    seen: BaseException | None = error
    while seen is not None:
        if isinstance(seen, NoAnswer):
            return seen, 0
        if isinstance(seen, SendUnknown):
            status = status or seen.status
        seen = seen.__cause__
    return None, status


def other_environment(provider: Provider, *, test_key: bool) -> Finding:
    """A key for tests at the address where people pay, or the other way round."""
    who = {"provider": provider.label, "where": Said(provider.dashboard.keys)}
    if test_key:
        return Finding(
            False, "This is a test key of {provider}: nobody can really pay with it. Take the live one ({where}).", who
        )
    return Finding(
        False,
        "This is a live key of {provider}, but the address set is that of its tests. Put the address back in Settings,"
        " Payments, or take the test key.",
        who,
    )


def test_only(provider: Provider) -> Finding:
    """All is well, and nobody can pay: an account that was set to tests on purpose."""
    return Finding(True, "{provider} is set to tests: nobody can really pay you there.", {"provider": provider.label})


def other_country(provider: Provider, country: str) -> Finding:
    """A key that says by itself that its account is in another country."""
    who = {"provider": provider.label, "there": country, "here": provider.config.country}
    return Finding(
        False,
        "This key is of an account of {provider} in {there}, and this store sells in {here}. Take the key of your"
        " account in {here}.",
        who,
    )


def clock(provider: Provider, offset: int) -> list[Finding]:
    """``offset``: what the provider's clock is ahead of ours, in ms. A word when it is much; nothing stops for it."""
    if abs(offset) < CLOCK_OFF:
        return []
    who = {"provider": provider.label, "minutes": round(abs(offset) / MINUTE)}
    if offset > 0:
        return [
            Finding(
                True,
                "This computer’s clock is {minutes} min slow by that of {provider}. LivePay allows for it; set it"
                " right all the same.",
                who,
            )
        ]
    return [
        Finding(
            True,
            "This computer’s clock is {minutes} min fast by that of {provider}. LivePay allows for it; set it right"
            " all the same.",
            who,
        )
    ]
