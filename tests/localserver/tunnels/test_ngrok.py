"""ngrok without its service: absent, unreachable, and what its refusals become. An open tunnel needs an account."""

from __future__ import annotations

import sys

import pytest

from localserver.tunnels.contract import Lost, Stuck
from localserver.tunnels.ngrok import NgrokTunnel


async def test_a_computer_without_it_is_told_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "ngrok", None)
    tunnel = NgrokTunnel("token")
    with pytest.raises(Stuck, match="has no ngrok"):
        await tunnel.start(8787)
    await tunnel.stop()


async def test_without_a_network_it_is_tried_again(monkeypatch: pytest.MonkeyPatch) -> None:
    """The library itself, whose way out is a proxy that nobody serves."""
    monkeypatch.setenv("HTTPS_PROXY", "http://127.0.0.1:9")
    monkeypatch.setenv("https_proxy", "http://127.0.0.1:9")
    tunnel = NgrokTunnel("2abcDEF_not-a-token")
    with pytest.raises((Lost, Stuck)) as refused:
        await tunnel.start(8787)
    await tunnel.stop()
    assert "not-a-token" not in str(refused.value)


@pytest.mark.parametrize(
    ("said", "kind", "words"),
    [
        (("failed to start session", "The authtoken is not valid", "ERR_NGROK_107"), Stuck, "does not know this"),
        (("authentication failed: ERR_NGROK_4018",), Stuck, "does not know this authtoken"),
        (("failed to bind", "not reserved", "ERR_NGROK_320"), Stuck, "has not reserved boutique.ngrok.app"),
        (("failed", "simultaneous", "ERR_NGROK_108"), Lost, "in use on another computer"),
        (("failed", "unheard of", "ERR_NGROK_9999"), Lost, "ERR_NGROK_9999"),
        (("failed to connect session", "tcp"), Lost, "check the internet connection"),
        ((), Lost, "could not be reached"),
    ],
)
def test_its_refusals_say_what_to_do(said: tuple[str, ...], kind: type[Exception], words: str) -> None:
    found = NgrokTunnel("t", "boutique.ngrok.app")._refusal(ValueError(*said))
    assert type(found) is kind
    assert words in str(found)
