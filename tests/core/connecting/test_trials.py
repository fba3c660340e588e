"""The small payment that sellers make to themselves, at every provider that ships, over the real wire."""

from __future__ import annotations

import asyncio
import re
from pathlib import Path

import pytest

from core.adapters.psp import REGISTRY
from core.bootstrap import trials
from core.bootstrap.trials import WAIT, Look, Trial
from core.kernel.clock import ManualClock
from core.kernel.errors import Refused
from core.kernel.i18n import explain, sentence
from core.kernel.money import format_money
from localserver.sandbox.psp_base import Session
from localserver.sandbox.psp_faults import Fault
from tests.support.relays import until
from tests.support.shops import World, world

EVERYONE = [provider.name for provider in REGISTRY]
OWN_PHONE = {"MG": "034 12 345 67", "SN": "77 123 45 67", "CI": "07 01 02 03 04"}


class Till:
    """One provider in one shop, and the seller who pays themselves."""

    def __init__(self, name: str, at: World) -> None:
        self.name, self.at = name, at
        self.simulator = at.providers[name]

    async def begin(self, **typed: str) -> Trial:
        phone = OWN_PHONE.get(self.at.shop.card.country, "")
        trial = await trials.begin(self.at.shop, self.name, typed, 100, phone)
        if trial.code:  # the seller's wallet scans what the window shows
            url = f"{self.at.shop.settings.get(f'psp.{self.name}.base_url')}/wallet"
            async with self.at.http.post(url, json={"qr": trial.code}) as scanned:
                assert scanned.status == 201
        return trial

    def session(self, trial: Trial) -> Session:
        known = trial.attempt.provider_ref or ""
        found = self.simulator.sessions.get(known)
        return found or next(s for s in self.simulator.sessions.values() if s.reference == trial.attempt.ref)

    async def look(self, trial: Trial) -> Look:
        return await trials.look(self.at.shop, trial)

    def books(self) -> int:
        return int(self.at.value("SELECT (SELECT count(*) FROM attempt) + (SELECT count(*) FROM payment)"))


def said(look: Look) -> str:
    assert look.said is not None
    text = sentence(look.said.message, look.said.params)
    assert text != look.said.message.format(**look.said.params)
    return text


@pytest.mark.parametrize("name", EVERYONE)
async def test_every_way_a_test_payment_ends(tmp_path: Path, name: str) -> None:
    async with world(tmp_path, providers=(name,)) as at:
        till = Till(name, at)
        await paid_and_given_back(till)
        await called_off(till)
        await paid_before_it_was_called_off(till)
        await nobody_paid(till)
        if name != "pi_spi":  # its code is made here
            await not_opened(till)
        assert till.books() == 0


async def paid_and_given_back(till: Till) -> None:
    trial = await till.begin()
    assert trial.link or trial.code or till.simulator.sessions  # to be paid somewhere
    assert trial.amount >= 100
    assert (await till.look(trial)).stage == "waiting"
    till.simulator.pay(till.session(trial))
    await till.simulator.courier.settle()
    await till.at.settled()
    paid = await till.look(trial)
    assert (paid.stage, paid.over) == ("paid", True)
    assert "est arrivé" in said(paid)
    if trial.gives_back:
        back = await trials.give_back(till.at.shop, trial)
        assert back.stage == "returned", back
        assert till.session(trial).refunded == trial.amount
        assert re.search("vous (rend|a rendu) ", said(back))
    else:
        refused = await trials.give_back(till.at.shop, trial)
        assert refused.stage == "paid"


async def called_off(till: Till) -> None:
    ended = await trials.call_off(till.at.shop, await till.begin())
    assert ended.stage == "cancelled"
    assert re.match("Annulé\u202f: rien n’a été payé|Arrêté ici", said(ended))


async def paid_before_it_was_called_off(till: Till) -> None:
    trial = await till.begin()
    till.simulator.pay(till.session(trial))
    assert (await trials.call_off(till.at.shop, trial)).stage == "paid"


async def nobody_paid(till: Till) -> None:
    left = await till.begin()
    assert isinstance(till.at.clock, ManualClock)
    till.at.clock.advance(WAIT)
    late = await till.look(left)
    assert late.stage in ("expired", "cancelled", "failed")
    assert "rien" in said(late).lower()


