"""WhatsApp Business Cloud API: one number's calls to the Graph API (reference whatsapp §1, §5, §7)."""

from __future__ import annotations

import base64
import hashlib
import hmac
import secrets
from collections.abc import Mapping
from typing import Any, Final
from urllib.parse import quote, urlsplit

from core.adapters import whatsapp_health as health
from core.adapters import whatsapp_templates as forms
from core.adapters.http import BadReply, Http, NoAnswer, Reply
from core.conversations import outgoing, sendcodes
from core.conversations.channel import MediaUnavailable, NotSent, SendRefused, Sent, Unclear
from core.conversations.incoming import identify
from core.conversations.outgoing import Outgoing
from core.conversations.templatedesk import Handed
from core.kernel.errors import LivePayError, Refused
from core.payments.provider import Finding
from core.templates.rules import SUBMITTED, Seen, Words, stands

MEDIA_TIMEOUT: Final = 120.0
MEDIA_LIMIT: Final = 8 * 1024 * 1024
"""Bytes of one downloaded file: the shared client's own limit. A photo has at most 5 MB; longer videos are left."""
MEDIA_HOSTS: Final = ("lookaside.fbsbx.com", ".fbsbx.com", ".fbcdn.net", ".whatsapp.net")
"""Hosts that may be given the token to fetch a file (§5.4; the list is not documented by Meta [S][U])."""
CALLBACK_LIMIT: Final = 200
TEMPLATE_PAGES: Final = 100
"""Pages of a hundred: an account has at most 6 000 templates (§5.5)."""


