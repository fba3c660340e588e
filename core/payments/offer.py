"""What a buyer can choose between: the means that can work for an amount, in the store's order."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence

from msgspec import Struct

from core.kernel.errors import Refused
from core.payments.provider import Method, Provider


class Choice(Struct, frozen=True):
    """A means of payment offered to a buyer; ``value`` is what the form sends.

    ``through``: the provider's name where several offer the same means, unless it is the means' own; else empty.
    """

    value: str
    provider: str
    method: Method
    asks_phone: bool = False
    through: str = ""


class Offer(Struct, frozen=True):
    """``providers()`` are those that buyers may choose, in the store's order; ``most()`` the largest sum of one order,
    0 for any."""

    providers: Callable[[], Sequence[Provider]]
    currency: str
    country: str
    most: Callable[[], int] = lambda: 0

    def above(self, amount: int) -> int:
        """The most that the store takes for one order, when this is more; else 0."""
        most = self.most()
        return most if 0 < most < amount else 0

    def choices(self, amount: int) -> list[Choice]:
        """The means that can work for this amount, in the store's order; none above the store's own limit."""
        found: list[tuple[Provider, Method]] = []
        for provider in () if self.above(amount) else self.providers():
            if provider.takes(amount, self.currency, self.country):
                found += [(provider, method) for method in provider.caps.methods_in(self.country)]
        named = Counter(method.label for _, method in found)

        def through(provider: Provider, method: Method) -> str:
            return provider.label if named[method.label] > 1 and provider.label != method.label else ""

        return [Choice(f"{p.name}.{m.name}", p.name, m, p.asks_phone(m.name), through(p, m)) for p, m in found]

    def choose(self, value: str, amount: int) -> Choice:
        """``provider.method``, or a provider's or a method's name alone. Raises Refused."""
        offered = self.choices(amount)
        ways: tuple[Callable[[Choice], bool], ...] = (
            lambda c: c.value == value,
            lambda c: c.provider == value,
            lambda c: c.method.name == value,
        )
        for same in ways:
            for choice in offered:
                if same(choice):
                    return choice
        raise Refused("This means of payment is not available for this order. Choose another one.")
