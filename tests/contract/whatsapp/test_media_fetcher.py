"""What customers send is fetched over the wire, checked, kept, and never in the way of talk."""

from __future__ import annotations

import asyncio
import contextlib
import io
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from core.conversations import media, threads
from core.conversations.channel import Channel
from core.conversations.events import MediaSettled
from core.conversations.incoming import Incoming
from core.conversations.media import MediaFetcher, checked
from core.conversations.queries import messages
from core.conversations.reading import read_message
from core.conversations.views import MessageView
from core.customers.service import Identity, recognise
from core.kernel.clock import DAY, MINUTE
from core.kernel.errors import Refused
from core.storage import pictures
from core.storage.engine import Engine, Tx
from core.storage.pictures import find
from localserver.sandbox.graph_acts import screenshot, silence
from tests.contract.whatsapp.conftest import Wire
from tests.support.stores import bare_engine

PDF = b"%PDF-1.7\n1 0 obj\n<<>>\nendobj\n%%EOF\n"


def photo(size: tuple[int, int] = (400, 300), form: str = "JPEG", **how: Any) -> bytes:
    out = io.BytesIO()
    Image.new("RGB", size, "#C5B358").save(out, form, **how)
    return out.getvalue()


@dataclass
class Post:
    """A store's messages beside the simulator: what the inbox worker would have stored."""

    wire: Wire
    engine: Engine
    folder: Path
    taken: int = 0
    settled: asyncio.Queue[int] = field(default_factory=asyncio.Queue)

    async def arrive(self) -> list[int]:
        """Store what the simulator has told the shop since the last time. → message ids."""
        await self.wire.settled()
        fresh = self.wire.shop.messages()[self.taken :]
        self.taken += len(fresh)
        return [await self.engine.run(partial(_store, one)) for one in fresh]

    async def outcome(self) -> int:
        """The next message whose file was settled, one way or the other."""
        return await asyncio.wait_for(self.settled.get(), 20)

    def view(self, message_id: int) -> MessageView:
        found = self.engine.read(lambda r: messages(r, 1, limit=500))
        return next(one for one in found if one.message_id == message_id)

    def content(self, message_id: int) -> bytes:
        name = self.view(message_id).media
        assert name is not None
        return (self.folder / name).read_bytes()

    @asynccontextmanager
    async def fetching(self, channel: Callable[[], Channel | None] | None = None) -> AsyncIterator[MediaFetcher]:
        fetcher = MediaFetcher(self.engine, channel or (lambda: self.wire.whatsapp), self.folder)
        loop = asyncio.get_running_loop()

        def hear(events: Any) -> None:
            for event in events:
                if isinstance(event, MediaSettled):
                    loop.call_soon_threadsafe(self.settled.put_nowait, event.message_id)

        unsubscribe = self.engine.subscribe(hear)
        task = asyncio.create_task(fetcher.run())
        try:
            yield fetcher
        finally:
            unsubscribe()
            task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await task


def _store(incoming: Incoming, tx: Tx) -> int:
    message = read_message(incoming)
    customer_id = recognise(tx, [Identity("phone", "+221771234567")], "Awa")
    conversation_id = threads.thread_of(tx, customer_id)
    return threads.add_message(
        tx, conversation_id, "customer", message.type, message.text, payload=incoming.item, at=message.at
    )


@pytest.fixture
async def post(wire: Wire, tmp_path: Path) -> AsyncIterator[Post]:
    wire.graph.world.add_buyer("Awa", "221771234567")
    with bare_engine(tmp_path, wire.clock) as engine:
        yield Post(wire, engine, tmp_path / "media")


async def test_a_photo_is_kept_as_a_picture_of_our_own(post: Post) -> None:
    sent = photo(form="PNG")
    async with post.fetching():
        post.wire.graph.acts("Awa").photo(sent, "payé !")
        (message_id,) = await post.arrive()
        assert await post.outcome() == message_id
    kept = post.content(message_id)
    assert kept != sent
    assert Image.open(io.BytesIO(kept)).size == (400, 300)
    assert post.view(message_id).text == "payé !"


