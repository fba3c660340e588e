"""A small payment that sellers make to themselves, to see that a provider really pays. It stands in no book.

It goes through the adapter that buyers' payments take, and is kept until its end was told: whoever closed LivePay
meanwhile finds it again. Where it got stuck, a sentence says so; how it ends is read at
the provider, and where the store already takes its notices, whether the notice came is told too.
"""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Final, Literal

from msgspec import Struct

from core.bootstrap.connecting import draft
from core.connecting import queries, trying
from core.kernel.clock import MINUTE, SECOND
from core.kernel.errors import LivePayError, Refused
from core.kernel.ids import new_uuid
from core.kernel.money import format_money
from core.kernel.phone import mobile
from core.payments.provider import Attempt, Buyer, CheckoutRequest, Finding, NotSupported, Pay, Provider, StatusResult

if TYPE_CHECKING:
    from core.bootstrap.shop import Shop

ACTOR: Final = "seller"
WAIT: Final = 10 * MINUTE
"""How long a seller is waited for who pays themselves; a request on a phone is answered in a minute or two."""
_GONE: Final = {Pay.FAILED: "failed", Pay.CANCELLED: "cancelled", Pay.EXPIRED: "expired"}
_BACK: Final = (Pay.REFUNDED, Pay.PARTIALLY_REFUNDED)

Stage = Literal["waiting", "paid", "short", "failed", "cancelled", "expired", "returned"]


@dataclass(frozen=True, slots=True)
class Trial:
    """A payment that was opened. ``amount`` in smallest units; ``until`` ms UTC.

    It is paid at ``link``, or by a wallet that scans ``code``, or else on the seller's phone, where a request arrived.
    ``by_seller``: nobody but the seller sees the money come; ``gives_back``: the provider can return it. ``unsure``:
    LivePay was closed while the provider was being asked for it.
    """

    provider: str
    attempt: Attempt
    until: int
    link: str = ""
    code: str = ""
    gives_back: bool = False
    by_seller: bool = False
    typed: Mapping[str, str] = field(default_factory=dict, repr=False)
    unsure: bool = False

    @property
    def amount(self) -> int:
        return self.attempt.amount


class Look(Struct, frozen=True):
    """How it stands, and the sentence for it; ``said`` None while there is nothing new to say."""

    stage: Stage
    said: Finding | None = None

    @property
    def over(self) -> bool:
        return self.stage != "waiting"


async def begin(shop: Shop, name: str, typed: Mapping[str, str], amount: int, phone: str = "") -> Trial:
    """Open a payment of ``amount`` (smallest units), or the least the provider takes. ``phone``: the seller's own.

    Raises Refused with a sentence that says the way out.
    """
    provider = draft(shop, name, typed)
    method = next((m.name for m in provider.caps.methods_in(shop.card.country)), None)
    number = mobile(phone, shop.card.country) if phone.strip() else None
    if number is None and provider.asks_phone(method):
        raise Refused("Type your own mobile number: {provider} sends the request there.", provider=provider.label)
    request = _request(shop, provider, amount, method, number)
    by_seller = provider.caps.confirmed_by == "seller" and not provider.config.get("api_key")
    until, gives_back = shop.clock.now() + WAIT, provider.caps.refund != "none"
    known = request.attempt_ref, request.attempt_uuid, request.amount, request.currency
    asked = trying.Open(name, *known, until, gives_back, by_seller)
    await shop.engine.run(lambda tx: trying.keep(tx, asked), actor=ACTOR)  # a closed program finds it again
    try:
        opened = await provider.create_checkout(request)
    except LivePayError as error:
        await _settled(shop, request.attempt_ref)
        raise _in_words(provider, error) from error
    found = replace(
        asked,
        until=min(opened.expires_at or until, until),
        opening=False,
        provider_ref=opened.provider_ref,
        secrets=opened.secrets,
        link=opened.redirect_url or "",
        code=opened.qr_text or "",
    )
    await shop.engine.run(lambda tx: trying.keep(tx, found), actor=ACTOR)
    return replace(_trial(found), typed=dict(typed))


def left(shop: Shop, name: str | None = None) -> Trial | None:
    """The one that is open at this provider, or the latest of all, whoever opened it when. Blocks for a short read."""
    found = shop.engine.read(lambda r: trying.latest(r, name))
    return None if found is None else _trial(found)


def _trial(found: trying.Open) -> Trial:
    known = found.ref, found.uuid, found.amount, found.currency
    return Trial(
        found.provider,
        Attempt(*known, found.provider_ref, found.secrets),
        found.until,
        found.link,
        found.code,
        found.gives_back,
        found.by_seller,
        unsure=found.opening,
    )


async def _settled(shop: Shop, ref: str) -> None:
    """Its end was told: it is not looked for again."""
    await shop.engine.run(lambda tx: trying.forget(tx, ref), actor=ACTOR)


