"""What the pay page shows, as plain values for its template."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from typing import Final
from urllib.parse import quote

from markupsafe import Markup
from msgspec import Struct

from core.bootstrap import Shop
from core.bootstrap.chat import chat_url
from core.kernel.clock import MINUTE
from core.kernel.errors import Refused
from core.kernel.money import currency_sign, format_amount
from core.kernel.phone import national, normalise
from core.paylinks.queries import LinkView, Means, open_page
from core.paylinks.rules import Standing, clock_from, payable, settled, standing
from core.payments.offer import Choice
from core.storage.pictures import find
from localserver.pay.pictures import version
from localserver.pay.words import Words

MOST_TYPED: Final = 32  # characters of a phone number shown again
_SOLD: Final = (Standing.DEPOSIT_PAID, Standing.ON_TERMS)
SHOWN_LINES: Final = 2
"""More products than this fold away below the first, so that the means of payment stay above the fold."""


class Item(Struct, frozen=True):
    """``photo``: address of the small picture, relative to the page; None shows a drawing instead."""

    title: str
    sku: str
    quantity: int
    photo: str | None


class Offer(Struct, frozen=True):
    """One means of payment. ``note``: who carries it, where two would read the same; ``chosen``: the gold edge."""

    value: str
    label: str
    within: str
    colour: str
    note: str
    chosen: bool


class Question(Struct, frozen=True):
    """The number whose phone is to approve. ``phone``: typed already, or the buyer's own where it is this operator's;
    ``wrong``: what was typed cannot be one."""

    value: str
    label: str
    phone: str
    wrong: bool


class Prompt(Struct, frozen=True):
    """A request that waits on the phone ``number``; ``value``: the means that sent it."""

    value: str
    number: str


class Code(Struct, frozen=True):
    """What a bank's app scans (``picture``), or a buyer types. ``claimed``: the shop is asked to confirm."""

    picture: Markup
    alias: str
    ref: str
    claimed: bool


class Page(Struct, frozen=True):
    """Times are texts but ``left`` and ``clock_from`` (ms) and ``minutes``; ``refresh``: s, for phones without script.

    ``question``: a number to ask for first; ``prompt``, ``code``: how the payment under way is made; ``by_phone``: the
    last means asks phones. ``asked``: the sum to pay now, only the ``deposit`` or all that is ``due``. ``scan``: the
    app's link as a code, for another phone than the page's. ``tried``: the means of the last attempt, ``trying`` while
    its end is not known; ``asking``: some attempt may still bring money. Amounts but the big one (``amount`` and its
    ``sign``) in smallest units. ``above``: the most the shop takes for one order, where this is more. ``privacy``: the
    page about the buyer's data.
    """

    token: str
    version: str
    standing: Standing
    payable: bool
    final: bool
    store: str
    city: str
    initials: str
    logo: str | None
    shown: tuple[Item, ...]
    folded: tuple[Item, ...]
    amount: str
    sign: str
    reference: str
    deadline: str
    left: int
    clock_from: int
    minutes: int
    refresh: int
    offers: tuple[Offer, ...]
    question: Question | None
    prompt: Prompt | None
    code: Code | None
    by_phone: bool
    scan: Markup | None
    trying: bool
    tried: str
    tried_within: str
    tried_state: str
    again: str
    again_url: str
    paid_with: str
    paid_at: str
    received: int
    total: int
    due: int
    asked: int
    deposit: bool
    days: tuple[str, ...]
    refund_due: int
    refunded: int
    excess: int
    excess_due: int
    excess_back: int
    cancelled_by: str
    reachable: bool
    invoice: bool
    asking: bool
    bceao: bool
    above: int
    privacy: str
    other_language: str | None


