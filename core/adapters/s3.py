"""Backups in a bucket of any service that speaks Amazon's S3 protocol, through obstore (Rust's object_store)."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import TYPE_CHECKING, Any, Final

from core.backups.places import MISSING, Missing
from core.kernel.errors import OutsideWorld

if TYPE_CHECKING:
    from obstore.store import S3Store

_TIMEOUT: Final = timedelta(seconds=30)
_NO_ANSWER: Final = object()


class BucketPlace:
    """A bucket. ``endpoint`` empty means Amazon's own. Names are kept below ``livepay/``."""

    def __init__(self, endpoint: str, bucket: str, region: str, access_key: str, secret_key: str) -> None:
        self.label = f"{endpoint or 's3'}/{bucket}"
        self._account = (endpoint, bucket, region, access_key, secret_key)
        self._made: S3Store | None = None

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
                client_options={"allow_http": endpoint.startswith("http://"), "timeout": _TIMEOUT},
                retry_config={"max_retries": 3, "retry_timeout": _TIMEOUT},
                **config,
            )
        return self._made

    def put(self, name: str, content: bytes) -> None:
        self._ask(lambda store: store.put(name, content))

    def put_later(self, name: str, content: bytes) -> None:
        self.put(name, content)

    def finish(self) -> None:
        """Every answer was waited for."""

    def get(self, name: str) -> bytes:
        found = self._ask(lambda store: bytes(store.get(name).bytes()), missing=None)
        if found is None:
            raise Missing(MISSING, name=name, place=self.label)
        return bytes(found)

    def names(self, folder: str = "") -> list[str]:
        return [entry["path"] for page in self._ask(lambda s: list(s.list(folder or None))) for entry in page]

    def remove(self, name: str) -> None:
        self._ask(lambda store: store.delete(name), missing=None)

    def _ask(self, question: Callable[[S3Store], Any], missing: Any = _NO_ANSWER) -> Any:
        """``missing``: what to answer for a piece, or a bucket, that is not there; else that is a failure too."""
        from obstore.exceptions import BaseError

        try:
            return question(self._store)
        except (BaseError, OSError, ValueError) as error:
            if isinstance(error, FileNotFoundError) and missing is not _NO_ANSWER:
                return missing
            detail = (str(error).strip().splitlines() or [type(error).__name__])[0][:200]
            raise OutsideWorld(
                "The backup place {place} cannot be used ({detail}).", place=self.label, detail=detail
            ) from None
