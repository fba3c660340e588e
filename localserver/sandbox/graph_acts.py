"""What a buyer does with their phone: write, press, choose, photograph, speak, react, share their number."""

from __future__ import annotations

import base64
import hashlib
import io
import struct
from collections.abc import Iterator
from typing import Any, Final

from PIL import Image, ImageDraw, ImageFont

from core.kernel.paths import resource
from localserver.sandbox.graph_events import Courier, Event, message_event, status_event
from localserver.sandbox.graph_world import Account, Buyer, Entry, Json, Media, Puzzled, World


class Acts:
    """One buyer's hands on one simulated phone. Every act returns the entry it added to the thread."""

    def __init__(self, world: World, courier: Courier, account: Account, buyer: Buyer) -> None:
        self.world = world
        self.courier = courier
        self.account = account
        self.buyer = buyer

    def say(self, text: str, quote: str | None = None) -> Entry:
        if not text.strip():
            raise Puzzled("nothing to say")
        return self._send("text", {"body": text}, quote)

    def press(self, button: str, wamid: str | None = None) -> Entry:
        """Press a reply button, by its title or id, on the latest message that has it (or on ``wamid``)."""
        for entry in self._received(wamid):
            for reply in _replies(entry):
                if button in (reply["id"], reply["title"]):
                    part = {"type": "button_reply", "button_reply": dict(reply)}
                    return self._send("interactive", part, entry.wamid)
            if entry.template is not None and button in entry.template.replies:
                return self._send("button", {"payload": button, "text": button}, entry.wamid)
        raise Puzzled(f"no button {button}")

    def choose(self, row: str, wamid: str | None = None) -> Entry:
        """Choose a line of the latest list that has it, by its title or id."""
        for entry in self._received(wamid):
            for line in rows(entry):
                if row in (line["id"], line["title"]):
                    return self._send("interactive", {"type": "list_reply", "list_reply": dict(line)}, entry.wamid)
        raise Puzzled(f"no list line {row}")

    def photo(self, content: bytes | None = None, caption: str = "", mime: str = "image/png") -> Entry:
        """A picture; without ``content`` a made-up screenshot of a payment."""
        part = self._keep(content if content is not None else screenshot(), mime)
        if caption:
            part["caption"] = caption
        return self._send("image", part)

    def voice(self, seconds: float = 2.0) -> Entry:
        """A voice note (silence, in real Ogg/Opus)."""
        return self._send("audio", {**self._keep(silence(seconds), "audio/ogg; codecs=opus"), "voice": True})

    def document(self, content: bytes, filename: str, mime: str = "application/pdf") -> Entry:
        return self._send("document", {**self._keep(content, mime, filename), "filename": filename})

    def react(self, emoji: str, wamid: str | None = None) -> Entry:
        """React to ``wamid``, else to the shop's latest message; an empty emoji takes it back."""
        target = next(self._received(wamid), None)
        if target is None:
            raise Puzzled("nothing to react to")
        target.reactions[self.buyer.id] = emoji
        part = {"message_id": target.wamid, **({"emoji": emoji} if emoji else {})}
        return self._send("reaction", part)

    def share_phone(self) -> Entry:
        """Answer a request for the number; from now on the shop sees it."""
        card = {
            "name": {"formatted_name": self.buyer.name, "first_name": self.buyer.name.split()[0]},
            "phones": [{"phone": "+" + self.buyer.phone, "wa_id": self.buyer.phone, "type": "CELL"}],
            "origin": "contact_request",
        }
        entry = self._send("contacts", [card])
        self.buyer.shows_phone = True
        return entry

    def locate(self, latitude: float, longitude: float, name: str = "") -> Entry:
        part: Json = {"latitude": latitude, "longitude": longitude, **({"name": name} if name else {})}
        return self._send("location", part)

    def send_item(self, type_: str, part: Any, quote: str | None = None) -> Entry:
        """Any type at all, also one that does not exist."""
        return self._send(type_, part, quote)

    def read_all(self) -> None:
        """The buyer looks at the thread: two blue ticks, where they are reported."""
        self.buyer.seen = self.world.clock.now()
        if "read" not in self.courier.delivery.statuses:
            return
        events: list[Event] = []
        for entry in self.buyer.thread(self.account):
            if entry.direction == "out" and entry.status in ("sent", "delivered"):
                entry.status = "read"
                events.append(
                    status_event(self.account, self.buyer, entry, "read", self.buyer.seen, "+" + self.buyer.phone)
                )
        if events:
            self.courier.post(events)
            self.buyer.changed()

    def _received(self, wamid: str | None) -> Iterator[Entry]:
        for entry in reversed(self.buyer.thread(self.account)):
            if entry.direction == "out" and wamid in (None, entry.wamid):
                yield entry

    def _send(self, type_: str, part: Any, quote: str | None = None) -> Entry:
        now = self.world.clock.now()
        entry = Entry(self.world.new_wamid(self.buyer.phone), "in", type_, part, now, "sent", None, quote)
        self.buyer.wrote_at[self.account.phone_number_id] = now
        self.buyer.seen = now
        self.world.take_throughput(self.account)
        self.world.add_entry(self.account, self.buyer, entry)
        self.courier.post([message_event(self.account, self.buyer, entry)])
        return entry

    def _keep(self, content: bytes, mime: str, filename: str = "") -> Json:
        media_id = str(600_000_000_000_000 + self.world.next_number())
        owner = self.account.phone_number_id
        self.world.media[media_id] = Media(media_id, mime, content, filename, owner, self.world.clock.now())
        return {"id": media_id, "mime_type": mime, "sha256": sha256_base64(content)}


