"""Templates of the simulated WhatsApp: handed in, listed, reviewed, sent by (reference whatsapp §3.7, §5.5, §7)."""

from __future__ import annotations

import re
from collections.abc import Collection
from typing import Any, Final

from aiohttp import web

from core.kernel.clock import SECOND
from core.kernel.patterns import late
from localserver.sandbox.graph_core import Graph, read_json, unknown
from localserver.sandbox.graph_events import Event
from localserver.sandbox.graph_rules import GraphError, length
from localserver.sandbox.graph_world import Account, Buyer, Json, Kept, Puzzled

_NAME: Final = late(r"[a-z0-9_]{1,512}")
_VARIABLE: Final = late(r"\{\{(\w+)\}\}")
_LANGUAGES: Final = frozenset({"fr", "en", "en_US", "en_GB", "fr_FR", "fr_CI"})  # no Malagasy (§5.5)
_PAGE: Final = 25
_MOST: Final = 250
_EVENTS: Final = ("APPROVED", "REJECTED", "PENDING", "PAUSED", "DISABLED", "FLAGGED", "REINSTATED", "DELETED")
# How it is listed after such an event; the others by the event's own name.
_LISTED: Final = {"REINSTATED": "APPROVED", "FLAGGED": "APPROVED"}


class Templates:
    """The account's templates and what a message made with one must be."""

    def __init__(self, graph: Graph) -> None:
        self.graph = graph
        self.world = graph.world
        self.uploads: dict[str, int] = {}
        self.examples: dict[str, bytes] = {}

    # -- the Graph API

    async def create(self, request: web.Request) -> web.StreamResponse:
        """``POST /{v}/{waba_id}/message_templates``."""
        account = self._account(request)
        body = await read_json(request)
        if (fault := self.world.take_fault("templates")) is not None:
            return await self.graph.instead(fault)
        name, language, category = (str(body.get(key) or "") for key in ("name", "language", "category"))
        if _NAME.fullmatch(name) is None:
            raise _invalid("Message template name may only have lowercase letters, digits and underscores", 2388023)
        if language not in _LANGUAGES:
            raise _invalid(f"Language {language} is not supported", 2388026)
        if category not in ("UTILITY", "MARKETING", "AUTHENTICATION"):
            raise _invalid(f"Param category must be one of UTILITY, MARKETING, AUTHENTICATION, not {category}")
        kept = self.world.kept(account.waba_id)
        if any((each.name, each.language) == (name, language) for each in kept):
            raise _invalid("There is already content in this language for this template", 2388024)
        if len(kept) >= _MOST:
            raise _invalid("The account has reached its number of templates", 2388019)
        components = _checked(body.get("components"), self.examples)
        number = str(1_600_000_000_000_000 + self.world.next_number())
        form = str(body.get("parameter_format") or "POSITIONAL").upper()
        made = Kept(number, name, language, category, "PENDING", components, format=form)
        _form_fits(made)
        kept.append(made)
        return web.json_response({"id": made.id, "status": made.status, "category": made.category})

    async def open_upload(self, request: web.Request) -> web.StreamResponse:
        """``POST /{v}/{app_id}/uploads``: a place for an example's content [U]."""
        app = request.match_info["id"]
        owner = next((account for account in self.world.accounts.values() if account.app_id == app), None)
        self.graph.authorise(request, owner)
        if (fault := self.world.take_fault("media")) is not None:
            return await self.graph.instead(fault)
        if owner is None or not request.query.get("file_length", "").isdigit():
            raise unknown(app, "post")
        if request.query.get("file_type") not in ("image/jpeg", "image/png"):
            raise _invalid("file_type must be image/jpeg or image/png")
        place = f"upload:{self.world.next_number()}"
        self.uploads[place] = int(request.query["file_length"])
        return web.json_response({"id": place})

    async def upload(self, request: web.Request) -> web.StreamResponse:
        """``POST /{v}/upload:…``: the whole content from ``file_offset`` 0. → ``h``, the handle of the example [U]."""
        place = request.match_info["id"]
        if not request.headers.get("Authorization", "").startswith("OAuth "):
            raise GraphError(190, "Invalid OAuth access token")
        content = await request.read()
        wanted = self.uploads.pop(place, None)
        if wanted is None or request.headers.get("file_offset") != "0" or len(content) != wanted:
            raise unknown(place, "post")
        handle = f"4::{place.removeprefix('upload:')}"
        self.examples[handle] = content
        return web.json_response({"h": handle})

    def has(self, request: web.Request) -> bool:
        return self.world.template_owner(request.match_info["id"]) is not None

    async def change(self, request: web.Request) -> web.StreamResponse:
        """``POST /{v}/{template_id}``: other words, reviewed anew."""
        found = self.world.template_owner(request.match_info["id"])
        if found is None:
            raise unknown(request.match_info["id"], "post")
        account, kept = found
        self.graph.authorise(request, account)
        body = await read_json(request)
        if kept.status not in ("APPROVED", "REJECTED", "PAUSED"):
            raise _invalid("Only approved, rejected or paused templates can be edited", 2388001)
        kept.components = _checked(body.get("components"), self.examples)
        _form_fits(kept)
        kept.category = str(body.get("category") or kept.category)
        kept.status, kept.reason = "PENDING", "NONE"
        return web.json_response({"success": True})

    async def listed(self, request: web.Request) -> web.StreamResponse:
        """``GET /{v}/{waba_id}/message_templates``, in pages."""
        account = self._account(request)
        if (fault := self.world.take_fault("templates")) is not None:
            return await self.graph.instead(fault)
        kept = self.world.kept(account.waba_id)
        after, limit = (
            int(request.query.get(key, default)) for key, default in (("after", "0"), ("limit", str(_PAGE)))
        )
        page = kept[after : after + limit]
        answer: Json = {"data": [each.shown() for each in page], "paging": {"cursors": {"after": str(after + limit)}}}
        if after + limit < len(kept):
            answer["paging"]["next"] = str(request.url.update_query({"after": str(after + limit)}))
        return web.json_response(answer)

    async def delete(self, request: web.Request) -> web.StreamResponse:
        """``DELETE /{v}/{waba_id}/message_templates?name=&hsm_id=``: every language, or the one of ``hsm_id``."""
        kept = self.world.kept(self._account(request).waba_id)
        name, number = request.query.get("name"), request.query.get("hsm_id")
        gone = [each for each in kept if each.name == name and number in (None, each.id)]
        if not gone:
            raise _invalid("Message template not found", 2593002)
        kept[:] = [each for each in kept if each not in gone]
        return web.json_response({"success": True})

    def _account(self, request: web.Request) -> Account:
        waba_id = request.match_info["id"]
        accounts = self.world.waba(waba_id)
        self.graph.authorise(request, accounts[0] if accounts else None)
        if not accounts:
            raise unknown(waba_id, request.method.lower())
        self.graph.count("templates")
        return accounts[0]

    # -- a reviewer's hands

    def review(self, account: Account, name: str, event: str, reason: str, language: str, category: str) -> Kept:
        """What WhatsApp decides of one, and the webhook that tells it. Raises Puzzled."""
        found = [t for t in self.world.kept(account.waba_id) if t.name == name and language in ("", t.language)]
        if not found or event not in _EVENTS:
            raise Puzzled(f"no template {name}, or no event {event}")
        kept = found[0]
        kept.status, kept.reason = _LISTED.get(event, event), reason or "NONE"
        named = {"message_template_id": int(kept.id), "message_template_name": name}
        named["message_template_language"] = kept.language
        told: Json = {"event": event, **named, "message_template_category": category or kept.category}
        told["reason"] = (reason if event == "REJECTED" else "") or "NONE"
        if event == "REJECTED" and reason:
            told["rejection_info"] = {"reason": reason, "recommendation": "Change the text and submit it again."}
        events = [Event(account, "message_template_status_update", None, told)]
        if category and category != kept.category:
            moved = {**named, "previous_category": kept.category, "new_category": category}
            events.append(Event(account, "template_category_update", None, moved))
            kept.category = category
        if event == "DELETED":
            self.world.kept(account.waba_id).remove(kept)
        self.graph.courier.post(events)
        return kept

    def prefer(self, account: Account, buyer: Buyer, marketing: bool) -> None:
        """A person stops, or allows again, advertising of this shop, in WhatsApp's own menu."""
        buyer.stopped_marketing = not marketing
        item = {
            "wa_id": buyer.phone,
            "user_id": buyer.bsuid,
            "detail": "User requested",
            "category": "marketing_messages",
        }
        item |= {"value": "resume" if marketing else "stop", "timestamp": str(self.world.clock.now() // SECOND)}
        self.graph.courier.post([Event(account, "user_preferences", "user_preferences", item)])

    # -- sending

    def fits(self, account: Account, part: Json) -> Kept:
        """The template a message names, if it may be sent like this. Raises GraphError (§7)."""
        name, code = part["name"], part["language"]["code"]
        kept = self.world.template(account, name, code)
        if kept is None or kept.status in ("PENDING", "REJECTED"):
            raise GraphError(132001, f"template name ({name}) does not exist in {code}")
        if kept.status in ("PAUSED", "DISABLED"):
            raise GraphError(132015 if kept.status == "PAUSED" else 132016, f"Template {name} is {kept.status.lower()}")
        if kept.pictured and pictured(part) not in self.world.media:
            raise GraphError(132012, "header: Format mismatch, expected IMAGE, received UNKNOWN")
        for component, most in (("HEADER", 60), ("BODY", 1024)):
            given = values(kept, part, component)
            if not all(given.values()):
                raise GraphError(131008, "Parameter of type text is missing text value")
            if length(kept.filled(component, given)) > most:
                raise GraphError(132005, f"Translated text too long: {kept.name} in {kept.language}")
        return kept


def values(kept: Kept, part: Json, component: str) -> dict[str, str]:
    """What stands for the variables of a component, by their names. Raises GraphError where they do not fit (§7)."""
    expected = kept.variables(component)
    listed = [c for c in part.get("components", []) if c.get("type") == component.lower()]
    given = [p for c in listed for p in c.get("parameters", []) if not (kept.pictured and p.get("type") == "image")]
    if len(given) != len(expected):
        counts = f"number of localizable_params ({len(given)}) does not match the expected ({len(expected)})"
        raise GraphError(132000, f"{component.lower()}: {counts}")
    names = [str(p.get("parameter_name") or "") for p in given] if kept.format == "NAMED" else expected
    if set(names) != set(expected):
        raise GraphError(132012, f"{component.lower()}: parameter_name must be one of {', '.join(expected)}")
    return {name: str(p.get("text", "")) for name, p in zip(names, given, strict=True)}


def pictured(part: Json) -> str | None:
    """The media id of the picture above a message made with a template."""
    headers = [c for c in part.get("components", []) if c.get("type") == "header"]
    given = [p for c in headers for p in c.get("parameters", []) if p.get("type") == "image"]
    return str(given[0].get("image", {}).get("id")) if len(given) == 1 else None


def said(kept: Kept, part: Json) -> str:
    """The message as the person reads it."""
    above = kept.filled("HEADER", values(kept, part, "HEADER"))
    body = kept.filled("BODY", values(kept, part, "BODY"))
    return f"{above}\n\n{body}" if above else body


def _form_fits(kept: Kept) -> None:
    """Numbered variables in one form, named ones in the other, each with its example."""
    for component, kind in (("HEADER", "header_text"), ("BODY", "body_text")):
        part = next((each for each in kept.components if each.get("type") == component), {})
        found = list(dict.fromkeys(_VARIABLE.findall(str(part.get("text", "")))))
        named = kept.format == "NAMED"
        if any(name.isdigit() == named for name in found):
            raise _invalid(f"Variables of {component} do not fit parameter_format {kept.format}", 2388073)
        key = f"{kind}_named_params" if named else kind
        example = part.get("example", {}).get(key) or []
        first = example[0] if example and isinstance(example[0], list) else example
        if len(first) != len(found):
            raise _invalid(f"Component of type {component} is missing expected field(s) (example)", 2388043)


def _invalid(message: str, subcode: int | None = None) -> GraphError:
    return GraphError(100, subcode=subcode, told=message)


def _checked(components: Any, examples: Collection[str]) -> list[Json]:
    if not isinstance(components, list):
        raise _invalid("Param components must be an array")
    bodies = [c for c in components if isinstance(c, dict) and c.get("type") == "BODY"]
    if len(bodies) != 1 or not isinstance(bodies[0].get("text"), str):
        raise _invalid("A template has exactly one BODY component", 2388042)
    text = bodies[0]["text"]
    variables = _VARIABLE.findall(text)
    if not 1 <= length(text) <= 1024:
        raise _invalid("The message body is too long", 2388040)
    if re.match(r"\{\{", text) or re.search(r"\}\}\W*$", text):
        raise _invalid("Variables can't be at the start or end of the template", 2388299)
    if variables and len(_VARIABLE.sub(" ", text).split()) < 2 * len(set(variables)) + 1:
        raise _invalid("This template has too many variables for its length", 2388293)
    numbers = {int(name) for name in variables if name.isdigit()}
    if numbers and sorted(numbers) != list(range(1, len(set(variables)) + 1)):
        raise _invalid("Variables must be numbered from {{1}} on", 2388073)
    for part in components:
        if part.get("type") == "HEADER":
            if part.get("format") == "IMAGE":
                given = part.get("example", {}).get("header_handle") or [""]
                if given[0] not in examples:
                    raise _invalid("Component of type HEADER is missing expected field(s) (example)", 2388043)
                continue
            heading = str(part.get("text", ""))
            if part.get("format") != "TEXT" or not 1 <= length(heading) <= 60 or len(_VARIABLE.findall(heading)) > 1:
                raise _invalid("The header is a text of 1 to 60 characters with at most one variable", 2388040)
        if part.get("type") == "FOOTER" and not 1 <= length(str(part.get("text", ""))) <= 60:
            raise _invalid("The footer is too long", 2388040)
        if part.get("type") == "BUTTONS":
            titles = [str(b.get("text", "")) for b in part.get("buttons", [])]
            if not 1 <= len(titles) <= 10 or not all(1 <= length(title) <= 25 for title in titles):
                raise _invalid("Buttons have 1 to 25 characters", 2388040)
    return components
