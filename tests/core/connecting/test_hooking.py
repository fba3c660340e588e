"""A provider's notices set by its API: the secret is kept, what was cut off is done anew, the address is followed."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from core.bootstrap import following, hooking
from core.kernel.i18n import sentence
from core.payments.provider import SendUnknown
from core.settings.service import Settings
from core.tunnels.rules import HOOKS
from localserver.sandbox.psp_faults import Fault
from localserver.sandbox.psp_stripe import StripeSimulator
from localserver.sandbox.psp_stripe_hooks import Endpoint
from tests.support.shops import World, world

SECRET = "psp.stripe.webhook_secret"


class Killed(BaseException):
    """The program ends here."""


def stripe_of(at: World) -> StripeSimulator:
    simulator = at.providers["stripe"]
    assert isinstance(simulator, StripeSimulator)
    return simulator


def endpoint(at: World) -> Endpoint:
    """The only one there."""
    found = stripe_of(at).endpoints.all
    assert len(found) == 1
    return found[0]


async def lead(at: World, url: str) -> None:
    await asyncio.to_thread(at.shop.settings.set, "public_url", url)


async def pressed(at: World) -> tuple[bool, str]:
    (found,) = await hooking.hook(at.shop, "stripe", "seller")
    return found.ok, sentence(found.message, found.params)


async def test_one_press_sets_the_notices_and_keeps_the_secret(tmp_path: Path) -> None:
    async with world(tmp_path, providers=("stripe",)) as at:
        await lead(at, "")
        assert await pressed(at) == (
            False,
            "Saisissez d’abord l’adresse publique de la boutique\u202f: les notifications y sont envoyées.",
        )
        await lead(at, "https://un.example.test")
        for _ in range(2):  # pressed again, there is still one
            assert (await pressed(at))[0]
            assert endpoint(at).url == following.webhook_of(at.shop, "stripe")
            assert at.shop.settings.secret(SECRET) == endpoint(at).secret
        assert endpoint(at).secret not in at.shop.settings.get(HOOKS)
        kept = at.value("SELECT group_concat(data) FROM journal")
        assert SECRET in kept
        assert endpoint(at).secret not in kept


async def test_the_endpoint_follows_the_address_and_is_made_anew_where_it_was_removed(tmp_path: Path) -> None:
    async with world(tmp_path, providers=("stripe",)) as at:
        await following_nothing(at)
        await lead(at, "https://un.example.test")
        await pressed(at)
        first = endpoint(at)
        await lead(at, "https://deux.example.test")
        await hooking.follow(at.shop, "tunnel")
        assert (endpoint(at).id, endpoint(at).secret) == (first.id, at.shop.settings.secret(SECRET))
        assert endpoint(at).url.startswith("https://deux.example.test/")
        stripe_of(at).endpoints.remove(first.id)
        await lead(at, "https://trois.example.test")
        await hooking.follow(at.shop, "tunnel")
        assert endpoint(at).url.startswith("https://trois.example.test/")
        assert at.shop.settings.secret(SECRET) == endpoint(at).secret != first.secret


async def following_nothing(at: World) -> None:
    """Nobody asked for an endpoint: none is made."""
    await lead(at, "https://zero.example.test")
    await hooking.follow(at.shop, "tunnel")
    assert stripe_of(at).endpoints.all == []


async def test_a_kill_before_the_secret_is_kept_is_made_good(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    async with world(tmp_path, providers=("stripe",)) as at:
        await lead(at, "https://un.example.test")

        def killed(*_: Any) -> None:
            raise Killed

        with monkeypatch.context() as patch:
            patch.setattr(Settings, "set_secret", killed)
            with pytest.raises(Killed):
                await pressed(at)
        lost = endpoint(at)
        await hooking.follow(at.shop, "tunnel")
        assert endpoint(at).id != lost.id
        assert at.shop.settings.secret(SECRET) == endpoint(at).secret


async def test_a_lost_answer_is_made_good_and_a_clear_no_is_not_tried_again(tmp_path: Path) -> None:
    async with world(tmp_path, providers=("stripe",)) as at:
        await lead(at, "https://un.example.test")
        fault: Mapping[str, Any] = {"on": "hook"}
        stripe_of(at).faults += [Fault("patch", **fault), Fault("lost", code=500, **fault)]
        ok, said = await pressed(at)
        assert not ok
        assert "problème de son côté" in said
        stripe_of(at).faults.append(Fault("status", code=503, **fault))
        with pytest.raises(SendUnknown):
            await hooking.follow(at.shop, "tunnel")
        await hooking.follow(at.shop, "tunnel")
        assert at.shop.settings.secret(SECRET) == endpoint(at).secret


async def test_a_key_without_the_right_says_what_to_tick(tmp_path: Path) -> None:
    async with world(tmp_path, providers=("stripe",)) as at:
        await lead(at, "https://un.example.test")
        stripe_of(at).values["webhooks"] = "barred"
        before = at.shop.settings.secret(SECRET)
        ok, said = await pressed(at)
        assert not ok
        assert "cochez Write à côté de Webhook Endpoints" in said
        assert at.shop.settings.secret(SECRET) == before
        stripe_of(at).values["webhooks"] = ""
        await hooking.follow(at.shop, "tunnel")  # the seller's hand is the way out now
        assert stripe_of(at).endpoints.all == []
