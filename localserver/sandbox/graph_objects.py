"""The other objects of the simulated Graph API: media, the number and its account (reference whatsapp §1, §5.4)."""

from __future__ import annotations

import hashlib

from aiohttp import web

from localserver.sandbox.graph_core import Graph, read_json, unknown
from localserver.sandbox.graph_rules import GraphError
from localserver.sandbox.graph_world import MEDIA_URL_LIFE, Account, Fault, Json, Media, Webhook


class Objects:
    """Uploads and downloads, health, subscriptions and webhook addresses."""

    def __init__(self, graph: Graph) -> None:
        self.graph = graph
        self.clock = graph.clock
        self.world = graph.world
        self.courier = graph.courier

    async def upload(self, request: web.Request) -> web.StreamResponse:
        """``POST /{v}/{phone_number_id}/media``."""
        account = self.graph.number(request)
        fault = self._media_fault()
        if fault is not None and fault.kind != "hang":
            return await self.graph.instead(fault)
        form = await request.post()
        if fault is not None:
            await self.world.released.wait()
        file = form.get("file")
        if form.get("messaging_product") != "whatsapp" or not isinstance(file, web.FileField):
            raise GraphError(100, "messaging_product and file are required")
        media_id = str(700_000_000_000_000 + self.world.next_number())
        content = file.file.read()
        mime = str(form.get("type") or file.content_type)
        now = self.clock.now()
        self.world.media[media_id] = Media(media_id, mime, content, file.filename, account.phone_number_id, now)
        return web.json_response({"id": media_id})

    async def token(self, request: web.Request) -> web.StreamResponse:
        """``GET /{v}/debug_token?input_token=``: what a token is good for; a wrong one is described, too [S]."""
        given = request.query.get("input_token", "")
        owner = next((a for a in self.world.accounts.values() if a.access_token == given), None)
        if owner is None or request.headers.get("Authorization") != f"Bearer {given}":
            raise GraphError(190, "Invalid OAuth access token - Cannot parse access token")
        valid = not owner.token_ends or owner.token_ends > self.clock.now()
        described = {
            "app_id": owner.app_id,
            "type": "SYSTEM_USER",
            "application": "LivePay",
            "expires_at": owner.token_ends // 1000,
            "is_valid": valid,
            "scopes": list(owner.token_scopes),
        }
        return web.json_response({"data": described})

    async def object(self, request: web.Request) -> web.StreamResponse:
        """``GET /{v}/{id}``: a number's health or a media's address."""
        object_id = request.match_info["id"]
        if object_id in self.world.accounts:
            return web.json_response(self._described(self.graph.number(request)))
        media = self.world.media.get(object_id)
        self.graph.authorise(request, self.world.accounts[media.owner] if media else None)
        fault = self._media_fault() if media else None
        if fault is not None:
            return await self.graph.instead(fault)
        if media is None or request.query.get("phone_number_id", media.owner) != media.owner:
            raise unknown(object_id, "get")
        url = f"{request.url.origin()}/_cdn/{media.id}?ext={self.clock.now() + MEDIA_URL_LIFE}"
        described = {
            "messaging_product": "whatsapp",
            "url": url,
            "mime_type": media.mime,
            "sha256": hashlib.sha256(media.content).hexdigest(),
            "file_size": len(media.content),
            "id": media.id,
        }
        return web.json_response(described)

    async def content(self, request: web.Request) -> web.StreamResponse:
        """The media's bytes, with the token and for five minutes only (§5.4)."""
        media = self.world.media.get(request.match_info["id"])
        if media is None or not request.query.get("ext", "").isdigit():
            raise web.HTTPNotFound
        self.graph.authorise(request, self.world.accounts[media.owner])
        if int(request.query["ext"]) < self.clock.now():
            raise web.HTTPNotFound
        return web.Response(body=media.content, headers={"Content-Type": media.mime})

    async def delete(self, request: web.Request) -> web.StreamResponse:
        """``DELETE /{v}/{media_id}``."""
        media = self.world.media.get(request.match_info["id"])
        if media is None:
            raise unknown(request.match_info["id"], "delete")
        self.graph.authorise(request, self.world.accounts[media.owner])
        del self.world.media[media.id]
        return web.json_response({"success": True})

    def _media_fault(self) -> Fault | None:
        self.graph.count("media")
        return self.world.take_fault("media")

    async def configure(self, request: web.Request) -> web.StreamResponse:
        """``POST /{v}/{phone_number_id}``: the number's own webhook address."""
        account = self.graph.number(request)
        configuration = (await read_json(request)).get("webhook_configuration")
        if not isinstance(configuration, dict):
            raise GraphError(100, "webhook_configuration is required")
        account.number_webhook = await self._override(configuration)
        return web.json_response({"success": True})

    async def account_edge(self, request: web.Request) -> web.StreamResponse:
        """``/{v}/{waba_id}/subscribed_apps`` and ``/phone_numbers``."""
        waba_id = request.match_info["id"]
        accounts = self.world.waba(waba_id)
        if not accounts:
            self.graph.authorise(request, None)
            raise unknown(waba_id, request.method.lower())
        self.graph.authorise(request, accounts[0])
        if request.match_info["edge"] == "phone_numbers":
            shown = ("id", "display_phone_number", "verified_name")
            listed = [{k: v for k, v in self._described(a).items() if k in shown} for a in accounts]
            return web.json_response({"data": listed})
        if request.method == "GET":
            app = {"whatsapp_business_api_data": {"id": "1", "name": "LivePay", "link": "https://example.org/"}}
            return web.json_response({"data": [app] if accounts[0].subscribed else []})
        override = await self._override(await read_json(request)) if request.method == "POST" else None
        for account in accounts:
            account.subscribed = request.method == "POST"
            account.account_webhook = override
        self.courier.nudge()
        return web.json_response({"success": True})

    async def _override(self, asked: Json) -> Webhook | None:
        url = asked.get("override_callback_uri")
        if not url:
            return None
        if not isinstance(url, str) or len(url) > 200:
            raise GraphError(100, "override_callback_uri must be at most 200 characters")
        webhook = Webhook(url, str(asked.get("verify_token", "")))
        await self.graph.verify(webhook)
        return webhook

    def _described(self, account: Account) -> Json:
        places = {"application": account.app_webhook, "whatsapp_business_account": account.account_webhook}
        places["phone_number"] = account.number_webhook
        entities = [{"entity_type": "PHONE_NUMBER", "id": account.phone_number_id, "can_send_message": "AVAILABLE"}]
        return {
            "id": account.phone_number_id,
            "display_phone_number": account.display_phone,
            "verified_name": account.name,
            "quality_rating": "GREEN",
            "code_verification_status": "VERIFIED",
            "platform_type": "CLOUD_API",
            "throughput": {"level": "STANDARD"},
            "webhook_configuration": {k: w.url for k, w in places.items() if w is not None and w.url},
            "health_status": {"can_send_message": "AVAILABLE", "entities": entities},
            "whatsapp_business_manager_messaging_limit": "TIER_250",
            **account.health,
        }
