"""A sale over the wire, and then its story: every step, found by whatever the caller reads out."""

from __future__ import annotations

import zipfile
from pathlib import Path
from typing import get_args

import pytest

from core.bootstrap import bundle
from core.bootstrap.checkup import Words, machine, store
from core.conversations.outgoing import Kind
from core.kernel.errors import NotFound
from core.storage.folder import Home
from core.support import trace
from tests.e2e.test_sale import _checkout, _pay, _say
from tests.support.shops import World, world

NAME = "Aminata Diallo"


async def _sale(w: World) -> int:
    w.product("ROBE1", stock=2)
    w.buyer(NAME)
    await _say(w, NAME, "je prends ROBE1")
    await _pay(w, await _checkout(w, NAME))
    return int(w.rows("SELECT id FROM orders")[0][0])


async def test_the_story_goes_from_the_webhook_to_the_board(tmp_path: Path) -> None:
    async with world(tmp_path) as w:
        order_id = await _sale(w)
        story = w.shop.engine.read(lambda r: trace.of_order(r, order_id))
        said = [trace.told(step, "fr", "XOF") for step in story.steps]
        assert all(step.ok for step in story.steps)
        assert [step.at for step in story.steps] == sorted(step.at for step in story.steps)
        for wanted in (
            "Un avis de WhatsApp est arrivé et a été gardé",
            "Le client a écrit (texte)",
            "Réservée, par WhatsApp",
            "Un avis de Sandbox est arrivé et a été gardé",
            "La commande est payée sur le tableau",
        ):
            assert wanted in said, said
        assert any(line.startswith("Sandbox a confirmé 15\u202f000") for line in said)
        assert any(line.startswith("Remis à WhatsApp après") for line in said)
        assert "je prends ROBE1" in {step.said for step in story.steps}


def test_every_kind_of_message_has_a_word() -> None:
    kinds = get_args(Kind)
    said = {
        trace.told(trace.Step(0, "Answered by {author} ({kind})", {"author": "bot", "kind": kind}), "mg", "XOF")
        for kind in kinds
    }
    assert len(said) == len(kinds)
    assert [text for text in said if any(f"({kind})" in text for kind in kinds)] == []


async def test_an_order_is_found_by_whatever_somebody_reads_out(tmp_path: Path) -> None:
    async with world(tmp_path) as w:
        order_id = await _sale(w)
        reference = w.rows("SELECT reference FROM orders")[0][0]
        ref, provider_ref = w.rows("SELECT ref, provider_ref FROM attempt WHERE state = 'paid'")[0]
        wamid = w.rows("SELECT wamid FROM message WHERE author = 'customer' LIMIT 1")[0][0]
        phone = w.rows("SELECT value FROM identity WHERE kind = 'phone'")[0][0]
        for text in (reference, f"#{reference.lower()}", ref, provider_ref, wamid, phone, f" {phone[4:]} "):
            assert w.shop.engine.read(lambda r, t=text: trace.find(r, t, "SN")) == [order_id], text  # type: ignore[misc]
        for text in ("", "LP-0000", "Aminata", "'; DROP TABLE orders; --"):
            assert w.shop.engine.read(lambda r, t=text: trace.find(r, t, "SN")) == []  # type: ignore[misc]
        payment_id = w.rows("SELECT id FROM payment")[0][0]
        assert w.shop.engine.read(lambda r: trace.of_payment(r, payment_id)).order_id == order_id
        message_id = w.rows("SELECT id FROM message ORDER BY id LIMIT 1")[0][0]
        assert w.shop.engine.read(lambda r: trace.of_message(r, message_id)).steps
        for read in (trace.of_order, trace.of_payment, trace.of_message):
            with pytest.raises(NotFound):
                w.shop.engine.read(lambda r, f=read: f(r, 99))  # type: ignore[misc]


async def test_what_went_wrong_is_marked(tmp_path: Path) -> None:
    async with world(tmp_path) as w:
        order_id = await _sale(w)
        w.shop.engine.call(lambda tx: tx.run("UPDATE outbox SET state = 'failed', error_code = 131047"))
        w.shop.engine.call(
            lambda tx: tx.run("UPDATE inbox SET state = 'dead', done_at = NULL, attempts = 8, error = 'x'")
        )
        story = w.shop.engine.read(lambda r: trace.of_order(r, order_id))
        wrong = {trace.told(step, "fr", "XOF") for step in story.steps if not step.ok}
        assert "Raison\u202f: 131047" in wrong
        assert "Il a été mis de côté après 8 essais\u202f: x" in wrong


async def test_the_bundle_has_no_secret_and_nobodys_data(tmp_path: Path) -> None:
    async with world(tmp_path) as w:
        await _sale(w)
        w.shop.settings.set("store.phone", "+221338001122")
        home, words = Home(tmp_path / "home"), Words("fr")
        checks = [*machine(home, words), *store(w.shop, words)]
        texts = bundle.contents(w.shop, checks, home.path, personal=False)
        everything = "\n".join(texts.values())
        phone = str(w.rows("SELECT value FROM identity WHERE kind = 'phone'")[0][0])
        for secret in (w.shop.settings.secret("whatsapp.access_token"), w.shop.settings.secret("whatsapp.app_secret")):
            assert secret
            assert secret not in everything
        for personal in (phone, phone[4:], NAME, "Aminata", "338001122", "je prends", "Téranga"):
            assert personal not in everything, personal
        assert "whatsapp.access_token: set" in texts["settings.txt"]
        assert "orders: 1" in texts["state.txt"]
        chosen = "\n".join(bundle.contents(w.shop, checks, home.path, personal=True).values())
        assert "+221338001122" in chosen
        assert "Boutique Téranga" in chosen
        assert NAME not in chosen
        assert w.shop.settings.secret("whatsapp.access_token") not in chosen
        target = tmp_path / "bundle.zip"
        bundle.save(texts, target)
        with zipfile.ZipFile(target) as archive:
            assert {name: archive.read(name).decode() for name in archive.namelist()} == texts
