"""A product's photo on the buyer's card: uploaded once, never waited for, and never the reason that a card is lost."""

from __future__ import annotations

import asyncio
import io
import json
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from core.catalogue import service as catalogue
from core.catalogue.rules import ProductFields
from core.conversations import photos, sender, threads
from core.conversations.outgoing import Button, buttons, text
from core.durable import outbox
from core.kernel.clock import MINUTE, ManualClock
from core.kernel.paths import resource
from localserver.sandbox.graph_world import Entry, Fault
from tests.support.shops import World, world

AWA, BINTOU, COUMBA = "Awa Ndour", "Bintou Camara", "Coumba Ba"
SAMPLE = resource("samples", "photos", "robe-wax-ankara.jpg").read_bytes()


def _shop(
    w: World, photo: str = "robe.jpg", content: bytes | None = SAMPLE, stock: int = 10, patience: float = 60.0
) -> None:
    """One product with a photo, and three buyers. ``patience``: how long cards wait for its upload."""
    w.shop.sender.photos._patience = patience
    if content is not None:
        (w.shop.media / photo).write_bytes(content)
    fields = ProductFields("ROBE1", "ROBE1", "Robe Wax Ankara", "", "", 15_000, stock, photo)
    w.shop.engine.call(lambda tx: catalogue.add(tx, fields))
    for name in (AWA, BINTOU, COUMBA):
        w.buyer(name)


def _drawn(form: str, mode: str = "RGB", size: tuple[int, int] = (1200, 1600)) -> bytes:
    out = io.BytesIO()
    Image.new(mode, size, (138, 84, 48, 128)[: len(mode)]).save(out, form)
    return out.getvalue()


def _said(w: World, name: str) -> list[Entry]:
    """Everything of the shop on this buyer's phone."""
    return [e for e in w.graph.world.buyer(name).thread(w.graph.world.account()) if e.direction == "out"]


async def _card(w: World, name: str, words: str = "je prends ROBE1") -> Entry:
    """The one answer to these words."""
    before = len(_said(w, name))
    w.graph.acts(name).say(words)
    await w.settled()
    fresh = _said(w, name)[before:]
    assert len(fresh) == 1, [e.part for e in fresh]
    return fresh[0]


def _photo(w: World, card: Entry) -> bytes | None:
    """What the buyer sees above the words. The card must be whole in any case."""
    assert [b["reply"]["title"] for b in card.part["action"]["buttons"]] == ["PAYER", "ANNULER"]
    assert "Robe Wax Ankara" in card.part["body"]["text"]
    header = card.part.get("header")
    return w.graph.world.media[header["image"]["id"]].content if header else None


def _later(w: World, time: int) -> None:
    """Time passes. People go on writing to the shop: the day's window stays open."""
    assert isinstance(w.clock, ManualClock)
    w.clock.advance(time)


def _fails(w: World, kind: Any, on: Any = "media", code: int = 131000, type_: str | None = None) -> None:
    w.graph.world.faults.append(Fault(kind=kind, on=on, code=code, type=type_))


async def test_the_card_shows_the_photo_and_it_is_uploaded_once(tmp_path: Path) -> None:
    async with world(tmp_path) as w:
        _shop(w)
        cards = [await _card(w, name) for name in (AWA, BINTOU, COUMBA)]
        shown = [_photo(w, card) for card in cards]
        assert shown[0] is not None
        assert shown == [shown[0]] * 3
        assert w.graph.world.calls["media"] == 1
        with Image.open(io.BytesIO(shown[0])) as picture:
            assert (picture.format, picture.size) == ("JPEG", (800, 800))


async def test_buyers_who_come_together_share_one_upload(tmp_path: Path) -> None:
    async with world(tmp_path) as w:
        _shop(w)
        for name in (AWA, BINTOU, COUMBA):
            w.graph.acts(name).say("ROBE1")
        await w.settled()
        assert all(_photo(w, _said(w, name)[0]) for name in (AWA, BINTOU, COUMBA))
        assert w.graph.world.calls["media"] == 1