class WhatsApp:
    """A :class:`core.conversations.channel.Channel` over the Graph API. Holds the token, shows it to nobody."""

    def __init__(
        self,
        http: Http,
        *,
        base_url: str,
        api_version: str,
        phone_number_id: str,
        waba_id: str,
        access_token: str,
    ) -> None:
        self._http = http
        self._origin = _origin(base_url)
        self._root = f"{base_url.rstrip('/')}/{api_version}"
        self._phone_number_id = phone_number_id
        self._number = quote(phone_number_id, safe="")
        self._waba = quote(waba_id, safe="")
        self._missing = health.missing(access_token, phone_number_id, waba_id)
        self._token = access_token
        self._auth = {"Authorization": f"Bearer {access_token}"}

    async def send(self, message: Outgoing, to: Mapping[str, str], callback: str | None = None) -> Sent:
        """Hand over one message. Raises SendRefused, NotSent, Unclear."""
        reply = await self._call("POST", f"{self._number}/messages", json=outgoing.envelope(message, to, callback))
        answer = _object(reply)
        if answer is None:
            raise Unclear(f"status {reply.status}, unreadable answer")
        contact = _first(answer.get("contacts"))  # may be missing: the message is taken all the same (§5.1)
        who = identify(contact.get("wa_id"), contact.get("user_id"))
        wamid = _first(answer.get("messages")).get("id")
        return Sent(wamid if isinstance(wamid, str) and wamid else None, who.wa_id, who.bsuid)

    async def mark_read(self, wamid: str, typing: bool = False) -> None:
        """Blue ticks, and "writing…" for up to 25 s. Raises SendRefused, NotSent, Unclear (harmless to repeat)."""
        await self._call("POST", f"{self._number}/messages", json=outgoing.read_receipt(wamid, typing))

    async def upload(self, content: bytes, filename: str, mime: str) -> str:
        """Keep a file with WhatsApp for 30 days; returns its id. Raises SendRefused, NotSent."""
        body, kind = _multipart({"messaging_product": "whatsapp", "type": mime}, content, filename, mime)
        try:
            reply = await self._call(
                "POST", f"{self._number}/media", data=body, headers={"Content-Type": kind}, timeout=MEDIA_TIMEOUT
            )
        except Unclear as error:
            raise NotSent(str(error.params["why"])) from error
        media_id = (_object(reply) or {}).get("id")
        if not isinstance(media_id, str) or not media_id:
            raise NotSent(f"status {reply.status}, no media id")
        return media_id

    async def download(self, media_id: str) -> bytes:
        """A customer's file, complete and unaltered. Raises MediaUnavailable, SendRefused, NotSent."""
        for attempt in (1, 2):
            described = await self._described(media_id)
            reply = await self._fetch(described)
            if reply.status == 404 and attempt == 1:
                continue  # its address lived 5 minutes: ask for a new one (§5.4)
            break
        if not reply.ok:
            raise MediaUnavailable(f"status {reply.status}")
        announced = described.get("sha256")
        digest = hashlib.sha256(reply.body).digest()
        if isinstance(announced, str) and announced not in (digest.hex(), base64.b64encode(digest).decode()):
            raise MediaUnavailable("not the file that was announced")  # also an HTML error page sent with 200 [S]
        return reply.body

    async def subscribe(self, callback_url: str | None = None, verify_token: str = "") -> None:
        """Have this account's events sent to the app, or to ``callback_url`` instead of the app's own (§1)."""
        body = {"override_callback_uri": _callback(callback_url), "verify_token": verify_token} if callback_url else {}
        await self._call("POST", f"{self._waba}/subscribed_apps", json=body)

    async def set_callback_override(self, callback_url: str, verify_token: str) -> None:
        """Have this number's events sent to its own address, which must answer the challenge now. Wins over the others.

        An empty ``callback_url`` takes the override back [U].
        """
        configuration = {"override_callback_uri": _callback(callback_url), "verify_token": verify_token}
        await self._call("POST", self._number, json={"webhook_configuration": configuration})

    async def led_to(self) -> str:
        """Where this number's own events go, empty when it has no address of its own. Raises SendRefused, NotSent,
        Unclear."""
        answer = await self._read(self._number, {"fields": "webhook_configuration"})
        places = answer.get("webhook_configuration")
        return str(places.get("phone_number") or "") if isinstance(places, dict) else ""

    async def health(self, callback_url: str | None = None) -> list[Finding]:
        """Is the connection usable, line by line? ``callback_url``: where events should arrive. Never raises."""
        if self._missing:
            return list(self._missing)
        try:
            number = await self._read(self._number, {"fields": ",".join(health.NUMBER_FIELDS)})
        except LivePayError as error:
            return [health.of_error(error, number=True)]
        found = health.of_number(number, callback_url)
        try:
            found.append(health.of_account(await self._read(f"{self._waba}/phone_numbers"), self._phone_number_id))
            found.append(health.of_subscription(await self._read(f"{self._waba}/subscribed_apps")))
        except LivePayError as error:
            found.append(health.of_error(error, number=False))
        return found

    async def templates(self) -> list[Seen]:
        """All of the account's templates. Raises SendRefused, NotSent, Unclear."""
        found: list[Seen] = []
        asked = {"fields": forms.FIELDS, "limit": "100"}
        for _ in range(TEMPLATE_PAGES):
            answer = await self._read(f"{self._waba}/message_templates", asked)
            listed, paging = answer.get("data"), answer.get("paging")
            if not isinstance(listed, list):
                raise Unclear("no list of templates")
            found += [each for each in map(forms.seen, listed) if each is not None]
            cursors = paging.get("cursors") if isinstance(paging, dict) and paging.get("next") else None
            after = cursors.get("after") if isinstance(cursors, dict) else None
            if not isinstance(after, str):
                return found
            asked = {**asked, "after": after}
        raise Unclear("more templates than an account can have")

    async def hand_in(self, words: Words, code: str, wa_id: str, picture: bytes | None = None) -> Handed:
        """A template for approval, new or (``wa_id``) with other words; ``picture``: a JPEG to stand above it. Raises
        SendRefused, NotSent, Unclear."""
        handle = await self._example(picture) if picture is not None else ""
        path, body = f"{self._waba}/message_templates", forms.created(words, code, handle)
        if wa_id:
            path, body = quote(wa_id, safe=""), forms.edited(words, handle)
        answer = _object(await self._call("POST", path, json=body))
        if answer is None:
            raise Unclear("unreadable answer")
        given = answer.get("id")
        category = answer.get("category")
        return Handed(
            wa_id or (str(given) if isinstance(given, str | int) else ""),
            stands(str(answer.get("status") or "")) or SUBMITTED,
            category if isinstance(category, str) else "",
        )

    async def _example(self, content: bytes) -> str:
        """A picture as an example in a template, uploaded to the app. → its handle. Raises SendRefused, NotSent.

        [U] The reference names no way; this is Graph's resumable upload: ``POST /{app}/uploads`` opens one, ``POST
        /{upload}`` with ``file_offset`` and the whole content ends it with ``h``, under an OAuth header. The app's id
        is what ``debug_token`` says of the token [S].
        """
        try:
            app = str((await self.about_token(self._token)).get("app_id") or "")
            asked = {"file_name": "example.jpg", "file_length": str(len(content)), "file_type": "image/jpeg"}
            opened = await self._call("POST", f"{quote(app, safe='')}/uploads", params=asked)
            place = str((_object(opened) or {}).get("id") or "")
            if not app or not place:
                raise NotSent("no place to upload the picture to")
            head = {"Authorization": f"OAuth {self._token}", "file_offset": "0", "Content-Type": "image/jpeg"}
            ended = await self._call("POST", quote(place, safe=":"), data=content, headers=head, timeout=MEDIA_TIMEOUT)
        except Unclear as error:  # nothing was handed in by that
            raise NotSent(str(error.params["why"])) from error
        handle = (_object(ended) or {}).get("h")
        if not isinstance(handle, str) or not handle:
            raise NotSent("no handle of the picture")
        return handle

    async def withdraw(self, name: str, wa_id: str) -> None:
        """Delete a template in one language; its name rests for 30 days. Raises SendRefused, NotSent, Unclear."""
        await self._call("DELETE", f"{self._waba}/message_templates", params={"name": name, "hsm_id": wa_id})

    async def about_token(self, access_token: str) -> dict[str, Any]:
        """What the token is good for: ``is_valid``, ``expires_at`` (Unix s, 0 never), ``scopes`` [S]; empty where Meta
        does not tell. Raises SendRefused, NotSent, Unclear."""
        described = (await self._read("debug_token", {"input_token": access_token})).get("data")
        return described if isinstance(described, dict) else {}

    async def about_number(self) -> dict[str, Any]:
        """Who the number is. Raises SendRefused, NotSent, Unclear."""
        return await self._read(self._number, {"fields": "display_phone_number,verified_name,quality_rating"})

    async def numbers_of_account(self) -> dict[str, Any]:
        """The account's numbers. Raises SendRefused, NotSent, Unclear."""
        return await self._read(f"{self._waba}/phone_numbers")

    async def prove_secret(self, app_secret: str, access_token: str) -> None:
        """A call that carries the proof of the app's secret: Meta refuses a wrong one (code 100), whatever the call.

        The proof is HMAC-SHA256 of the token under the secret (Graph API, "Securing requests" [D]). Raises SendRefused,
        NotSent, Unclear.
        """
        proof = hmac.new(app_secret.encode(), access_token.encode(), hashlib.sha256).hexdigest()
        await self._read(self._number, {"fields": "id", "appsecret_proof": proof})

    async def _read(self, path: str, params: Mapping[str, str] | None = None) -> dict[str, Any]:
        reply = await self._call("GET", path, params=params)
        answer = _object(reply)
        if answer is None:
            raise Unclear(f"status {reply.status}, unreadable answer")
        return answer

    async def _call(
        self,
        method: str,
        path: str,
        *,
        json: Any = None,
        data: bytes | None = None,
        params: Mapping[str, str] | None = None,
        headers: Mapping[str, str] | None = None,
        timeout: float | None = None,  # noqa: ASYNC109 - handed on to the client
    ) -> Reply:
        try:
            reply = await self._http.request(
                method,
                f"{self._root}/{path}",
                headers={**self._auth, **(headers or {})},
                json=json,
                data=data,
                params=params,
                timeout=timeout,
            )
        except NoAnswer as error:
            raise (Unclear(error.why) if error.sent else NotSent(error.why)) from error
        if not reply.ok:
            raise _refusal(reply)
        return reply

    async def _described(self, media_id: str) -> dict[str, Any]:
        try:
            described = await self._read(quote(media_id, safe=""), {"phone_number_id": self._phone_number_id})
        except Unclear as error:
            raise MediaUnavailable(str(error.params["why"])) from error
        size = described.get("file_size")
        if isinstance(size, int | str) and str(size).isdigit() and int(size) > MEDIA_LIMIT:
            raise MediaUnavailable(f"{int(size) // 1_000_000} MB")
        return described

    async def _fetch(self, described: Mapping[str, Any]) -> Reply:
        url = described.get("url")
        if not isinstance(url, str) or not self._may_have_token(url):
            raise MediaUnavailable("its address is not WhatsApp's")
        try:
            return await self._http.request("GET", url, headers=self._auth, timeout=MEDIA_TIMEOUT)
        except NoAnswer as error:
            raise MediaUnavailable(error.why) from error

    def _may_have_token(self, url: str) -> bool:
        origin = _origin(url)
        if origin == self._origin:
            return True
        scheme, host, port = origin
        return scheme == "https" and port in (None, 443) and any(_on(host, known) for known in MEDIA_HOSTS)