def build(
    shop: Shop, view: LinkView, token: str, words: Words, wanted: str, typed: str | None, *, invoice: bool
) -> Page:
    """``wanted``: the means named in the address; ``typed``: a phone number for it, "" to ask for one, None when nobody
    speaks of one; ``invoice``: a PDF of it can be made."""
    now, facts = shop.clock.now(), view.facts
    stands = standing(facts, now)
    items = _items(shop, view, token)
    folds = len(items) > SHOWN_LINES
    left = max(0, facts.expires_at - now)
    last_receipt = view.receipts[-1] if view.receipts else None
    again, again_url = _again(shop, view)
    choices = shop.desk.offer.choices(facts.asked) if payable(facts, now) else []
    question = _question(shop, choices, words, wanted, typed, view)
    prompt, code = _prompt(view), _code(view)
    now_shown = question.value if question else f"{view.last.provider}.{view.last.method}" if view.last else ""
    apart = question is not None or prompt is not None or code is not None
    others = [choice for choice in choices if not apart or choice.value != now_shown]
    last = shop.adapter(view.last.provider) if view.last else None
    return Page(
        token=token,
        version=view.fingerprint(now),
        standing=stands,
        payable=payable(facts, now),
        final=settled(facts, now),
        store=shop.name,
        city=shop.settings.get("store.city"),
        initials=initials(shop.name),
        logo=_logo(shop, token),
        shown=items[:1] if folds else items,
        folded=items[1:] if folds else (),
        amount=format_amount(_amount(view, stands), shop.card.currency),
        sign=currency_sign(shop.card.currency),
        reference=view.reference,
        deadline=words.date(facts.expires_at) if stands is Standing.ON_TERMS else words.time(facts.expires_at, now),
        left=left,
        clock_from=clock_from(facts),
        minutes=max(1, -(-left // MINUTE)),
        refresh=_refresh(stands, left, clock_from(facts)),
        offers=offers(others, words, wanted, None if apart else view),
        question=question,
        prompt=prompt,
        code=code,
        by_phone=last is not None and view.last is not None and last.asks_phone(view.last.method),
        scan=_scan(shop, view),
        trying=facts.trying,
        tried=words.means(view.last.provider, view.last.method) if view.last else "",
        tried_within=words.means_within(view.last.provider, view.last.method) if view.last else "",
        tried_state=view.last.state if view.last else "",
        again=again,
        again_url=again_url,
        paid_with=words.means_within(last_receipt.provider, last_receipt.method) if last_receipt else "",
        paid_at=words.time(last_receipt.at, now) if last_receipt else "",
        received=facts.received,
        total=facts.total,
        due=facts.due,
        asked=facts.asked,
        deposit=0 < facts.asked < facts.due,
        days=tuple(words.day(day.at, day.place) for day in view.days),
        refund_due=facts.refunds("todo"),
        refunded=facts.refunds("done"),
        excess=facts.excess(chosen=False),
        excess_due=facts.excess(chosen=True, refund="todo"),
        excess_back=facts.excess(chosen=True, refund="done"),
        cancelled_by=view.close_reason or "",
        reachable=view.reachable,
        invoice=invoice and view.invoice_id is not None,
        asking=facts.unsettled,
        bceao=shop.card.currency == "XOF",  # the central bank of the CFA franc's West African zone
        above=shop.desk.offer.above(facts.due) if payable(facts, now) else 0,
        privacy=f"../privacy/{shop.slug}?lang={words.language}",
        other_language=_other_language(shop, words.language),
    )


def initials(name: str) -> str:
    """``BT`` for « Boutique Téranga »."""
    letters = [word[0] for word in name.split() if word[0].isalnum()]
    return "".join(letters[:2]).upper()


def _scan(shop: Shop, view: LinkView) -> Markup | None:
    provider = shop.adapter(view.last.provider) if view.last else None
    if provider is None or not provider.caps.app_link:
        return None
    link = shop.engine.read(lambda reader: open_page(reader, view.order_id))
    return _drawn(link) if link else None


def _amount(view: LinkView, stands: Standing) -> int:
    """What the big figure says: the sum to pay, then the sum paid."""
    facts = view.facts
    if stands in (Standing.RESERVED, Standing.CHECKING, Standing.UNDERPAID, *_SOLD):
        return facts.asked
    if stands is Standing.PAID and facts.received < facts.total:
        return facts.received  # the shop was content with less
    return facts.total


def _items(shop: Shop, view: LinkView, token: str) -> tuple[Item, ...]:
    found = []
    for line in view.lines:
        path = find(shop.media, line.photo or "")
        photo = f"{quote(token)}/photo/{line.product_id}?v={version(path)}" if path else None
        found.append(Item(line.title, line.sku, line.quantity, photo))
    return tuple(found)


def _logo(shop: Shop, token: str) -> str | None:
    path = find(shop.media, shop.settings.get("store.logo"))
    return f"{quote(token)}/logo?v={version(path)}" if path else None


def _refresh(stands: Standing, left: int, clock: int) -> int:
    """Seconds until a page without script should look again: soon while something is awaited, else at the next turn."""
    if stands is Standing.CHECKING:
        return 10
    if stands in (Standing.RESERVED, Standing.UNDERPAID, *_SOLD):
        return min(60, (left - clock) // 1000 + 1) if left > clock else min(20, left // 1000 + 2)
    return 30


def offers(choices: Sequence[Choice], words: Words, wanted: str, view: LinkView | None) -> tuple[Offer, ...]:
    """The means in the store's order; the gold edge on the one asked for, tried last, liked before, or the first; on
    none without ``view``: another one stands above them."""
    chosen = _preferred(choices, wanted, view) if view else None
    return tuple(
        Offer(
            choice.value,
            words.means(choice.provider, choice.method.name),
            words.means_within(choice.provider, choice.method.name),
            choice.method.colour,
            choice.through,
            choice.value == chosen,
        )
        for choice in choices
    )


def _preferred(choices: Sequence[Choice], wanted: str, view: LinkView) -> str | None:
    def value(means: Means | None) -> str:
        return f"{means.provider}.{means.method}" if means else ""

    tried = value(view.last) if view.facts.trying else ""
    for name in (tried, wanted, value(view.favourite)):
        named = _named(choices, name)
        if named is not None:
            return named.value
    return choices[0].value if choices else None


def _named(choices: Sequence[Choice], name: str) -> Choice | None:
    """``provider.method``, or one of the two alone."""
    return next((c for c in choices if name in (c.value, c.provider, c.method.name)), None)


def _question(
    shop: Shop, choices: Sequence[Choice], words: Words, wanted: str, typed: str | None, view: LinkView
) -> Question | None:
    """Ask for the number when such a means was chosen, unless its request waits on a phone already."""
    choice = _named(choices, wanted)
    if choice is None or not choice.asks_phone:
        return None
    waits = view.asked is not None and view.asked.payer is not None
    if waits and typed is None:
        return None
    label = words.means(choice.provider, choice.method.name)
    if typed:
        return Question(choice.value, label, typed, wrong=True)
    own, provider = view.phone or "", shop.adapter(choice.provider)
    if waits and view.asked:
        own = view.asked.payer or ""
    elif provider is None or not own.startswith(provider.caps.phone_prefixes or f"+{shop.country.calling_code}"):
        own = ""
    return Question(choice.value, label, national(own), wrong=False)


def _prompt(view: LinkView) -> Prompt | None:
    if view.asked is None or view.asked.payer is None or view.last is None:
        return None
    return Prompt(f"{view.last.provider}.{view.last.method}", national(view.asked.payer))


def _code(view: LinkView) -> Code | None:
    asked = view.asked
    if asked is None or asked.qr_text is None:
        return None
    return Code(_drawn(asked.qr_text), asked.alias or "", asked.ref, asked.claimed)


@lru_cache(maxsize=64)
def _drawn(text: str) -> Markup:
    """The code as a drawing, black on white in every theme: scanners know no other."""
    import segno

    drawn = segno.make(text, error="m", micro=False)
    inline = drawn.svg_inline(border=4, omitsize=True, light="#fff", dark="#000", svgclass=None, lineclass=None)
    return Markup(inline)  # noqa: S704 - drawn by us: numbers only


def _again(shop: Shop, view: LinkView) -> tuple[str, str]:
    """The words that ask for the same goods again, and the chat where they are typed already ("" without a number)."""
    goods = [line for line in view.lines if line.keyword]
    text = ", ".join(f"{line.quantity} {line.keyword}" if line.quantity > 1 else line.keyword for line in goods)
    if chat := chat_url(shop, text):
        return text, chat
    try:
        phone = normalise(shop.settings.get("store.phone"), shop.card.country)
    except Refused:
        return text, ""
    return text, f"https://wa.me/{phone.removeprefix('+')}?text={quote(text)}"


def _other_language(shop: Shop, language: str) -> str | None:
    """Madagascar reads two languages: offer the other one."""
    if shop.card.country != "MG":
        return None
    return "fr" if language != "fr" else "mg"