@pytest.mark.parametrize("content", [_drawn("PNG", "RGBA"), _drawn("WEBP"), _drawn("JPEG", "CMYK"), _drawn("GIF", "L")])
async def test_whatever_the_shop_keeps_whatsapp_gets_a_jpeg(tmp_path: Path, content: bytes) -> None:
    async with world(tmp_path) as w:
        _shop(w, "photo", content)
        shown = _photo(w, await _card(w, AWA))
        assert shown is not None
        with Image.open(io.BytesIO(shown)) as picture:
            assert (picture.format, picture.mode, picture.size) == ("JPEG", "RGB", (600, 800))


@pytest.mark.parametrize(
    ("photo", "content"),
    [
        ("gone.jpg", None),
        ("https://example.org/robe.jpg", None),
        ("../store.json", None),
        ("page.jpg", b"<html>"),
        ("empty.jpg", b""),
        ("cut.jpg", SAMPLE[:20_000]),
    ],
)
async def test_a_photo_that_is_none_costs_nobody_their_card(tmp_path: Path, photo: str, content: bytes | None) -> None:
    async with world(tmp_path) as w:
        _shop(w, photo, content)
        assert _photo(w, await _card(w, AWA)) is None
        assert "media" not in w.graph.world.calls


@pytest.mark.parametrize(("kind", "code"), [("html", 0), ("code", 131000), ("code", 131053), ("code", 4)])
async def test_when_the_upload_fails_the_card_goes_without_and_the_photo_is_tried_later(
    tmp_path: Path, kind: str, code: int
) -> None:
    async with world(tmp_path) as w:
        _shop(w)
        _fails(w, kind, code=code)
        assert _photo(w, await _card(w, AWA)) is None
        assert _photo(w, await _card(w, BINTOU)) is None, "not asked again at once"
        assert w.graph.world.calls["media"] == 1
        _later(w, photos.REST)
        assert _photo(w, await _card(w, COUMBA)) is not None


async def test_an_upload_that_takes_its_time_holds_no_card_up(tmp_path: Path) -> None:
    async with world(tmp_path) as w:
        _shop(w, patience=0.01)
        _fails(w, "hang")
        assert _photo(w, await _card(w, AWA)) is None
        assert _photo(w, await _card(w, BINTOU)) is None
        w.graph.world.released.set()
        await w.until(lambda: w.shop.sender.photos.known("robe.jpg"))
        assert _photo(w, await _card(w, COUMBA)) is not None
        assert w.graph.world.calls["media"] == 1


async def test_a_photo_is_uploaded_anew_before_its_thirty_days_end(tmp_path: Path) -> None:
    async with world(tmp_path) as w:
        _shop(w)
        first = await _card(w, AWA)
        _later(w, photos.LIFE)
        second = await _card(w, BINTOU)
        assert first.part["header"] != second.part["header"]
        assert _photo(w, second) == _photo(w, first)


async def test_another_number_gets_uploads_of_its_own(tmp_path: Path) -> None:
    async with world(tmp_path) as w:
        _shop(w)
        first = await _card(w, AWA)
        w.shop.settings.set("whatsapp.api_version", "v25.0")
        second = await _card(w, BINTOU)
        assert first.part["header"] != second.part["header"]


@pytest.mark.parametrize("code", sorted(photos.UNFIT))
async def test_a_card_refused_for_its_photo_goes_at_once_without(tmp_path: Path, code: int) -> None:
    async with world(tmp_path) as w:
        _shop(w)
        _fails(w, "code", "messages", code=code, type_="interactive")
        assert _photo(w, await _card(w, AWA)) is None
        assert _photo(w, await _card(w, BINTOU)) is None, "the photo rests"
        _later(w, photos.REST)
        assert _photo(w, await _card(w, COUMBA)) is not None
        assert w.rows("SELECT state, attempts FROM outbox WHERE kind = 'message'") == [("read", 1)] * 3


async def test_another_refusal_is_not_blamed_on_the_photo(tmp_path: Path) -> None:
    async with world(tmp_path) as w:
        _shop(w)
        _fails(w, "code", "messages", code=131026, type_="interactive")
        w.graph.acts(AWA).say("ROBE1")
        await w.settled()
        assert _said(w, AWA) == []
        assert w.value("SELECT error_code FROM outbox WHERE state = 'failed'") == 131026
        assert _photo(w, await _card(w, BINTOU)) is not None


