"""Which means a buyer is offered, and in which order: what can work, as the seller wants it, wherever it is asked."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.adapters.psp import REGISTRY, provider_class
from core.bootstrap import Shop, create_store, open_shop
from core.kernel.clock import ManualClock
from core.kernel.errors import Refused
from core.payments.provider import ProviderConfig
from core.storage.folder import Home
from localserver.sandbox.psp_simulators import simulator_account


def opened(folder: Path, country: str) -> Shop:
    home = Home(folder)
    return open_shop(home, create_store(home, "Boutique", country).slug, ManualClock())


@pytest.fixture
def dakar(tmp_path: Path) -> Iterator[Shop]:
    shop = opened(tmp_path / "sn", "SN")
    yield shop
    shop.close()


@pytest.fixture
def tana(tmp_path: Path) -> Iterator[Shop]:
    shop = opened(tmp_path / "mg", "MG")
    yield shop
    shop.close()


def connect(shop: Shop, *names: str) -> None:
    """Fill in a whole account with each of these."""
    for name in names:
        for field in provider_class(name).fields:
            value = simulator_account(name).get(field.name, "")
            (shop.settings.set_secret if field.secret else shop.settings.set)(
                f"psp.{name}.{field.name}", value or field.default
            )
        shop.settings.set(f"psp.{name}.enabled", "true")


def offered(shop: Shop, amount: int = 15_000) -> list[str]:
    """The providers, each once, as the buyer sees them."""
    return list(dict.fromkeys(choice.provider for choice in shop.desk.offer.choices(amount)))


def test_only_what_works_in_the_country_is_offered(dakar: Shop, tana: Shop) -> None:
    for shop in (dakar, tana):
        connect(shop, *(provider.name for provider in REGISTRY))
    here, there = offered(dakar), offered(tana)
    assert {"wave", "bictorys", "pi_spi", "sandbox"} <= set(here)
    assert not {"mvola", "airtel_mg"} & set(here)
    assert {"mvola", "airtel_mg", "sandbox"} <= set(there)
    assert not {"wave", "bictorys", "pi_spi"} & set(there)


def test_what_is_not_filled_in_is_not_offered(dakar: Shop) -> None:
    connect(dakar, "wave", "pi_spi")
    assert offered(dakar) == ["wave", "pi_spi"]
    dakar.settings.set_secret("psp.wave.api_key", "")
    assert offered(dakar) == ["pi_spi"]
    dakar.settings.set("psp.pi_spi.alias", " ")
    assert offered(dakar) == []


def test_the_sellers_order_counts_and_those_not_named_follow(dakar: Shop) -> None:
    connect(dakar, "sandbox", "bictorys", "wave", "pi_spi")
    assert offered(dakar) == ["sandbox", "bictorys", "wave", "pi_spi"]
    assert dakar.settings.set("payments.order", " PI_SPI ,wave, ") == "pi_spi, wave"
    assert offered(dakar) == ["pi_spi", "wave", "sandbox", "bictorys"]
    dakar.settings.set("payments.order", "mvola, bictorys")  # not of this country: no harm
    assert offered(dakar) == ["bictorys", "sandbox", "wave", "pi_spi"]
    dakar.settings.set("payments.order", "")
    assert offered(dakar)[0] == "sandbox"


@pytest.mark.parametrize("order", ["paypal", "wave, wave", "wave mvola", "wave;mvola"])
def test_an_order_with_a_slip_is_refused_with_the_names(dakar: Shop, order: str) -> None:
    with pytest.raises(Refused) as caught:
        dakar.settings.set("payments.order", order)
    assert "wave" in str(caught.value.params["choices"])
    assert dakar.settings.get("payments.order") == ""


def test_the_sellers_limits_count_within_the_providers_own(dakar: Shop) -> None:
    connect(dakar, "wave", "pi_spi")
    dakar.settings.set("psp.wave.min_amount", "5000")
    dakar.settings.set("psp.wave.max_amount", "50000")
    assert [offered(dakar, amount) for amount in (4_999, 5_000, 50_000, 50_001)] == [
        ["pi_spi"],
        ["wave", "pi_spi"],
        ["wave", "pi_spi"],
        ["pi_spi"],
    ]
    dakar.settings.set("psp.wave.max_amount", str(10**12))
    assert offered(dakar, 2_000_001) == []  # Wave's own limit
    with pytest.raises(Refused):
        dakar.desk.offer.choose("wave.wave", 4_999)
    with pytest.raises(Refused):
        dakar.settings.set("psp.wave.min_amount", "-1")


@given(
    low=st.integers(0, 10**7),
    high=st.integers(0, 10**7),
    amount=st.integers(-10, 10**7),
    name=st.sampled_from([provider.name for provider in REGISTRY]),
)
def test_no_amount_outside_any_limit_is_ever_offered(low: int, high: int, amount: int, name: str) -> None:
    adapter = provider_class(name)
    country, currency = min(adapter.caps.countries), min(adapter.caps.currencies)
    config = ProviderConfig("https://x.test", country, currency, simulator_account(name), low, high)
    if adapter(config, None).takes(amount, currency, country):
        assert max(1, adapter.caps.min_amount, low) <= amount <= min(adapter.caps.max_amount, high or amount)
        assert amount % adapter.caps.multiple_of == 0
    assert not adapter(config, None).takes(amount, currency, "US")
    assert not adapter(config, None).takes(amount, "NGN", country)
