"""What stands before the pay pages: who may post, how often, and where a form may lead."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Hashable, Iterable
from typing import Final
from urllib.parse import parse_qsl, urlsplit

from aiohttp import web

from core.kernel.clock import SECOND, Clock
from core.kernel.patterns import late

_ORIGIN: Final = late(r"https?://[A-Za-z0-9.-]+(:[0-9]{1,5})?|https?://\[[0-9A-Fa-f:.]+\](:[0-9]{1,5})?")
KEYS: Final = 10_000
MAX_FORM: Final = 4096


def origin_of(url: str) -> str | None:
    """``https://host[:port]`` of an address, None when a browser would not go there or a header could not hold it."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return None
    origin = f"{parts.scheme}://{parts.netloc}"
    return origin if _ORIGIN.fullmatch(origin) else None


def origins(urls: Iterable[str]) -> tuple[str, ...]:
    """The origins of these addresses, each once, in order."""
    return tuple(dict.fromkeys(origin for url in urls if (origin := origin_of(url))))


def own_form(request: web.Request, public_urls: Iterable[str]) -> bool:
    """Did this POST come from our own page?

    The one cookie gives no right: who holds the token may act, so that a foreign page could only use a link it has been
    given. This refuses even that. Browsers without either header (very old phones) are let through.
    """
    site = request.headers.get("Sec-Fetch-Site")
    if site is not None:
        return site == "same-origin"
    origin = request.headers.get("Origin")
    if origin is None:
        return True
    host = origin.lower().partition("://")[2]
    return host in {request.host.lower(), *(urlsplit(url).netloc.lower() for url in public_urls)} - {""}


async def form_value(request: web.Request, name: str) -> str:
    """A field of a plain form; empty for anything else."""
    if request.content_type != "application/x-www-form-urlencoded" or (request.content_length or 0) > MAX_FORM:
        return ""
    text = (await request.read())[:MAX_FORM].decode("utf-8", "replace")
    try:
        return dict(parse_qsl(text, max_num_fields=10)).get(name, "")
    except ValueError:
        return ""


class Bucket:
    """Token buckets in memory: for each key ``burst`` at once, then one every ``pace`` ms; the oldest keys fall out."""

    def __init__(self, clock: Clock, burst: int, pace: int) -> None:
        self._clock = clock
        self._burst = burst
        self._pace = pace
        self._full_at: OrderedDict[Hashable, int] = OrderedDict()

    def take(self, key: Hashable) -> bool:
        """Take one; False when the bucket is empty."""
        now = self._clock.now()
        full_at = max(now, self._full_at.get(key, now))
        if full_at + self._pace > now + self._burst * self._pace:
            if full_at <= now + self._burst * self._pace:
                return False
            full_at = now  # the clock was set back: an old debt must not lock the buyer out
        self._full_at[key] = full_at + self._pace
        self._full_at.move_to_end(key)
        while len(self._full_at) > KEYS:
            self._full_at.popitem(last=False)
        return True

    @property
    def wait(self) -> int:
        """Seconds after which one more is there for certain."""
        return -(-self._pace // SECOND)