async def test_a_card_that_fails_later_for_its_photo_is_sent_again_without(tmp_path: Path) -> None:
    """WhatsApp takes the message and reports 131053 afterwards (§5.4): the buyer must not wait for nothing."""
    async with world(tmp_path) as w:
        _shop(w)
        await _card(w, AWA)
        w.graph.world.media.clear()  # lost at WhatsApp
        card = await _card(w, BINTOU)
        assert _photo(w, card) is None
        assert w.rows(
            "SELECT o.state, o.error_code FROM outbox o JOIN customer c ON c.id = o.customer_id"
            " WHERE c.name = ? AND o.kind = 'message' ORDER BY o.id",
            (BINTOU,),
        ) == [("failed", 131053), ("read", None)]
        shown = w.rows(
            "SELECT o.state FROM message m JOIN outbox o ON o.id = m.outbox_id JOIN customer c ON c.id = o.customer_id"
            " WHERE c.name = ?",
            (BINTOU,),
        )
        assert shown == [("read",)], "one bubble, and it tells how the card arrived"
        assert _photo(w, await _card(w, COUMBA)) is None
        _later(w, photos.REST)
        assert _photo(w, await _card(w, COUMBA, "2 ROBE1")) is not None


async def test_the_time_that_remains_is_told_anew_when_a_card_is_sent_again(tmp_path: Path) -> None:
    async with world(tmp_path) as w:
        _shop(w)
        first = await _card(w, AWA)
        w.graph.world.media.clear()
        assert "{remaining}" not in (await _card(w, BINTOU)).part["body"]["text"]
        assert "{remaining}" not in first.part["body"]["text"]


async def test_what_was_joined_to_a_card_is_sent_again_with_it(tmp_path: Path) -> None:
    async with world(tmp_path, work=False) as w:
        w.buyer(AWA)

        def queue(tx: Any) -> tuple[int, int]:
            customer = tx.insert("INSERT INTO customer(name, created_at) VALUES(?, 0)", (AWA,))
            first = threads.post(tx, customer, "a", text("Bonjour"))
            card = threads.post(tx, customer, "b", buttons("Robe", [Button("pay:1", "PAYER")], photo="robe.jpg"))
            assert first is not None
            assert card is not None
            outbox.merge(tx, card, first)
            return first, card

        first, card = w.shop.engine.call(queue)
        found = [w.shop.engine.call(lambda tx: threads.post_plain(tx, first)) for _ in range(2)]
        assert found == ["robe.jpg", "robe.jpg"]
        again = w.rows("SELECT id, key, body FROM outbox WHERE state = 'queued' AND id NOT IN (?, ?)", (first, card))
        assert [(key, json.loads(body)["photo"]) for _, key, body in again] == [("a:plain", None), ("b:plain", None)]
        assert w.rows("SELECT outbox_id FROM message ORDER BY id") == [(row[0],) for row in again]
        assert w.shop.engine.call(lambda tx: threads.post_plain(tx, again[0][0])) is None


async def test_stopped_while_its_photo_is_uploaded_a_card_is_still_to_be_sent(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sender, "STOP_PATIENCE", 0.01)
    async with world(tmp_path) as w:
        _shop(w)
        _fails(w, "hang")
        w.graph.acts(AWA).say("ROBE1")
        await w.until(lambda: w.graph.world.calls.get("media"))
        assert w.work is not None
        w.work.cancel()
        await asyncio.wait({w.work})
        assert w.rows("SELECT state, attempts FROM outbox WHERE kind = 'message'") == [("queued", 0)]


async def test_the_next_in_line_sees_what_they_are_offered(tmp_path: Path) -> None:
    async with world(tmp_path) as w:
        _shop(w, stock=1)
        await _card(w, AWA)
        w.graph.acts(BINTOU).say("ROBE1")
        await w.settled()
        _later(w, 11 * MINUTE)
        await w.shop.scheduler.settle_due()
        await w.settled()
        assert _photo(w, _said(w, BINTOU)[-1]) is not None


async def test_a_question_about_the_price_is_answered_with_the_photo(tmp_path: Path) -> None:
    async with world(tmp_path) as w:
        _shop(w)
        answer = await _card(w, AWA, "c'est combien ROBE1 ?")
        assert answer.part["header"]["type"] == "image"
