"""What the simulated Graph API takes and refuses, in Meta's own codes (reference whatsapp §5.2, §7).

Written from the reference and not from :mod:`core.conversations.limits`, so that the two check each other.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, Final

from aiohttp import web

Json = dict[str, Any]

TITLES: Final[dict[int, str]] = {
    0: "AuthException",
    1: "API Unknown",
    2: "API Service",
    3: "API Method",
    4: "API Too Many Calls",
    10: "Permission Denied",
    200: "Permissions error",
    33: "Parameter value is not valid",
    100: "Invalid parameter",
    190: "Access token has expired",
    368: "Temporarily blocked for policies violations",
    80007: "Rate limit issues",
    130429: "Rate limit hit",
    130472: "User's number is part of an experiment",
    130497: "Business account is restricted from messaging users in this country.",
    131000: "Something went wrong",
    131005: "Access denied",
    131008: "Required parameter is missing",
    131009: "Parameter value is not valid",
    131016: "Service unavailable",
    131021: "Recipient cannot be sender",
    131026: "Message undeliverable",
    131030: "Recipient phone number not in allowed list",
    131031: "Account has been locked",
    131037: "Display name approval needed before message can be sent",
    131042: "Business eligibility payment issue",
    131045: "Incorrect certificate",
    131047: "Re-engagement message",
    131048: "Spam rate limit hit",
    131049: "Meta chose not to deliver",
    131050: "User has stopped receiving marketing messages",
    131051: "Unsupported message type",
    131052: "Media download error",
    131053: "Media upload error",
    131056: "(Business Account, Consumer Account) pair rate limit hit",
    131057: "Account in maintenance mode",
    132000: "Template Param Count Mismatch",
    132001: "Template does not exist",
    132005: "Template hydrated text too long",
    132007: "Template format character policy violated",
    132012: "Template parameter format mismatch",
    132015: "Template is Paused",
    132016: "Template is Disabled",
    133010: "Phone number not registered",
    135000: "Generic user error",
}
_HELP: Final = "https://developers.facebook.com/docs/whatsapp/cloud-api/support/error-codes/"
_STATUS: Final[dict[int, int]] = {
    0: 401,
    190: 401,
    3: 500,
    10: 403,
    200: 403,
    1: 400,
    2: 503,
    4: 400,
    368: 403,
    131000: 500,
    131005: 403,
    131016: 500,
    131031: 403,
    131037: 400,
    131045: 500,
    131057: 500,
    132001: 404,
    133004: 503,
}


class GraphError(Exception):
    """A refusal in Meta's shape; ``details`` says what exactly, ``told`` to the person who asked."""

    def __init__(
        self, code: int, details: str = "", *, subcode: int | None = None, status: int | None = None, told: str = ""
    ) -> None:
        super().__init__(code, details)
        self.code = code
        self.details = details
        self.subcode = subcode
        self.told = told
        self.status = status or _STATUS.get(code, 400)

    def response(self, trace: str) -> web.Response:
        title = TITLES.get(self.code, "Unknown error")
        error: Json = {"message": f"(#{self.code}) {title}", "type": "OAuthException", "code": self.code}
        if self.details:
            error["error_data"] = {"messaging_product": "whatsapp", "details": self.details}
        if self.subcode is not None:
            error["error_subcode"] = self.subcode
        if self.told:
            error |= {"error_user_title": "Invalid parameter", "error_user_msg": self.told}
        if self.code in (1, 2, 131000, 131016):
            error["is_transient"] = self.code != 131000
        error["fbtrace_id"] = trace
        return web.json_response({"error": error}, status=self.status)

    def as_status_error(self) -> Json:
        """The same problem in a ``failed`` status."""
        title = TITLES.get(self.code, "Unknown error")
        data = {"details": self.details or title}
        return {
            "code": self.code,
            "title": title,
            "message": title,
            "error_data": data,
            "href": "https://…/error-codes/",
        }


def length(text: str) -> int:
    """UTF-16 units, as strict as it may be (§5.1 [U])."""
    return sum(2 if ord(char) > 0xFFFF else 1 for char in text)


def check(body: Json) -> None:
    """Raises GraphError when a message's own shape or size is not allowed."""
    if body.get("messaging_product") != "whatsapp":
        raise GraphError(100, "Invalid parameter: messaging_product")
    type_ = body.get("type", "text")
    checker = _TYPES.get(type_) if isinstance(type_, str) else None
    if checker is None:
        raise GraphError(100, f"Param type must be one of {sorted(_TYPES)}")
    part = body.get(type_)
    if type_ == "contacts":
        if not isinstance(part, list) or not part:
            raise GraphError(131008, "contacts is required")
        return
    if not isinstance(part, dict):
        raise GraphError(131008, f"{type_} is required")
    mark = body.get("biz_opaque_callback_data")
    if mark is not None:
        _text(mark, "biz_opaque_callback_data", 512)
    context = body.get("context")
    if context is not None:
        if type_ == "reaction":
            raise GraphError(131009, "context is not allowed with reaction")
        _text(context.get("message_id") if isinstance(context, dict) else None, "context.message_id", 512)
    checker(part)


def _text(value: Any, name: str, limit: int, *, code: int = 131009) -> str:
    if not isinstance(value, str) or not value.strip():
        raise GraphError(131008, f"{name} is required")
    if length(value) > limit:
        raise GraphError(code, f"{name} length invalid. Min length: 1, Max length: {limit}")
    return value


def _check_text(part: Json) -> None:
    _text(part.get("body"), "text['body']", 4096, code=100)


