"""Sending through the simulated Graph API: ``POST /{version}/{phone_number_id}/messages`` (reference §5, §6)."""

from __future__ import annotations

import re

from aiohttp import web

from core.kernel.phone import BSUID
from localserver.sandbox.graph_core import Graph, bad_gateway, read_json
from localserver.sandbox.graph_events import status_event
from localserver.sandbox.graph_rules import GraphError, check
from localserver.sandbox.graph_templates import Templates
from localserver.sandbox.graph_world import RANK, TYPING, Account, Buyer, Entry, Fault, Json, Send


class Messages:
    """The send call, its limits, its faults, and the statuses that follow."""

    def __init__(self, graph: Graph, templates: Templates) -> None:
        self.templates = templates
        self.graph = graph
        self.clock = graph.clock
        self.world = graph.world
        self.courier = graph.courier

    async def send(self, request: web.Request) -> web.StreamResponse:
        """``POST /{v}/{phone_number_id}/messages``: send, or mark as read."""
        account = self.graph.number(request)
        body = await read_json(request)
        if body.get("status") == "read":
            return await self._read(account, body)
        buyer, addressed, to = self._recipient(account, body)
        fault = self.world.take_fault("messages", buyer.id if buyer else None, body.get("type", "text"))
        self.graph.count("messages")
        if fault is not None and fault.kind in ("code", "html"):
            return await self.graph.instead(fault)
        check(body)
        self._allow(account, buyer, body)
        entry = self._accept(account, buyer, body, addressed, to, fault)
        contact = {"input": to, **({"wa_id": buyer.phone} if buyer and addressed == "phone" else {})}
        if buyer is not None:
            contact["user_id"] = buyer.bsuid
        message: Json = {"id": entry.wamid}
        if entry.type == "template":
            message["message_status"] = "accepted"
        answer = {"messaging_product": "whatsapp", "contacts": [contact], "messages": [message]}
        return await self._after(fault, request, answer) if fault is not None else web.json_response(answer)

    async def _read(self, account: Account, body: Json) -> web.StreamResponse:
        self.graph.count("read")
        found = self.world.find(str(body.get("message_id")))
        fault = self.world.take_fault("read", found[0].id if found else None)
        if fault is not None and fault.kind in ("code", "html"):
            return await self.graph.instead(fault)
        if found is None or found[1].direction != "in":
            raise GraphError(131009, "Message ID is invalid")
        buyer, entry = found
        for earlier in buyer.thread(account):
            if earlier.direction == "in" and earlier.at <= entry.at:
                earlier.status = "read"
        if body.get("typing_indicator") == {"type": "text"}:
            buyer.typing_until = self.clock.now() + TYPING
        buyer.changed()
        return web.json_response({"success": True})

    def _recipient(self, account: Account, body: Json) -> tuple[Buyer | None, str, str]:
        to, recipient = body.get("to"), body.get("recipient")
        if isinstance(to, str) and to:  # with both, "to" wins (§4)
            digits = re.sub(r"[\s()-]", "", to)
            if BSUID.match(to):
                return None, "phone", to  # a business-scoped id in "to" is taken and never delivered [S]
            if not digits.startswith("+"):
                digits = "+" + account.digits[:3] + digits  # the business's own country is put before it (§5.1)
            if digits[1:] == account.digits:
                raise GraphError(131021)
            return self.world.by_phone(digits[1:]), "phone", to
        if isinstance(recipient, str) and recipient:
            if not BSUID.match(recipient):
                raise GraphError(131009, "recipient is not a valid business-scoped user ID")
            return self.world.by_bsuid(recipient), "bsuid", recipient
        raise GraphError(131008, "Missing 'to' or 'recipient'")

    def _allow(self, account: Account, buyer: Buyer | None, body: Json) -> None:
        if not self.world.take_throughput(account):
            raise GraphError(130429, "Message failed to send because too many messages were sent in a short time")
        if buyer is not None and not self.world.take_pair_credit(account, buyer):
            raise GraphError(131056, "Too many messages to this recipient in a short time")
        if body.get("type") == "template":
            self.templates.fits(account, body["template"])
        elif buyer is not None and not self.world.window_open(account, buyer):
            raise GraphError(131047, "More than 24 hours have passed since the customer last replied to this number")

    def _accept(
        self, account: Account, buyer: Buyer | None, body: Json, addressed: str, to: str, fault: Fault | None
    ) -> Entry:
        type_ = body.get("type", "text")
        now = self.clock.now()
        entry = Entry(
            wamid=self.world.new_wamid(buyer.phone if buyer else "0"),
            direction="out",
            type=type_,
            part=body[type_],
            at=now,
            status="accepted",
            callback=body.get("biz_opaque_callback_data"),
            quote=(body.get("context") or {}).get("message_id"),
            addressed="bsuid" if addressed == "bsuid" else "phone",
        )
        if type_ == "template":
            entry.template = self.world.template(account, entry.part["name"], entry.part["language"]["code"])
        mark = entry.callback
        self.world.sends.append(
            Send(entry.wamid, account.phone_number_id, buyer.id if buyer else None, type_, mark, now)
        )
        failure = self._failure(account, buyer, body, fault)
        if buyer is not None and entry.template is not None and entry.template.category == "MARKETING":
            failure = failure or (GraphError(131050) if buyer.stopped_marketing else None)
        if buyer is None or not buyer.reachable or failure is not None:
            entry.status = "failed"
            entry.errors = [(failure or GraphError(131026)).as_status_error()]
            self.courier.post([status_event(account, buyer, entry, "failed", now, to)])
            return entry
        buyer.typing_until = 0
        if type_ == "reaction":
            target = self.world.find(entry.part["message_id"])
            if target is not None:
                target[1].reactions["shop"] = entry.part["emoji"]
            buyer.changed()
        else:
            self.world.add_entry(account, buyer, entry)
        self.report(account, buyer, entry, to)
        return entry

    def _failure(self, account: Account, buyer: Buyer | None, body: Json, fault: Fault | None) -> GraphError | None:
        if fault is not None and fault.kind == "late":
            return GraphError(fault.code, fault.details)
        part = body[body.get("type", "text")]
        header = part.get("header", {}) if isinstance(part, dict) else {}
        for holder in (part, header.get(header.get("type", ""), {})):
            media_id = holder.get("id") if isinstance(holder, dict) else None
            if media_id is not None and media_id not in self.world.media:
                return GraphError(131053, "Media id not found")
        return None

    def report(self, account: Account, buyer: Buyer, entry: Entry, to: str) -> None:
        """The statuses of a message that arrives; only ``sent`` while the phone is off or for a reaction (§3.4)."""
        now = self.clock.now()
        for word in self.courier.delivery.statuses:
            if word == "sent" or (buyer.online and entry.type != "reaction"):
                if RANK[word] > RANK[entry.status]:
                    entry.status = word
                self.courier.post([status_event(account, buyer, entry, word, now, to)])
        buyer.changed()

    async def _after(self, fault: Fault, request: web.Request, answer: Json) -> web.StreamResponse:
        match fault.kind:
            case "hang":
                await self.world.released.wait()
            case "drop":
                if request.transport is not None:
                    request.transport.abort()
            case "html_after":
                return bad_gateway()
            case "no_contacts":
                del answer["contacts"]
            case "no_id":
                answer["messages"] = []
            case "slow":
                await self.graph.sleep(fault.seconds)
        return web.json_response(answer)
