"""The demo's conversations in shops of all five kinds: everybody is served, and the books say what the story says."""

from __future__ import annotations

from core.segments.rules import NAMES
from localserver.demo.scenes import PLAYS
from localserver.demo.talks import Talks


def test_everybody_is_served_and_what_came_of_it_is_right() -> None:
    lines: list[str] = []
    checks, troubles = Talks(PLAYS, lines.append).play()
    assert troubles == []
    assert [check for check in checks if not check.agrees] == []
    assert len(checks) == 15
    assert {play.segment for play in PLAYS} == set(NAMES)
    said = "\n".join(lines)
    for words in ("alaiko ROBE1 roa", "GALA", "vient d’être pris", "Ton devis", "[DEVIS]"):
        assert words in said, words
