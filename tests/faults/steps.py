"""What buyers do in these tests, and webhooks caught on their way so that a test can deliver them as it likes."""

from __future__ import annotations

import asyncio
import hashlib
import hmac
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from core.bootstrap import Shop
from core.kernel.clock import ManualClock
from localserver.sandbox.graph import default_account
from localserver.sandbox.graph_events import Delivery, Event, bodies, encode
from localserver.sandbox.graph_world import Puzzled
from localserver.sandbox.psp_base import PspSimulator, Session
from tests.support.payshop import PayShop
from tests.support.shops import World

PATIENCE: Final = 60.0


def pass_time(w: World, milliseconds: int = 2000) -> None:
    """A while later; what waited for it looks again. (WhatsApp's limit per second would not forget otherwise.)"""
    assert isinstance(w.clock, ManualClock)
    w.clock.advance(milliseconds)
    w.shop.sender.nudge()
    w.shop.inbox.nudge()


def impatient(w: World, seconds: float = 2.0) -> None:
    """From now on the shop waits only so long for an answer from outside; longer than a busy machine's answers take."""
    w.shop.http.total_timeout = seconds


async def quiet(w: World) -> None:
    """As :meth:`World.settled`, and whatever the shop had to ask its providers is asked and applied."""
    asked = True
    while asked or not await w._quiet_once():  # an answer may make it say or ask something more
        await w.settled()
        asked = await answered(w.shop)


async def answered(shop: Shop) -> bool:
    """Wait until the providers have answered all that the commits so far made the shop ask. → whether it asked."""
    await shop.engine.run(lambda tx: None)  # the writer has told of the commits before this one
    asks = shop.desk._asks
    asked = bool(asks._unfinished_tasks)  # type: ignore[attr-defined] # what join() waits for
    async with asyncio.timeout(PATIENCE):
        await asks.join()
    return asked


async def say(w: World, name: str, text: str) -> list[str]:
    """→ what the shop answered."""
    before = len(w.thread(name))
    w.graph.acts(name).say(text)
    await quiet(w)
    return w.thread(name)[before:]


async def press(w: World, name: str, title: str) -> list[str]:
    before = len(w.thread(name))
    w.graph.acts(name).press(title)
    await quiet(w)
    return w.thread(name)[before:]


async def pick(w: World, name: str, title: str) -> list[str]:
    """As :func:`press`, also where so many choices are offered that they are a list."""
    before = len(w.thread(name))
    acts = w.graph.acts(name)
    try:
        acts.press(title)
    except Puzzled:
        acts.choose(title)
    await quiet(w)
    return w.thread(name)[before:]


async def link_for(w: World, name: str, sku: str = "ROBE1", means: str = "Wave") -> str:
    """« je prends », PAYER, the means where there is a choice. → the pay link."""
    means = "Orange Money" if "orange_sonatel" in w.providers else means
    w.buyer(name)
    await say(w, name, f"je prends {sku}")
    await press(w, name, "PAYER")
    if not _links(w, name):
        await pick(w, name, means)
    return _links(w, name)[-1]


def _links(w: World, name: str) -> list[str]:
    entries = w.graph.world.buyer(name).thread(w.graph.world.account())
    buttons = [e for e in entries if e.direction == "out" and e.type == "interactive" and e.part["type"] == "cta_url"]
    return [str(e.part["action"]["parameters"]["url"]) for e in buttons]


async def submit(w: World, link: str, method: str = "") -> tuple[int, str]:
    """Send the page's form. → status and Location."""
    page, _, means = link.partition("?m=")
    headers = {"Origin": w.url}
    async with w.http.post(
        f"{page}/pay", data={"method": method or means}, headers=headers, allow_redirects=False
    ) as reply:
        await reply.read()
        return reply.status, reply.headers.get("Location", "")


def leads_out(w: World, answer: tuple[int, str]) -> bool:
    """Is the buyer on the way to a provider?"""
    return answer[0] == 303 and answer[1].startswith("http") and not answer[1].startswith(w.url)


async def checkout(w: World, link: str, provider: str = "sandbox") -> Session:
    """The form must lead to the provider. → the one session that was opened last."""
    answer = await submit(w, link)
    assert leads_out(w, answer), answer
    return list(w.providers[provider].sessions.values())[-1]


# -- webhooks in the test's hands --------------------------------------------------------------------------------


def catch(w: World) -> None:
    """From now on WhatsApp's events wait for :func:`caught`."""
    w.graph.courier.delivery = Delivery(hold=True)


def caught(w: World) -> list[Event]:
    """What WhatsApp would have reported since."""
    events = list(w.graph.courier.queue)
    w.graph.courier.queue.clear()
    return events


async def deliver(w: World, events: Sequence[Event]) -> int:
    """One POST, signed as WhatsApp does. → the status answered."""
    raw = encode(bodies(events, False, False))
    return await post_whatsapp(w, raw)


async def post_whatsapp(w: World, raw: bytes) -> int:
    mac = hmac.new(default_account().app_secret.encode(), raw, hashlib.sha256).hexdigest()
    headers = {"Content-Type": "application/json", "X-Hub-Signature-256": f"sha256={mac}"}
    async with w.http.post(f"{w.url}/webhooks/whatsapp", data=raw, headers=headers) as reply:
        return reply.status


@dataclass(frozen=True, slots=True)
class News:
    """One notification of a provider."""

    url: str
    body: bytes
    headers: dict[str, str]


def news(provider: PspSimulator) -> list[News]:
    """Notifications held back (``Delivery(hold=True)``) since the last call, signed now."""
    held, provider.courier.held = provider.courier.held, []
    now = provider.clock.now()
    return [
        News(note.url, note.body, {"Content-Type": "application/json", **provider.sign(note.body, now, False)})
        for note, _ in held
    ]


def resigned(provider: PspSimulator, body: bytes, url: str = "") -> News:
    """Another body, as this provider would sign it."""
    signature = provider.sign(body, provider.clock.now(), False)
    return News(url or provider.webhook_url, body, {"Content-Type": "application/json", **signature})


async def tell(w: World, note: News) -> int:
    """→ the status answered."""
    async with w.http.post(note.url, data=note.body, headers=note.headers) as reply:
        await reply.read()
        return reply.status


async def still_serves(w: World) -> None:
    """The server is ready and its workers work."""
    async with w.http.get(f"{w.url}/readyz") as reply:
        assert reply.status == 200
    assert w.work is not None
    assert not w.work.done()


def sent_once(w: World) -> bool:
    """No mark of ours went out twice."""
    marks = [send.callback for send in w.graph.world.sends]
    return len(marks) == len(set(marks))


def books_hold(w: World | PayShop) -> bool:
    """What must be true of every store at every moment: stock, holds, ledger, ruling R5."""
    wrong_stock = w.rows(
        "SELECT p.sku FROM product p LEFT JOIN order_line l ON l.product_id = p.id GROUP BY p.id"
        " HAVING p.held <> coalesce(sum(l.held), 0) OR p.total <> p.on_hand + coalesce(sum(l.taken), 0)"
    )
    unbalanced = w.rows("SELECT entry_id FROM ledger_line GROUP BY 1 HAVING sum(amount) <> 0")
    strays = w.rows("SELECT id FROM orders WHERE state NOT IN ('paid', 'reserved', 'expired', 'cancelled')")
    return not wrong_stock and not unbalanced and not strays
