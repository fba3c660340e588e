"""Backups in a bucket, against an independent server that speaks S3."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from pathlib import Path

import pytest
from moto.server import ThreadedMotoServer

from core.adapters.s3 import BucketPlace
from core.backups import restoring
from core.backups.places import Missing
from core.backups.snapshot import prefix_of
from core.bootstrap import create_store, open_shop
from core.kernel.errors import OutsideWorld
from core.storage import backup
from core.storage.folder import Home


@pytest.fixture(scope="module")
def endpoint() -> Iterator[str]:
    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    server = ThreadedMotoServer("127.0.0.1", 0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    yield f"http://{host}:{port}"
    server.stop()


@pytest.fixture
def bucket(endpoint: str) -> BucketPlace:
    import urllib.request

    urllib.request.urlopen(urllib.request.Request(f"{endpoint}/moto-api/reset", method="POST")).close()
    urllib.request.urlopen(urllib.request.Request(f"{endpoint}/shop", method="PUT")).close()
    return BucketPlace(endpoint, "shop", "", "key", "secret")


def test_pieces_come_and_go(bucket: BucketPlace) -> None:
    bucket.put("awa/pieces/ab/abcd", b"one")
    bucket.put("awa/pieces/ab/abcd", b"two")
    bucket.put("awa/snapshots/1.snapshot", b"")
    assert bucket.get("awa/pieces/ab/abcd") == b"two"
    assert bucket.get("awa/snapshots/1.snapshot") == b""
    assert sorted(bucket.names()) == ["awa/pieces/ab/abcd", "awa/snapshots/1.snapshot"]
    assert bucket.names("awa/pieces") == ["awa/pieces/ab/abcd"]
    bucket.remove("awa/pieces/ab/abcd")
    bucket.remove("awa/pieces/ab/abcd")
    with pytest.raises(Missing, match="abcd"):
        bucket.get("awa/pieces/ab/abcd")


def test_what_is_wrong_is_said_in_a_sentence(endpoint: str, bucket: BucketPlace) -> None:
    for place in (
        BucketPlace(endpoint, "nobodys", "", "key", "secret"),
        BucketPlace("http://127.0.0.1:1", "b", "", "k", "s"),
    ):
        with pytest.raises(OutsideWorld) as caught:
            place.put("x", b"1")
        assert place.label in str(caught.value)
        assert "\n" not in str(caught.value)


def test_a_store_comes_back_from_a_bucket(endpoint: str, bucket: BucketPlace, tmp_path: Path) -> None:
    home = Home(tmp_path / "home")
    card = create_store(home, "Chez Awa", "SN")
    shop = open_shop(home, card.slug)
    for key, value in (("to", "bucket"), ("s3_endpoint", endpoint), ("s3_bucket", "shop")):
        shop.settings.set(f"backup.{key}", value)
    shop.settings.set_secret("backup.s3_access_key", "key")
    shop.settings.set_secret("backup.s3_secret_key", "secret")
    shop.keeper.look()
    assert shop.keeper.state.problem == ""
    assert shop.keeper.state.rehearsed_at is not None
    shop.close()
    home.delete(card.slug)
    found = restoring.restore(home, bucket, prefix_of(card), backup.recovery_key(home, create=False))
    shop = open_shop(home, found.slug)
    assert shop.settings.get("backup.s3_bucket") == "shop"
    assert shop.settings.secret("backup.s3_secret_key") == "secret"
    shop.close()
