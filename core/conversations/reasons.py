"""Why a person is asked for: the words of the journal and the API, what they say, and how pressing each is. Pure."""

from __future__ import annotations

from typing import Final

# word → (sentence, a message id of the domain ``errors``; how pressing, 0 first: money or somebody upset, then a
# question that only the shop can answer, then what the bot could not read).
REASONS: Final[dict[str, tuple[str, int]]] = {
    "payment_problem": ("Tried to pay and could not.", 0),
    "no_public_url": ("Wants to pay, but the store has no public address: no link can be opened.", 0),
    "complaint": ("Complains about something.", 0),
    "human": ("Asks for a person.", 0),
    "unanswered": ("Was left without an answer.", 0),
    "change": ("Wants to change an order.", 1),
    "call": ("Has paid for a time: call to confirm it.", 1),
    "slot": ("Wants a time, and none is free.", 1),
    "haggling": ("Asks for a lower price, and insists.", 1),
    "limit": ("Wants to order beyond your limits.", 1),
    "quote": ("Asks for a quote or a wholesale price.", 1),
    "question": ("Asks something that only you know.", 1),
    "script": ("Writes in a script that the bot cannot read.", 2),
    "voice": ("Sent a voice message; the bot cannot listen.", 2),
    "media": ("Sent something the bot cannot read.", 2),
    "paused": ("The bot is paused: nobody has answered yet.", 1),
    "not_understood": ("The bot did not understand the last message.", 2),
    "old_message": ("This message came more than 12 hours late: the bot did not act on it.", 2),
}
OTHER: Final = ("The bot needs you here.", 2)


def said(reason: str | None) -> str:
    """The sentence of a reason, as a message id."""
    return REASONS.get(reason or "", OTHER)[0]


def weight(reason: str | None) -> int:
    """0 before 1 before 2."""
    return REASONS.get(reason or "", OTHER)[1]


def outweighs(reason: str, before: str) -> bool:
    """Whether a person should rather be told this: money that is in doubt, then who asks for somebody, then weight."""
    if before in (reason, "payment_problem"):
        return False
    return reason in ("payment_problem", "human") or weight(reason) < weight(before)


def by_weight(column: str) -> str:
    """The same as SQL, over a column that holds the word."""
    cases = " ".join(f"WHEN '{word}' THEN {number}" for word, (_, number) in REASONS.items())
    return f"CASE {column} {cases} ELSE {OTHER[1]} END"