async def look(shop: Shop, trial: Trial) -> Look:
    """How it stands at the provider. Never raises: a question without an answer is asked again."""
    provider = draft(shop, trial.provider, trial.typed)
    try:
        found = await provider.fetch_status(trial.attempt)
    except LivePayError as error:
        return Look("waiting", provider.told(error))
    seen = _seen(shop, provider, trial, found)
    if seen.over and seen.stage != "paid":  # what is paid waits for the seller's word: back, or kept
        await _settled(shop, trial.attempt.ref)
    return seen


async def keep(shop: Shop, trial: Trial) -> Look:
    """The money stays where it came. Never raises."""
    await _settled(shop, trial.attempt.ref)
    return Look("paid")


async def call_off(shop: Shop, trial: Trial) -> Look:
    """End it unpaid, where the provider can; who has paid meanwhile is told so. Never raises."""
    provider = draft(shop, trial.provider, trial.typed)
    who = {"provider": provider.label}
    open_still = Finding(
        True,
        "Stopped here. {provider} keeps the payment open for some minutes; should you pay it, the money is yours.",
        who,
    )
    try:
        await provider.expire(trial.attempt)
        closed = Finding(True, "Called off: nothing was paid.")
    except NotSupported:
        closed = open_still
    except LivePayError:
        closed = open_still
    after = await look(shop, trial)
    if after.stage in ("paid", "short", "returned"):
        return after
    await _settled(shop, trial.attempt.ref)
    return Look("cancelled", closed)


async def give_back(shop: Shop, trial: Trial) -> Look:
    """Return the money through the provider. Never raises."""
    provider = draft(shop, trial.provider, trial.typed)
    try:
        found = await provider.refund(trial.attempt, trial.amount, f"R{trial.attempt.ref}"[:25])
    except LivePayError as error:
        return Look("paid", provider.told(error))
    await _settled(shop, trial.attempt.ref)
    who = {"provider": provider.label, "amount": _money(trial)}
    if found.status in _BACK:
        return Look("returned", Finding(True, "{provider} has given {amount} back to you.", who))
    return Look("returned", Finding(True, "{provider} is giving {amount} back to you; that can take some days.", who))


def _seen(shop: Shop, provider: Provider, trial: Trial, found: StatusResult) -> Look:
    who = {"provider": provider.label, "amount": _money(trial)}
    if found.status in _BACK:
        return Look("returned", Finding(True, "{provider} has given {amount} back to you.", who))
    if found.status is Pay.PAID:
        came = found.amount
        if came is not None and came != trial.amount:
            who |= {"came": format_money(came, trial.attempt.currency)}
            message = "{came} came instead of {amount}. {provider} pays, but look at your account there."
            return Look("short", Finding(False, message, who))
        return Look("paid", _arrived(shop, provider, trial, who))
    if found.status in _GONE:
        reason = found.reason or found.provider_status
        who |= {"reason": reason}
        return {
            Pay.FAILED: Look(
                "failed",
                Finding(False, "{provider} could not take the payment ({reason}). Nothing was paid: try again.", who),
            ),
            Pay.CANCELLED: Look("cancelled", Finding(True, "Called off: nothing was paid.")),
            Pay.EXPIRED: Look("expired", _too_late(who)),
        }[found.status]
    if shop.clock.now() >= trial.until:
        return Look("expired", _too_late(who))
    return Look("waiting")


def _too_late(who: Mapping[str, str]) -> Finding:
    return Finding(
        False, "Nobody paid in time: nothing was taken. Open the test payment again when you are ready.", who
    )


def _arrived(shop: Shop, provider: Provider, trial: Trial, who: Mapping[str, str]) -> Finding:
    """Paid; whether the provider's notice found its way here is worth as much, where the store listens already."""
    name, caps = trial.provider, provider.caps
    if caps.webhook_setup != "dashboard" or not shop.settings.switch(f"psp.{name}.enabled"):
        return Finding(True, "{amount} has arrived on your account at {provider}: it works.", who)
    if shop.engine.read(lambda r: queries.noticed(r, name, trial.attempt.provider_ref, trial.attempt.ref)):
        return Finding(True, "{amount} has arrived at {provider}, and its notice came here: all of it works.", who)
    return Finding(
        True,
        "{amount} has arrived at {provider}, but no notice came here yet: see that its page has this store’s address."
        " Until then LivePay asks by itself.",
        who,
    )


def _request(shop: Shop, provider: Provider, amount: int, method: str | None, phone: str | None) -> CheckoutRequest:
    caps, uuid = provider.caps, new_uuid()
    least = max(amount, caps.min_amount)
    return CheckoutRequest(
        attempt_ref=f"ESSAI{uuid.replace('-', '').upper()[:12]}",
        attempt_uuid=uuid,
        order_label="LivePay",
        amount=least + -least % caps.multiple_of,
        currency=shop.card.currency,
        country=shop.card.country,
        buyer=Buyer(shop.name, phone),
        return_url=shop.public_url(),
        notify_url=shop.notify_url(provider.name, secrets.token_urlsafe(16)),
        method=method,
        ttl=WAIT // SECOND,
    )


def _in_words(provider: Provider, error: LivePayError) -> Refused:
    found = provider.told(error)
    return Refused(found.message, **found.params)


def _money(trial: Trial) -> str:
    return format_money(trial.amount, trial.attempt.currency)