def _refusal(reply: Reply) -> SendRefused | NotSent | Unclear:
    """What an answer other than 2xx means; go by ``code``, never by the HTTP status alone (§7)."""
    error = (_object(reply) or {}).get("error")
    if isinstance(error, dict):
        code = error.get("code")
        code = code if type(code) is int else None
        data = error.get("error_data")
        details = data.get("details") if isinstance(data, dict) else None
        said = details or error.get("error_user_msg") or error.get("message")
        what = sendcodes.action(code, transient=error.get("is_transient") is True)
        return SendRefused(code, said if isinstance(said, str) else "", what)
    if reply.status >= 500:
        return Unclear(f"status {reply.status}")  # a page of some machine in between: it may have passed the message on
    return NotSent(f"status {reply.status}")


def _object(reply: Reply) -> dict[str, Any] | None:
    try:
        answer = reply.json()
    except BadReply:
        return None
    return answer if isinstance(answer, dict) else None


def _first(listed: Any) -> dict[str, Any]:
    return listed[0] if isinstance(listed, list) and listed and isinstance(listed[0], dict) else {}


def _callback(url: str) -> str:
    if len(url) > CALLBACK_LIMIT:
        raise Refused("The webhook address has more than {limit} characters.", limit=CALLBACK_LIMIT)
    return url