async def test_voice_notes_and_pdf_documents_are_kept_as_they_are(post: Post) -> None:
    async with post.fetching():
        post.wire.graph.acts("Awa").voice(1.0)
        post.wire.graph.acts("Awa").document(PDF, "../../reçu.pdf")
        voice, document = await post.arrive()
        assert {await post.outcome(), await post.outcome()} == {voice, document}
    assert post.content(voice) == silence(1.0)
    assert post.content(document) == PDF
    assert sorted(path.suffix for path in post.folder.iterdir()) == [".ogg", ".pdf"]
    assert all(path.name.startswith("chat-") for path in post.folder.iterdir())


async def test_what_came_while_the_program_was_off_is_fetched_at_the_next_start(post: Post) -> None:
    post.wire.graph.acts("Awa").photo(photo())
    (message_id,) = await post.arrive()
    async with post.fetching():
        assert await post.outcome() == message_id
    async with post.fetching():  # and once only
        post.wire.graph.acts("Awa").photo(photo())
        (second,) = await post.arrive()
        assert await post.outcome() == second
    assert len(list(post.folder.iterdir())) == 2


async def test_a_file_that_is_not_what_it_says_is_refused_for_good_and_says_so(post: Post) -> None:
    async with post.fetching():
        post.wire.graph.acts("Awa").photo(b"<html>pas une image</html>")
        post.wire.graph.acts("Awa").document(b"MZ\x90\x00" * 100, "facture.pdf")
        ids = await post.arrive()
        assert {await post.outcome(), await post.outcome()} == set(ids)
    assert [(post.view(i).media, post.view(i).payload["media_lost"]) for i in ids] == [(None, "unfit")] * 2
    assert not post.folder.exists() or list(post.folder.iterdir()) == []


async def test_a_file_whatsapp_no_longer_has_is_given_up_politely(post: Post) -> None:
    post.wire.graph.acts("Awa").photo(photo())
    (message_id,) = await post.arrive()
    post.wire.graph.world.media.clear()
    async with post.fetching():
        assert await post.outcome() == message_id
    assert post.view(message_id).payload["media_lost"] == "gone"


async def test_a_file_older_than_seven_days_is_not_asked_for(post: Post) -> None:
    post.wire.graph.acts("Awa").photo(photo())
    (old,) = await post.arrive()
    post.wire.clock.advance(7 * DAY + 1)
    post.wire.graph.acts("Awa").photo(photo())
    (young,) = await post.arrive()
    async with post.fetching():
        assert await post.outcome() == young
    assert post.view(old).media is None
    assert "media_lost" not in post.view(old).payload


async def test_trouble_is_waited_out(post: Post) -> None:
    """A page of some machine in between, then a refusal that passes: the third try brings the file."""
    faults = [{"kind": "html", "on": "media"}, {"kind": "code", "code": 131000, "on": "media"}]
    await post.wire.control("POST", "faults", faults)
    post.wire.graph.acts("Awa").photo(photo())
    async with post.fetching() as fetcher:
        (message_id,) = await post.arrive()
        while post.settled.empty():
            await asyncio.to_thread(int)  # let the loop and its threads go on
            if not fetcher._busy:  # an address given out just now must not grow old by it
                post.wire.clock.advance(MINUTE)
                fetcher.nudge()
        assert await post.outcome() == message_id
    assert post.view(message_id).media is not None


async def test_without_a_number_nothing_is_asked_and_nothing_is_lost(post: Post) -> None:
    post.wire.graph.acts("Awa").photo(photo())
    (message_id,) = await post.arrive()
    channels: list[Channel | None] = [None]
    asked = asyncio.Event()

    def channel() -> Channel | None:
        asked.set()
        return channels[0]

    async with post.fetching(channel) as fetcher:
        await asyncio.wait_for(asked.wait(), 20)
        channels[0] = post.wire.whatsapp
        fetcher.nudge()
        assert await post.outcome() == message_id


