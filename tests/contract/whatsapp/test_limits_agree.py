"""Our builders and the simulator know WhatsApp's limits apart from each other; here they check each other."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from core.adapters.whatsapp import WhatsApp
from core.conversations import outgoing as out
from core.conversations.channel import Channel
from core.conversations.outgoing import Button, Outgoing, Row, Section
from core.kernel.errors import Refused
from localserver.sandbox.graph_rules import GraphError, check

TITLES = st.text("aé😀 \n*", max_size=26)
IDS = st.text("ab:😀", max_size=4) | st.integers(195, 260).map(lambda n: "x" * n)
BODIES = st.text("a \n😀", max_size=6) | st.integers(1020, 1028).map(lambda n: "x" * n)
FOOTERS = st.none() | st.text("aé ", max_size=4) | st.integers(58, 62).map(lambda n: "x" * n)
ROWS = st.builds(Row, IDS, TITLES, st.text("a😀", max_size=3) | st.integers(70, 74).map(lambda n: "x" * n))
SECTIONS = st.builds(Section, TITLES, st.lists(ROWS, max_size=6))

Made = tuple[Callable[..., Outgoing], tuple[Any, ...], dict[str, Any]]
MESSAGES: st.SearchStrategy[Made] = st.one_of(
    st.tuples(st.just(out.text), st.tuples(st.integers(4090, 4100).map(lambda n: "x" * n) | BODIES), st.just({})),
    st.tuples(
        st.just(out.buttons),
        st.tuples(BODIES, st.lists(st.builds(Button, IDS, TITLES), max_size=4)),
        st.fixed_dictionaries({"footer": FOOTERS, "header": FOOTERS}),
    ),
    st.tuples(
        st.just(out.list_message),
        st.tuples(BODIES, TITLES, st.lists(SECTIONS, max_size=11)),
        st.fixed_dictionaries({"footer": FOOTERS}),
    ),
    st.tuples(
        st.just(out.link_button),
        st.tuples(BODIES, TITLES, st.sampled_from(["https://a.b/c", "http://1.2.3.4:5/x", "ftp://a", "x"])),
        st.just({}),
    ),
)


@given(MESSAGES)
def test_what_our_builders_let_through_the_simulator_takes(made: Made) -> None:
    build, arguments, options = made
    try:
        message = build(*arguments, **options)
    except Refused:
        return
    check(out.envelope(message, {"to": "+221771234567"}, "1"))


CHOICES = st.builds(Button, st.text("ab", min_size=1, max_size=2), st.text("ab😀", min_size=1, max_size=12))


@given(st.lists(CHOICES, max_size=4))
def test_what_the_simulator_takes_our_builders_let_through(choices: list[Button]) -> None:
    wire = [{"type": "reply", "reply": {"id": c.id, "title": c.title}} for c in choices]
    part = {"type": "button", "body": {"text": "x"}, "action": {"buttons": wire}}
    try:
        check({"messaging_product": "whatsapp", "type": "interactive", "interactive": part})
    except GraphError:
        return
    assert out.buttons("x", choices).body == part


def test_the_adapter_is_a_channel() -> None:
    kind: type[Channel] = WhatsApp
    assert kind is WhatsApp
