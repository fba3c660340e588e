"""A template with a picture above, on the real wire: handed in with an example, sent with the store's picture."""

from __future__ import annotations

from collections.abc import AsyncIterator
from io import BytesIO
from pathlib import Path

import pytest
from msgspec.structs import replace
from PIL import Image

from core.kernel.clock import MINUTE
from core.kernel.errors import OutsideWorld, Refused
from core.storage import pictures
from core.templates import service
from core.templates.rules import APPROVED, DRAFT, MARKETING, QUALITY, SIDE, UNCHOSEN, Words, checked
from localserver.sandbox.graph_templates import pictured
from localserver.sandbox.graph_world import Fault
from tests.core.templates.test_beyond import advance, approve, last_text, named, send
from tests.support.shops import World, world

ARRIVAL = Words("arrivage_photo", "fr", MARKETING, "Bonjour {{1}}, voici le nouvel arrivage.", "", ("name",), ("Awa",))


@pytest.fixture
async def w(tmp_path: Path) -> AsyncIterator[World]:
    async with world(tmp_path) as made:
        made.buyer("Awa Ndour")
        made.graph.acts("Awa Ndour").say("Bonjour")
        await made.settled()
        yield made


def keep_picture(w: World, side: int = 900) -> str:
    file = BytesIO()
    Image.new("RGB", (side, side // 2), "#a03050").save(file, "PNG")
    return pictures.keep(w.shop.media, pictures.fitted(pictures.decoded(file.getvalue()), SIDE, QUALITY))


def above(w: World) -> bytes:
    """The picture that stands above the last message on the buyer's phone."""
    entry = [e for e in w.graph.world.buyer("Awa Ndour").thread(w.graph.world.account()) if e.direction == "out"][-1]
    return w.graph.world.media[pictured(entry.part) or ""].content


async def test_a_picture_is_handed_in_as_an_example_and_goes_above_each_message(w: World) -> None:
    words = replace(ARRIVAL, picture=keep_picture(w))
    number = w.shop.engine.call(lambda tx: service.save(tx, None, words), actor="seller")
    approved = await approve(w, words.name)
    assert w.graph.world.kept(w.graph.world.account().waba_id)[-1].pictured
    await w.shop.templates.compare()
    assert named(w, words.name).words == words, "WhatsApp's list does not take the picture away"
    send(w, approved, ("Awa",))
    await w.settled()
    assert last_text(w) == "Bonjour Awa, voici le nouvel arrivage."
    assert Image.open(BytesIO(above(w))).size == (800, 400)
    other = keep_picture(w, 600)  # which one it is, is nothing to WhatsApp
    w.shop.engine.call(lambda tx: service.save(tx, number, replace(words, picture=other)), actor="seller")
    send(w, named(w, words.name), ("Awa",))
    await w.settled()
    assert Image.open(BytesIO(above(w))).size == (600, 300)
    with pytest.raises(Refused):
        w.shop.engine.call(lambda tx: service.save(tx, number, replace(words, picture="")), actor="seller")


async def test_one_made_elsewhere_waits_for_its_picture(w: World) -> None:
    words = replace(ARRIVAL, picture=keep_picture(w))
    w.shop.engine.call(lambda tx: service.save(tx, None, words), actor="seller")
    approved = await approve(w, words.name)
    w.shop.engine.call(lambda tx: service.remove(tx, approved.id), actor="seller")  # forgotten here only
    await w.shop.templates.compare()
    found = named(w, words.name)
    assert (found.state, found.words.picture) == (APPROVED, UNCHOSEN)
    with pytest.raises(Refused, match="Choose the picture"):
        send(w, found, ("Awa",))
    chosen = replace(found.words, picture=words.picture)
    w.shop.engine.call(lambda tx: service.save(tx, found.id, chosen), actor="seller")
    send(w, named(w, words.name), ("Awa",))
    await w.settled()
    assert Image.open(BytesIO(above(w))).size == (800, 400)


async def test_it_is_not_sent_without_its_picture(w: World) -> None:
    words = replace(ARRIVAL, picture=keep_picture(w))
    w.shop.engine.call(lambda tx: service.save(tx, None, words), actor="seller")
    approved = await approve(w, words.name)
    w.graph.world.faults.append(Fault("code", on="media", code=131000))
    queued = send(w, approved, ("Awa",))
    await w.settled()
    waits = "SELECT state FROM outbox WHERE id = ?"
    assert w.value(waits, (queued,)) == "queued"
    advance(w, 10 * MINUTE)
    await w.settled()
    assert w.value(waits, (queued,)) in ("accepted", "sent", "delivered", "read")
    assert Image.open(BytesIO(above(w))).size == (800, 400)


async def test_a_picture_that_cannot_be_uploaded_leaves_a_draft(w: World) -> None:
    words = replace(ARRIVAL, picture=keep_picture(w))
    number = w.shop.engine.call(lambda tx: service.save(tx, None, words), actor="seller")
    w.graph.world.faults.append(Fault("html", on="media"))
    with pytest.raises(OutsideWorld):
        await w.shop.templates.hand_in(number, "seller")
    assert named(w, words.name).state == DRAFT
    (w.shop.media / words.picture).unlink()
    with pytest.raises(Refused, match="cannot be read"):
        await w.shop.templates.hand_in(number, "seller")
    assert named(w, words.name).state == DRAFT


def test_what_cannot_stand_above() -> None:
    for wrong in (
        replace(ARRIVAL, picture="../store.db"),
        replace(ARRIVAL, picture="0" * 32 + ".jpg", heading="Titre"),
    ):
        with pytest.raises(Refused):
            checked(wrong)
