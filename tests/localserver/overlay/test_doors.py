"""Who may look, what an address may say, and how often."""

from __future__ import annotations

import pytest

from core.bootstrap.chat import overlay_urls
from core.kernel.clock import MINUTE
from core.live import service as live
from tests.localserver.overlay.conftest import picture, show
from tests.support.payshop import PayShop

NO_STORE = "Aucune boutique n’est montrée ici."
FRENCH = {"Accept-Language": "fr"}


def path(shop: PayShop, query: str = "", part: str = "") -> str:
    return f"/overlay/{shop.shop.slug}{part}{query}"


async def test_the_page_is_one_small_answer_with_a_strict_policy(on_air: PayShop) -> None:
    status, headers, body = await on_air.get(path(on_air))
    assert status == 200
    assert len(body.encode()) < 16_000
    policy = headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "script-src 'sha256-" in policy
    assert "unsafe-inline" not in policy.split("script-src")[1]
    assert headers["X-Frame-Options"] == "DENY"
    assert "http" not in body.replace("https://", "http").split("<script>")[0].split("</style>")[1]


@pytest.mark.parametrize("part", ["", "/events", "/logo", "/photo/1"])
async def test_an_unknown_store_is_told_in_one_sentence(on_air: PayShop, part: str) -> None:
    status, headers, body = await on_air.get(f"/overlay/nobody{part}", headers=FRENCH)
    assert (status, headers["Content-Type"].split(";")[0]) == (404, "text/html")
    assert NO_STORE in body


@pytest.mark.parametrize(
    "asked",
    [
        {"Host": "boutique.exemple.sn"},
        {"X-Forwarded-For": "41.82.0.1"},
        {"Forwarded": "for=41.82.0.1"},
        {"Cf-Connecting-Ip": "41.82.0.1"},
        {"Host": "127.0.0.1.exemple.sn:8787"},
        {"Host": ""},
    ],
    ids=str,
)
@pytest.mark.parametrize("part", ["", "/events", "/photo/1"])
async def test_from_elsewhere_the_key_is_needed(on_air: PayShop, asked: dict[str, str], part: str) -> None:
    """A tunnel's program connects from this computer: the loopback address alone opens nothing."""
    unknown = (await on_air.get(f"/overlay/nobody{part}", headers={**FRENCH, **asked}))[2]
    for query in ("", "?key=", "?key=é", f"?key={'0' * 32}", f"?key={on_air.shop.overlay_key[:-1]}"):
        status, _, body = await on_air.get(path(on_air, query, part), headers={**FRENCH, **asked})
        assert (status, body) == (404, unknown)
    if part != "/events":
        opened = await picture(on_air, path(on_air, f"?key={on_air.shop.overlay_key}", part), **asked)
        assert opened[0] == 200


@pytest.mark.parametrize("host", ["127.0.0.1", "127.0.0.1:8787", "localhost:8787", "LOCALHOST", "[::1]:8787", "[::1]"])
async def test_obs_on_this_computer_needs_none(on_air: PayShop, host: str) -> None:
    assert (await on_air.get(path(on_air), headers={"Host": host}))[0] == 200


async def test_the_key_is_long_stays_and_is_another_in_each_store(on_air: PayShop) -> None:
    here, outside = overlay_urls(on_air.shop)
    key = on_air.shop.overlay_key
    assert len(key) == 32
    assert (here.endswith(path(on_air)), outside) == (True, f"{on_air.url}{path(on_air)}?key={key}")
    on_air.shop.settings.set("public_url", "")
    assert overlay_urls(on_air.shop)[1] == ""


@pytest.mark.parametrize(
    ("query", "named"),
    [
        ("?theme=rose", "theme=rose"),
        ("?lang=de", "lang=de"),
        ("?position=top", "position=top"),
        ("?show=product,prix", "show=product,prix"),
        ("?size=500", "size=500"),
        ("?size=-1", "size=-1"),
        ("?size=²", "size=²"),
        ("?theme=%3Cscript%3E", "theme=&lt;script&gt;"),
    ],
)
async def test_an_option_that_cannot_be_is_said_on_the_page(on_air: PayShop, query: str, named: str) -> None:
    status, _, body = await on_air.get(path(on_air, query), headers=FRENCH)
    assert status == 400
    assert f"L’adresse dit {named}\u202f: choisissez parmi" in body
    assert (await on_air.get(path(on_air, query, "/events")))[0] == 400


async def test_options_shape_the_page(on_air: PayShop) -> None:
    query = "?theme=light&lang=mg&show=qr,stock&position=bottom&size=80&unknown=1"
    status, _, body = await on_air.get(path(on_air, query))
    assert status == 200
    for said in ('lang="mg"', 'data-theme="light"', 'data-position="bottom"', 'data-show="qr stock"', "--size:0.8"):
        assert said in body


async def test_only_photos_this_live_has_shown_are_given(on_air: PayShop) -> None:
    robe, bag = on_air.products["ROBE1"], on_air.products["SAC2"]
    assert (await picture(on_air, path(on_air, part=f"/photo/{bag}")))[0] == 404
    show(on_air, bag)
    assert await picture(on_air, path(on_air, part=f"/photo/{robe}")) == (200, "image/jpeg")  # shown a moment ago
    on_air.shop.engine.call(live.end)
    assert (await picture(on_air, path(on_air, part=f"/photo/{robe}")))[0] == 404
    assert (await picture(on_air, path(on_air, part="/photo/999999999999999")))[0] == 404


async def test_too_many_tries_are_slowed_and_obs_is_not_starved(on_air: PayShop) -> None:
    outside = {"X-Forwarded-For": "41.82.0.1", **FRENCH}
    answers = [(await on_air.get(path(on_air, f"?key={n}"), headers=outside))[0] for n in range(61)]
    assert answers == [404] * 60 + [429]
    assert "attendez quelques secondes" in (await on_air.get(path(on_air), headers=outside))[2]
    assert (await on_air.get(path(on_air)))[0] == 200
    on_air.clock.advance(MINUTE)
    assert (await on_air.get(path(on_air), headers=outside))[0] == 404
