"""Scripting the simulated WhatsApp: ``/_control/…``. JSON in and out; unknown fields are refused with 422.

A buyer is named by id, exact name, phone or business-scoped id; an account by its phone number id, the first one when
not named (``?number=``). Acts answer with the entry they added to the buyer's thread.
"""

from __future__ import annotations

import base64
import binascii
from collections import Counter
from collections.abc import Awaitable, Callable
from dataclasses import asdict
from typing import Any, TypeVar

import msgspec
from aiohttp import web

from localserver.sandbox.graph_acts import Acts, rows
from localserver.sandbox.graph_core import Graph
from localserver.sandbox.graph_events import Delivery, Event
from localserver.sandbox.graph_rules import GraphError
from localserver.sandbox.graph_templates import Templates, said
from localserver.sandbox.graph_world import Account, Buyer, Entry, Fault, Json, Puzzled, Webhook

Shape = TypeVar("Shape")


class NewBuyer(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    name: str
    phone: str | None = None
    shows_phone: bool = True
    username: str | None = None
    parent: bool = False
    language: str = "fr"


class BuyerChange(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """``online`` True again delivers what waited; ``reachable`` False is somebody without WhatsApp (131026);
    ``marketing`` is WhatsApp's own switch.
    """

    shows_phone: bool | None = None
    reachable: bool | None = None
    online: bool | None = None
    marketing: bool | None = None


class NewAccount(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    phone_number_id: str
    waba_id: str
    display_phone: str
    name: str
    access_token: str
    app_secret: str


class AccountChange(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """``health`` overwrites fields of the health answer."""

    access_token: str | None = None
    app_secret: str | None = None
    subscribed: bool | None = None
    health: Json | None = None
    token_scopes: tuple[str, ...] | None = None
    token_ends: int | None = None


class Review(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What becomes of a template: ``event`` is WhatsApp's word (APPROVED, REJECTED…); ``category`` moves it."""

    event: str
    reason: str = ""
    language: str = ""
    category: str = ""


class Hook(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The dashboard's "verify and save". ``verify`` False saves without asking the shop."""

    url: str
    verify_token: str = ""
    verify: bool = True


class Act(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The arguments of all acts; each takes its own. ``content`` is base64."""

    text: str = ""
    button: str = ""
    row: str = ""
    wamid: str | None = None
    quote: str | None = None
    content: str | None = None
    mime: str = "image/png"
    filename: str = "document.pdf"
    caption: str = ""
    emoji: str = "👍"
    seconds: float = 2.0
    latitude: float = 14.6937
    longitude: float = -17.4441
    name: str = ""
    type: str = "unsupported"
    part: Any = None


class Raw(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Any event of any field: ``items`` stand under ``place`` beside the metadata, or ``value`` is sent as it is."""

    field: str
    place: str | None = None
    items: list[Json] = []
    value: Json | None = None


class Settle(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    hurry: bool = False


def control_routes(graph: Graph, templates: Templates) -> list[web.RouteDef]:
    control = _Control(graph, templates)
    buyer = "/_control/buyers/{buyer}"
    return [
        web.get("/_control/accounts", _guarded(control.accounts)),
        web.post("/_control/accounts", _guarded(control.add_account)),
        web.patch("/_control/accounts", _guarded(control.change_account)),
        web.get("/_control/templates", _guarded(control.templates)),
        web.post("/_control/templates/{name}", _guarded(control.review)),
        web.get("/_control/webhooks", _guarded(control.webhooks)),
        web.post("/_control/webhooks", _guarded(control.connect)),
        web.patch("/_control/delivery", _guarded(control.deliver)),
        web.post("/_control/settle", _guarded(control.settle)),
        web.post("/_control/events", _guarded(control.event)),
        web.get("/_control/faults", _guarded(control.faults)),
        web.post("/_control/faults", _guarded(control.add_faults)),
        web.delete("/_control/faults", _guarded(control.clear_faults)),
        web.get("/_control/sends", _guarded(control.sends)),
        web.get("/_control/buyers", _guarded(control.buyers)),
        web.post("/_control/buyers", _guarded(control.add_buyer)),
        web.get(buyer, _guarded(control.show_buyer)),
        web.patch(buyer, _guarded(control.change_buyer)),
        web.get(buyer + "/thread", _guarded(control.thread)),
        web.post(buyer + "/{act}", _guarded(control.act)),
    ]


def describe(entry: Entry) -> Json:
    """An entry of a thread as scripts see it: the wire's part, and what a person would see of it."""
    part = entry.part if isinstance(entry.part, dict) else {}
    body = part.get("body", "")
    template = entry.template
    action = part.get("action", {})
    return {
        "wamid": entry.wamid,
        "direction": entry.direction,
        "type": entry.type,
        "text": said(template, part) if template else _said(part, body),
        "buttons": template.replies if template else [b["reply"]["title"] for b in action.get("buttons", [])],
        "rows": [row["title"] for row in rows(entry)],
        "link": action.get("parameters", {}).get("url"),
        "part": entry.part,
        "at": entry.at,
        "status": entry.status,
        "callback": entry.callback,
        "quote": entry.quote,
        "reactions": entry.reactions,
    }


def _said(part: Json, body: Any) -> str:
    return str(body.get("text", "") if isinstance(body, dict) else body or part.get("caption", ""))


class _Control:
    def __init__(self, graph: Graph, templates: Templates) -> None:
        self.graph = graph
        self.of_account = templates
        self.world = graph.world
        self.courier = graph.courier

    # Accounts and their webhooks

    async def accounts(self, request: web.Request) -> Any:
        return {"items": [_account(account) for account in self.world.accounts.values()]}

    async def add_account(self, request: web.Request) -> Any:
        made = await _read(request, NewAccount)
        account = Account(**msgspec.structs.asdict(made))
        self.world.accounts[account.phone_number_id] = account
        return _account(account)

    async def change_account(self, request: web.Request) -> Any:
        account, change = self._number(request), await _read(request, AccountChange)
        for name, value in msgspec.structs.asdict(change).items():
            if value is not None:
                setattr(account, name, value)
        self.courier.nudge()
        return _account(account)

    async def templates(self, request: web.Request) -> Any:
        return {"items": [kept.shown() for kept in self.world.kept(self._number(request).waba_id)]}

    async def review(self, request: web.Request) -> Any:
        """The reviewer's word on a template; its webhook follows."""
        word, name = await _read(request, Review), request.match_info["name"]
        of = (word.event, word.reason, word.language, word.category)
        return self.of_account.review(self._number(request), name, *of).shown()

    async def webhooks(self, request: web.Request) -> Any:
        """The standing delivery, how many events wait, and the log of posts."""
        return {
            "delivery": msgspec.to_builtins(self.courier.delivery),
            "waiting": len(self.courier.queue),
            "log": [asdict(line) for line in self.courier.log],
        }

    async def connect(self, request: web.Request) -> Any:
        hook = await _read(request, Hook)
        number = request.query.get("number")
        if hook.verify:
            await self.graph.connect(hook.url, hook.verify_token, number)
        else:
            for account in [self.world.account(number)] if number else self.world.accounts.values():
                account.app_webhook = Webhook(hook.url, hook.verify_token)
        return {"connected": hook.url}

    async def deliver(self, request: web.Request) -> Any:
        """Change the standing delivery; fields not named stay."""
        wanted = msgspec.json.decode(await request.read() or b"{}", type=Json)
        standing = msgspec.to_builtins(self.courier.delivery)
        self.courier.delivery = msgspec.convert({**standing, **wanted}, Delivery)
        self.courier.nudge()
        return msgspec.to_builtins(self.courier.delivery)

    async def settle(self, request: web.Request) -> Any:
        """Answers when nothing due is left to deliver; ``hurry`` makes delays and retries due now."""
        if (await _read(request, Settle)).hurry:
            self.courier.hurry()
        await self.courier.settle()
        return {"waiting": len(self.courier.queue), "posts": len(self.courier.log)}

    async def event(self, request: web.Request) -> Any:
        raw, account = await _read(request, Raw), self._number(request)
        if raw.value is not None:
            self.courier.post([Event(account, raw.field, None, raw.value)])
        else:
            self.courier.post([Event(account, raw.field, raw.place or raw.field, item) for item in raw.items])
        return {"posted": raw.field}

    # Trouble, and what was sent

    async def faults(self, request: web.Request) -> Any:
        return {"items": msgspec.to_builtins(self.world.faults)}

    async def add_faults(self, request: web.Request) -> Any:
        """One fault or a list; they are used up in order."""
        wanted: Fault | list[Fault] = msgspec.json.decode(await request.read(), type=Fault | list[Fault])
        for fault in wanted if isinstance(wanted, list) else [wanted]:
            named = self.world.buyer(fault.buyer).id if fault.buyer is not None else None
            self.world.faults.append(msgspec.structs.replace(fault, buyer=named))
        return await self.faults(request)

    async def clear_faults(self, request: web.Request) -> Any:
        self.world.faults.clear()
        return await self.faults(request)

    async def sends(self, request: web.Request) -> Any:
        """Every message accepted; ``by_callback`` above 1: one was sent twice. ``?callback=`` for one mark."""
        wanted = request.query.get("callback")
        sends = [send for send in self.world.sends if wanted in (None, send.callback)]
        return {
            "total": len(sends),
            "by_callback": Counter(send.callback for send in sends if send.callback is not None),
            "by_type": Counter(send.type for send in sends),
            "calls": self.world.calls,
            "items": msgspec.to_builtins(sends),
        }

    # Buyers

    async def buyers(self, request: web.Request) -> Any:
        return {"items": [self._buyer(buyer) for buyer in self.world.buyers.values()]}

    async def add_buyer(self, request: web.Request) -> Any:
        made = await _read(request, NewBuyer)
        buyer = self.world.add_buyer(
            made.name,
            made.phone,
            shows_phone=made.shows_phone,
            username=made.username,
            parent=made.parent,
            language=made.language,
        )
        return self._buyer(buyer)

    async def show_buyer(self, request: web.Request) -> Any:
        return self._buyer(self.world.buyer(request.match_info["buyer"]))

    async def change_buyer(self, request: web.Request) -> Any:
        buyer, change = self.world.buyer(request.match_info["buyer"]), await _read(request, BuyerChange)
        woke = change.online is True and not buyer.online
        for name, value in msgspec.structs.asdict(change).items():
            if value is not None and name != "marketing":
                setattr(buyer, name, value)
        if change.marketing is not None:
            self.of_account.prefer(self._number(request), buyer, change.marketing)
        if woke:
            self.graph.came_online(buyer)
        return self._buyer(buyer)

    async def thread(self, request: web.Request) -> Any:
        buyer = self.world.buyer(request.match_info["buyer"])
        return {"buyer": self._buyer(buyer), "items": [describe(e) for e in buyer.thread(self._number(request))]}

    async def act(self, request: web.Request) -> Any:
        acts = self.graph.acts(request.match_info["buyer"], request.query.get("number"))
        entry = _perform(acts, request.match_info["act"], await _read(request, Act))
        return describe(entry) if entry is not None else {"done": True}

    def _number(self, request: web.Request) -> Account:
        return self.world.account(request.query.get("number"))

    def _buyer(self, buyer: Buyer) -> Json:
        shown = {
            name: getattr(buyer, name)
            for name in ("id", "name", "phone", "bsuid", "parent_bsuid", "username", "shows_phone", "language")
        }
        return {**shown, "online": buyer.online, "reachable": buyer.reachable, "unread": self.world.unread(buyer)}


def _perform(acts: Acts, name: str, act: Act) -> Entry | None:
    content = base64.b64decode(act.content, validate=True) if act.content is not None else None
    performers: dict[str, Callable[[], Entry | None]] = {
        "say": lambda: acts.say(act.text, act.quote),
        "press": lambda: acts.press(act.button, act.wamid),
        "choose": lambda: acts.choose(act.row, act.wamid),
        "photo": lambda: acts.photo(content, act.caption, act.mime),
        "voice": lambda: acts.voice(act.seconds),
        "document": lambda: acts.document(content or b"%PDF-1.4\n%%EOF\n", act.filename, "application/pdf"),
        "react": lambda: acts.react(act.emoji, act.wamid),
        "share_phone": acts.share_phone,
        "locate": lambda: acts.locate(act.latitude, act.longitude, act.name),
        "item": lambda: acts.send_item(act.type, act.part, act.quote),
        "read": acts.read_all,
    }
    if name not in performers:
        raise Puzzled(f"no act {name}; there are {', '.join(performers)}")
    return performers[name]()


def _account(account: Account) -> Json:
    shown = asdict(account)
    del shown["recent"]
    return {**shown, "webhook": account.webhook.url}


async def _read(request: web.Request, shape: type[Shape]) -> Shape:
    return msgspec.json.decode(await request.read() or b"{}", type=shape)


def _guarded(handler: Callable[[web.Request], Awaitable[Any]]) -> Callable[[web.Request], Awaitable[web.Response]]:
    async def guarded(request: web.Request) -> web.Response:
        try:
            return web.json_response(await handler(request))
        except (msgspec.ValidationError, msgspec.DecodeError, binascii.Error) as error:
            return web.json_response({"error": str(error)}, status=422)
        except GraphError as error:
            return web.json_response({"error": error.details}, status=409)

    return guarded