class Stuck:
    """A way to WhatsApp on which no file ever ends."""

    def __init__(self) -> None:
        self.begun = asyncio.Queue[str]()

    async def download(self, media_id: str) -> bytes:
        self.begun.put_nowait(media_id)
        await asyncio.Event().wait()
        return b""


async def test_files_that_never_end_hold_up_nobody_and_stop_when_told(post: Post) -> None:
    stuck = Stuck()
    async with post.fetching(lambda: stuck):  # type: ignore[arg-type,return-value]
        for _ in range(media.AT_ONCE + 2):
            post.wire.graph.acts("Awa").photo(photo())
        ids = await post.arrive()
        for _ in range(media.AT_ONCE):
            await asyncio.wait_for(stuck.begun.get(), 20)
        post.wire.graph.acts("Awa").say("je prends ROBE1")
        (said,) = await post.arrive()
        assert post.view(said).text == "je prends ROBE1"
        assert stuck.begun.empty()
    assert [post.view(one).media for one in ids] == [None] * len(ids)


# -- the check alone ---------------------------------------------------------------------------------------------


def test_pictures_lose_place_and_camera_and_stand_upright() -> None:
    exif = Image.Exif()
    exif[0x0112] = 6  # turned by a quarter
    exif[0x010F] = "Camera"
    file = checked(photo((400, 300), exif=exif), "image")
    with Image.open(io.BytesIO(file.content)) as kept:
        assert (file.suffix, kept.size, dict(kept.getexif())) == (".jpg", (300, 400), {})


def test_large_pictures_become_smaller_and_transparency_stays() -> None:
    with Image.open(io.BytesIO(checked(photo((5000, 2500)), "image").content)) as kept:
        assert max(kept.size) == media.SIDE
    out = io.BytesIO()
    Image.new("RGBA", (64, 64), (0, 0, 0, 0)).save(out, "WEBP")
    sticker = checked(out.getvalue(), "sticker")
    with Image.open(io.BytesIO(sticker.content)) as kept:
        assert (sticker.suffix, kept.mode) == (".png", "RGBA")


def _hostile() -> Iterator[tuple[bytes, str]]:
    yield b"", "image"
    yield b"GIF89a", "image"
    yield photo()[:40], "image"
    yield PDF, "image"
    yield photo(), "audio"
    yield b"", "audio"
    yield b"PK\x03\x04" + bytes(50), "document"
    yield b"<svg xmlns='http://www.w3.org/2000/svg'/>", "document"
    yield bytes(media.LIMIT + 1), "document"


@pytest.mark.parametrize(("content", "kind"), list(_hostile()))
def test_anything_else_is_refused(content: bytes, kind: str) -> None:
    with pytest.raises(Refused):
        checked(content, kind)


def test_a_picture_of_too_many_pixels_is_not_even_decoded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pictures, "MAX_PIXELS", 100)
    with pytest.raises(Refused, match="pixels"):
        checked(photo(), "image")


@pytest.mark.parametrize(
    ("content", "suffix"),
    [
        (silence(0.1), ".ogg"),
        (b"#!AMR\n" + bytes(20), ".amr"),
        (b"\x00\x00\x00\x18ftypM4A " + bytes(20), ".m4a"),
        (b"ID3\x04" + bytes(20), ".mp3"),
        (b"\xff\xfb\x90\x00" + bytes(20), ".mp3"),
        (b"\xff\xf1\x50\x80" + bytes(20), ".aac"),
    ],
)
def test_sounds_are_known_by_their_first_bytes(content: bytes, suffix: str) -> None:
    assert checked(content, "audio").suffix == suffix


def test_only_files_of_the_folder_are_found(tmp_path: Path) -> None:
    folder = tmp_path / "media"
    name = media.keep(folder, checked(screenshot(), "image"))
    (tmp_path / "secret.txt").write_text("x")
    answers: list[Callable[[], Path | None]] = [
        lambda: find(folder, "../secret.txt"),
        lambda: find(folder, ""),
        lambda: find(folder, "gone.jpg"),
    ]
    assert [answer() for answer in answers] == [None, None, None]
    assert find(folder, name) == folder / name
    assert (folder / name).stat().st_mode & 0o077 == 0
