"""Backups in a bucket of any service that speaks Amazon's S3 protocol, through obstore (Rust's object_store).

Every act is bounded in time and ends within a moment when the program does; pieces go several at once, because on a
long line waiting is what takes time. Errors: docs.aws.amazon.com/AmazonS3/latest/API/ErrorResponses.html.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Coroutine
from datetime import timedelta
from typing import TYPE_CHECKING, Any, Final, TypeVar

from core.backups.pieces import Check, never
from core.backups.places import MISSING, Missing
from core.kernel.errors import OutsideWorld

if TYPE_CHECKING:
    from obstore.store import S3Store

T = TypeVar("T")

_TIMEOUT: Final = timedelta(seconds=20)  # of one request: a piece is small, also for a slow line
_RETRIED: Final = timedelta(seconds=30)  # from the first to the last try
_LONGEST: Final = 60.0  # s: whatever happens, an act is given up then
_LOOK_EVERY: Final = 0.2  # s
_TOGETHER: Final = 8
_SAID: Final = (  # what the answer holds → what to do
    ("RequestTimeTooSkewed", "The clock of this computer is too wrong for {place}: set its date and time."),
    ("InvalidAccessKeyId", "{place} does not accept these keys: enter the access key and the secret key again."),
    ("SignatureDoesNotMatch", "{place} does not accept these keys: enter the access key and the secret key again."),
    ("AccessDenied", "These keys may not use {place}: give them the right to list, read, write and delete there."),
    ("NoSuchBucket", "There is no bucket {place}: make it again at its service, or choose another place."),
)


class BucketPlace:
    """A bucket. ``endpoint`` empty means Amazon's own. Names are kept below ``livepay/``."""

    def __init__(
        self,
        endpoint: str,
        bucket: str,
        region: str,
        access_key: str,
        secret_key: str,
        *,
        timeout: timedelta = _TIMEOUT,
        longest: float = _LONGEST,
    ) -> None:
        self.label = f"{endpoint or 's3'}/{bucket}"
        self._account = (endpoint, bucket, region, access_key, secret_key)
        self._timeout = timeout
        self._longest = longest
        self._made: S3Store | None = None
        self._check: Check = never
        self._later: list[tuple[str, bytes]] = []

    @property
    def _store(self) -> S3Store:
        if self._made is None:
            from obstore.store import S3Store

            endpoint, bucket, region, access_key, secret_key = self._account
            config: dict[str, Any] = {"access_key_id": access_key, "secret_access_key": secret_key}
            if endpoint:
                config |= {"endpoint": endpoint, "virtual_hosted_style_request": False}
            self._made = S3Store(
                bucket,
                prefix="livepay",
                region=region or "us-east-1",
                client_options={"allow_http": endpoint.startswith("http://"), "timeout": self._timeout},
                retry_config={"max_retries": 3, "retry_timeout": _RETRIED},
                **config,
            )
        return self._made

    def heed(self, check: Check) -> None:
        self._check = check

    def put(self, name: str, content: bytes) -> None:
        self._ask(lambda store: store.put_async(name, content))

    def put_later(self, name: str, content: bytes) -> None:
        self._later.append((name, content))
        if len(self._later) >= _TOGETHER:
            self.finish()

    def finish(self) -> None:
        """Several at once; each answer is waited for."""
        waiting, self._later = self._later, []
        if waiting:
            self._ask(lambda store: _all([store.put_async(name, content) for name, content in waiting]))

    def abandon(self) -> None:
        self._later.clear()

    def get(self, name: str) -> bytes:
        async def read(store: S3Store) -> bytes:
            return bytes(await (await store.get_async(name)).bytes_async())

        try:
            return self._ask(read)
        except FileNotFoundError:
            raise Missing(MISSING, name=name, place=self.label) from None

    def names(self, folder: str = "") -> list[str]:
        async def read(store: S3Store) -> list[str]:
            return [entry["path"] async for page in store.list(folder or None) for entry in page]

        return self._ask(read)

    def remove(self, name: str) -> None:
        try:
            self._ask(lambda store: store.delete_async(name))
        except FileNotFoundError:
            return

    def _ask(self, question: Callable[[S3Store], Awaitable[T]]) -> T:
        """Raises OutsideWorld, Stopped; FileNotFoundError for an object that is not there."""
        from obstore.exceptions import BaseError

        try:
            return asyncio.run(self._bounded(question))
        except (BaseError, OSError, ValueError) as error:
            text = str(error)
            if isinstance(error, FileNotFoundError) and "NoSuchBucket" not in text:
                raise
            for sign, sentence in _SAID:
                if sign in text:
                    raise OutsideWorld(sentence, place=self.label) from None
            if isinstance(error, TimeoutError) or "timed out" in text or "timeout" in text:
                raise OutsideWorld("The backup place {place} does not answer.", place=self.label) from None
            detail = (text.strip().splitlines() or [type(error).__name__])[0][:200]
            raise OutsideWorld(
                "The backup place {place} cannot be used ({detail}).", place=self.label, detail=detail
            ) from None

    async def _bounded(self, question: Callable[[S3Store], Awaitable[T]]) -> T:
        """Looks up from waiting again and again: the program may be ending."""

        async def ask() -> T:
            return await question(self._store)

        task = asyncio.create_task(ask())
        try:
            async with asyncio.timeout(self._longest):
                while not (await asyncio.wait({task}, timeout=_LOOK_EVERY))[0]:
                    self._check()
            return task.result()
        finally:
            task.cancel()


async def _all(acts: list[Coroutine[Any, Any, Any]]) -> None:
    """Raises the first failure, after all have ended."""
    for answer in await asyncio.gather(*acts, return_exceptions=True):
        if isinstance(answer, BaseException):
            raise answer