async def not_opened(till: Till) -> None:
    """The provider stumbles, then nobody is there at all."""
    till.simulator.faults.append(Fault("status", on="create", code=503))
    with pytest.raises(Refused) as caught:
        await till.begin()
    assert "réessayez dans quelques minutes" in explain(caught.value)
    till.at.shop.settings.set(f"psp.{till.name}.base_url", "http://127.0.0.1:9")
    with pytest.raises(Refused) as dead:
        await till.begin()
    assert "Connectez cet ordinateur à Internet" in explain(dead.value)


async def test_a_declined_payment_is_over_and_one_that_cannot_be_asked_waits(tmp_path: Path) -> None:
    async with world(tmp_path, providers=("mvola",)) as at:
        till = Till("mvola", at)
        trial = await till.begin()
        till.simulator.faults.append(Fault("status", on="status", code=500))
        silent = await till.look(trial)
        assert (silent.stage, silent.over) == ("waiting", False)
        assert "problème de son côté" in said(silent)
        till.simulator.decline(till.session(trial))
        declined = await till.look(trial)
        assert declined.stage == "failed"
        assert "Rien n’a été payé" in said(declined)


async def test_the_sellers_own_number_is_asked_for_where_the_request_goes_to_a_phone(tmp_path: Path) -> None:
    async with world(tmp_path, providers=("mvola",)) as at:
        with pytest.raises(Refused, match="own mobile number"):
            await trials.begin(at.shop, "mvola", {}, 100)
        with pytest.raises(Refused, match="not a complete"):
            await trials.begin(at.shop, "mvola", {}, 100, "034 12")


async def test_another_amount_than_was_asked_is_no_success(tmp_path: Path) -> None:
    async with world(tmp_path, providers=("wave",)) as at:
        till = Till("wave", at)
        trial = await till.begin()
        till.simulator.pay(till.session(trial), amount=60)
        short = await till.look(trial)
        assert short.stage == "short"
        assert format_money(60, "XOF") in said(short)


async def test_a_notice_that_came_is_told_and_one_that_did_not_is_missed(tmp_path: Path) -> None:
    """What the seller pasted in the provider's pages is tried out by the very payment."""
    async with world(tmp_path, providers=("wave",)) as at:
        till = Till("wave", at)
        trial = await till.begin()
        till.simulator.pay(till.session(trial))
        await till.simulator.courier.settle()
        await at.settled()
        assert "sa notification est parvenue ici" in said(await till.look(trial))

        till.simulator.webhook_url = ""
        deaf = await till.begin()
        till.simulator.pay(till.session(deaf))
        await till.simulator.courier.settle()
        assert "aucune notification n’est encore parvenue" in said(await till.look(deaf))


async def test_values_are_tried_as_they_were_meant(tmp_path: Path) -> None:
    async with world(tmp_path, providers=("wave",)) as at:
        key = at.shop.settings.secret("psp.wave.api_key")
        trial = await Till("wave", at).begin(api_key=f"  “Bearer {key[:9]}\n{key[9:]}”\u200b ")
        assert trial.link


async def test_one_is_found_again_until_its_end_was_told(tmp_path: Path) -> None:
    """Also by a program that was killed while the provider was being asked for it."""
    async with world(tmp_path, providers=("wave",)) as at:
        till, shop = Till("wave", at), at.shop
        trial = await till.begin()
        found = trials.left(shop, "wave")
        assert found is not None
        assert (found.attempt, found.link, found.until, found.unsure) == (trial.attempt, trial.link, trial.until, False)
        till.simulator.pay(till.session(trial))
        for _ in range(2):  # what is paid waits for the seller's word
            assert (await till.look(found)).stage == "paid"
            assert trials.left(shop) == found
        assert (await trials.give_back(shop, found)).stage == "returned"
        assert trials.left(shop) is None
        known = set(till.simulator.sessions)
        till.simulator.faults.append(Fault("hang", on="create"))
        asking = asyncio.create_task(till.begin())
        await until(lambda: set(till.simulator.sessions) != known)
        asking.cancel()
        with pytest.raises(asyncio.CancelledError):
            await asking
        unsure = trials.left(shop)
        assert unsure is not None
        assert unsure.unsure
        assert (await till.look(unsure)).stage == "waiting"
        till.simulator.pay(till.session(unsure))
        assert (await till.look(unsure)).stage == "paid"
        await trials.keep(shop, unsure)
        assert trials.left(shop) is None