def _replies(entry: Entry) -> list[Json]:
    if entry.type != "interactive" or not isinstance(entry.part, dict):
        return []
    return [button["reply"] for button in entry.part.get("action", {}).get("buttons", [])]


def rows(entry: Entry) -> list[Json]:
    """The lines of a list message; empty for anything else."""
    if entry.type != "interactive" or not isinstance(entry.part, dict):
        return []
    return [row for section in entry.part.get("action", {}).get("sections", []) for row in section.get("rows", [])]


def sha256_base64(content: bytes) -> str:
    """As webhooks carry it; the media GET gives it in hex (§5.4 [S])."""
    return base64.b64encode(hashlib.sha256(content).digest()).decode()


def screenshot() -> bytes:
    """A picture that claims a payment, as buyers send them."""
    image = Image.new("RGB", (360, 640), "#1DC3F0")
    draw = ImageDraw.Draw(image)
    draw.rounded_rectangle((24, 200, 336, 440), 18, fill="white")
    draw.ellipse((150, 225, 210, 285), fill="#45B985")
    draw.line((165, 255, 177, 268, 197, 241), fill="white", width=6)
    bold = str(resource("fonts", "LivePaySans-Bold.ttf"))
    draw.text((180, 330), "Paiement effectué", fill="#1F2733", anchor="mm", font=ImageFont.truetype(bold, 22))
    draw.text((180, 385), "15\u202f000 F", fill="#1F2733", anchor="mm", font=ImageFont.truetype(bold, 36))
    out = io.BytesIO()
    image.save(out, "PNG")
    return out.getvalue()


_SILENT_20_MS: Final = b"\xf8\xff\xfe"  # one Opus packet


def silence(seconds: float) -> bytes:
    """A valid Ogg/Opus file of silence (RFC 7845)."""
    head = b"OpusHead" + struct.pack("<BBHIhB", 1, 1, 312, 48_000, 0, 0)
    vendor = b"LivePay"
    tags = b"OpusTags" + struct.pack("<I", len(vendor)) + vendor + struct.pack("<I", 0)
    packets = max(1, min(200, round(seconds * 50)))
    pages = [_ogg_page(0, 2, 0, [head]), _ogg_page(1, 0, 0, [tags])]
    pages.append(_ogg_page(2, 4, 960 * packets, [_SILENT_20_MS] * packets))
    return b"".join(pages)


def _ogg_page(number: int, flags: int, granule: int, packets: list[bytes]) -> bytes:
    header = struct.pack("<4sBBqIII", b"OggS", 0, flags, granule, 1, number, 0)
    body = bytes([len(packets)]) + bytes(len(p) for p in packets) + b"".join(packets)
    crc = 0
    for byte in header + body:
        crc ^= byte << 24
        for _ in range(8):
            crc = ((crc << 1) ^ 0x04C11DB7) & 0xFFFFFFFF if crc & 0x80000000 else (crc << 1) & 0xFFFFFFFF
    return header[:22] + struct.pack("<I", crc) + header[26:] + body