def _check_media(part: Json) -> None:
    if not part.get("id") and not part.get("link"):
        raise GraphError(131008, "either id or link is required")
    if part.get("link") and not str(part["link"]).startswith("https://"):
        raise GraphError(131009, "link must be https")
    if part.get("caption") is not None:
        _text(part["caption"], "caption", 1024)


def _check_reaction(part: Json) -> None:
    _text(part.get("message_id"), "reaction['message_id']", 512)
    if not isinstance(part.get("emoji"), str):
        raise GraphError(131008, "reaction['emoji'] is required")


def _check_location(part: Json) -> None:
    if not all(isinstance(part.get(k), int | float | str) for k in ("latitude", "longitude")):
        raise GraphError(131008, "latitude and longitude are required")


def _check_template(part: Json) -> None:
    _text(part.get("name"), "template['name']", 512)
    language = part.get("language")
    _text(language.get("code") if isinstance(language, dict) else None, "template['language']['code']", 12)


def _check_interactive(part: Json) -> None:
    kind = part.get("type")
    checker = _INTERACTIVE.get(kind) if isinstance(kind, str) else None
    if checker is None:
        raise GraphError(131009, f"interactive['type'] must be one of {sorted(_INTERACTIVE)}")
    body = part.get("body")
    _text(body.get("text") if isinstance(body, dict) else None, "interactive['body']['text']", 1024)
    footer, header = part.get("footer"), part.get("header")
    if footer is not None:
        _text(footer.get("text") if isinstance(footer, dict) else None, "interactive['footer']['text']", 60)
    if header is not None:
        _check_header(header, text_only=kind == "list")
    action = part.get("action")
    if not isinstance(action, dict):
        raise GraphError(131008, "interactive['action'] is required")
    checker(action)


def _check_header(header: Any, text_only: bool) -> None:
    kind = header.get("type") if isinstance(header, dict) else None
    if kind == "text":
        _text(header.get("text"), "interactive['header']['text']", 60)
    elif kind in ("image", "video", "document") and not text_only:
        _check_media(header.get(kind) if isinstance(header.get(kind), dict) else {})
    else:
        raise GraphError(131009, "interactive['header']['type'] is not allowed here")


def _check_buttons(action: Json) -> None:
    buttons = action.get("buttons")
    if not isinstance(buttons, list) or not 1 <= len(buttons) <= 3:
        raise GraphError(131009, "Invalid buttons count. Min allowed buttons: 1, Max allowed buttons: 3")
    replies = [b.get("reply") if isinstance(b, dict) and b.get("type") == "reply" else None for b in buttons]
    for reply in replies:
        if not isinstance(reply, dict):
            raise GraphError(131009, "buttons must be of type reply")
        title = _text(reply.get("title"), "Button title", 20)
        if "\n" in title:
            raise GraphError(131009, "Button title must be on one line")
        _text(reply.get("id"), "Button id", 256)
    _unique([r["id"] for r in replies if r], "Button id")
    _unique([r["title"] for r in replies if r], "Button title")


def _check_list(action: Json) -> None:
    _text(action.get("button"), "interactive['action']['button']", 20)
    sections = action.get("sections")
    if not isinstance(sections, list) or not 1 <= len(sections) <= 10:
        raise GraphError(131009, "Invalid sections count. Min allowed: 1, Max allowed: 10")
    ids: list[str] = []
    for section in sections:
        rows = section.get("rows") if isinstance(section, dict) else None
        if not isinstance(rows, list) or not rows:
            raise GraphError(131009, "Section rows are required")
        if len(sections) > 1 or "title" in section:
            _text(section.get("title"), "Section title", 24)
        for row in rows:
            if not isinstance(row, dict):
                raise GraphError(131009, "Row is not valid")
            ids.append(_text(row.get("id"), "Row id", 200))
            _text(row.get("title"), "Row title", 24)
            if "description" in row:
                _text(row["description"], "Row description", 72)
    if len(ids) > 10:
        raise GraphError(131009, "Total row count exceed max allowed count: 10")
    _unique(ids, "Row id")


def _check_link(action: Json) -> None:
    parameters = action.get("parameters")
    if action.get("name") != "cta_url" or not isinstance(parameters, dict):
        raise GraphError(131009, "interactive['action']['name'] must be cta_url")
    _text(parameters.get("display_text"), "display_text", 20)
    if not _text(parameters.get("url"), "url", 2000).startswith(("https://", "http://")):
        raise GraphError(131009, "url is not valid")


def _named(name: str) -> Callable[[Json], None]:
    def checked(action: Json) -> None:
        if action.get("name") != name:
            raise GraphError(131009, f"interactive['action']['name'] must be {name}")

    return checked


def _unique(values: Sequence[str], name: str) -> None:
    if len(set(values)) != len(values):
        raise GraphError(131009, f"{name} must be unique")


def _anything(_part: Json) -> None:
    """Kinds that LivePay does not send: taken as they are."""


_INTERACTIVE: Final[dict[str, Callable[[Json], None]]] = {
    "button": _check_buttons,
    "list": _check_list,
    "cta_url": _check_link,
    "location_request_message": _named("send_location"),
    "contact_request": _named("request_contact_info"),
    "flow": _named("flow"),
    "carousel": _anything,
    "product": _anything,
    "product_list": _anything,
    "catalog_message": _anything,
}
_TYPES: Final[dict[str, Callable[[Json], None]]] = {
    "text": _check_text,
    "image": _check_media,
    "video": _check_media,
    "audio": _check_media,
    "document": _check_media,
    "sticker": _check_media,
    "location": _check_location,
    "contacts": _anything,
    "reaction": _check_reaction,
    "interactive": _check_interactive,
    "template": _check_template,
}