def _origin(url: str) -> tuple[str, str, int | None]:
    try:
        parts = urlsplit(url)
        return parts.scheme, parts.hostname or "", parts.port
    except ValueError:
        return "", "", None


def _on(host: str, known: str) -> bool:
    return host.endswith(known) if known.startswith(".") else host == known


def _multipart(fields: Mapping[str, str], content: bytes, filename: str, mime: str) -> tuple[bytes, str]:
    """A multipart/form-data body and its content type (RFC 7578). Names are made harmless, not trusted."""
    boundary = secrets.token_hex(16)
    name = quote(filename, safe=" ().-_,'") or "file"  # without a name it would not be taken for a file
    kind = mime if mime.isascii() and mime.isprintable() else "application/octet-stream"
    parts = [
        f'--{boundary}\r\nContent-Disposition: form-data; name="{key}"\r\n\r\n{value}\r\n'.encode()
        for key, value in {**fields, "type": kind}.items()
    ]
    parts.append(
        f'--{boundary}\r\nContent-Disposition: form-data; name="file"; filename="{name}"\r\n'
        f"Content-Type: {kind}\r\n\r\n".encode()
    )
    parts += [content, f"\r\n--{boundary}--\r\n".encode()]
    return b"".join(parts), f"multipart/form-data; boundary={boundary}"
