"""Backups in a bucket, against an independent server that speaks S3."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from moto.server import ThreadedMotoServer

from core.adapters.s3 import BucketPlace
from core.backups import restoring
from core.backups.pieces import Stopped
from core.backups.places import Missing
from core.backups.snapshot import prefix_of
from core.bootstrap import create_store, open_shop
from core.kernel.errors import OutsideWorld
from core.kernel.i18n import explain
from core.storage import backup
from core.storage.folder import Home
from tests.core.backups.troubled import HANG, Server, troubled


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


@pytest.fixture
def server(endpoint: str, bucket: BucketPlace) -> Iterator[Server]:
    with troubled(endpoint) as made:
        yield made


def place_at(server: Server, timeout: float = 30.0, longest: float = 60.0) -> BucketPlace:
    return BucketPlace(server.url, "shop", "", "key", "secret", timeout=timedelta(seconds=timeout), longest=longest)


@pytest.mark.parametrize(
    ("fault", "said"),
    [
        ((403, "InvalidAccessKeyId"), "enter the access key and the secret key again"),
        ((403, "SignatureDoesNotMatch"), "enter the access key and the secret key again"),
        ((403, "AccessDenied"), "may not use"),
        ((403, "RequestTimeTooSkewed"), "set its date and time"),
        ((404, "NoSuchBucket"), "There is no bucket"),
    ],
    ids=lambda value: value[1] if isinstance(value, tuple) else "",
)
def test_a_refusal_says_what_to_do_and_the_next_backup_recovers(
    server: Server, fault: tuple[int, str], said: str
) -> None:
    place = place_at(server)
    server.always = fault
    acts: list[Callable[[], object]] = [
        lambda: place.put("a/pieces/x", b"1"),
        lambda: place.get("a/pieces/x"),
        place.names,
    ]
    for act in acts:
        with pytest.raises(OutsideWorld, match=said) as caught:
            act()
        assert not isinstance(caught.value, Missing)
        assert place.label in explain(caught.value, "fr")
    server.always = None
    place.put("a/pieces/x", b"1")
    assert place.get("a/pieces/x") == b"1"


def test_a_busy_service_is_asked_again(server: Server) -> None:
    place = place_at(server)
    server.plan.extend([(503, "SlowDown"), (500, "InternalError")])
    place.put("a/pieces/x", b"1")
    assert server.asked == 3
    assert place.get("a/pieces/x") == b"1"


def test_a_service_that_hangs_is_given_up_in_a_bounded_time(server: Server) -> None:
    server.always = HANG
    began = time.monotonic()
    with pytest.raises(OutsideWorld, match="does not answer"):
        place_at(server, timeout=0.3, longest=1.0).put("a/pieces/x", b"1")
    assert time.monotonic() - began < 25, "long before the server lets go"


def test_a_hanging_upload_ends_when_the_program_does(server: Server) -> None:
    server.always = HANG
    ending = threading.Event()

    def check() -> None:
        if ending.is_set():
            raise Stopped

    place = BucketPlace(server.url, "shop", "", "key", "secret")
    place.heed(check)
    raised: list[BaseException] = []

    def put() -> None:
        try:
            place.put("a/pieces/x", b"1")
        except Stopped as error:
            raised.append(error)

    thread = threading.Thread(target=put)
    thread.start()
    while not server.asked:
        threading.Event().wait(0.01)
    ending.set()
    thread.join(60)
    assert not thread.is_alive()
    assert len(raised) == 1


def test_pieces_put_together_are_all_there_or_the_failure_is_told(server: Server) -> None:
    place = place_at(server)
    for number in range(20):
        place.put_later(f"a/pieces/{number}", bytes([number]))
    place.finish()
    assert len(place.names("a/pieces")) == 20
    server.always = (403, "AccessDenied")
    place.put_later("a/pieces/more", b"x")
    with pytest.raises(OutsideWorld, match="may not use"):
        place.finish()
