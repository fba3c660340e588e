"""Support without Qt: what the page reads, and how a check, a step and a line of the log are said."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Final, Protocol

from msgspec import Struct

from core.bootstrap.checkup import AGAIN, Line
from core.kernel.clock import to_datetime
from core.kernel.look import Role
from core.support.trace import Story, told
from desktop.texts import Texts

if TYPE_CHECKING:
    from zoneinfo import ZoneInfo

    from desktop.bridge import Control

LOG_LINES: Final = 500


class TraceWanted(Struct, frozen=True):
    """Asks the page for the story of one thing. ``kind``: order, payment or message."""

    kind: str
    id: int


class SupportSource(Protocol):
    """What the page asks of the shop. Every method may block."""

    def checks(self, language: str, control: Control) -> list[Line]:
        """The computer, the store, and every connection, asked now."""
        ...

    def ask_again(self, control: Control) -> tuple[int, int]:
        """The store's own door, for what it failed on. → how many it took in now, how many stay. Raises Refused."""
        ...

    def find(self, text: str) -> list[Story]:
        """The stories of the orders that fit what somebody reads out, the newest first."""
        ...

    def story(self, wanted: TraceWanted) -> Story: ...

    def log(self, lines: int) -> list[str]: ...

    def take_fault(self) -> str:
        """What tore the program down last time, once; empty when nothing did."""
        ...

    def bundle(self, checks: Sequence[Line], personal: bool) -> Mapping[str, str]: ...

    def save(self, texts: Mapping[str, str], target: Path) -> None:
        """Raises EnvironmentProblem."""
        ...


class StepText(Struct, frozen=True):
    """A step as it stands there: when (``21:56:04.120`` on the store's clock), what, and what a person wrote."""

    at: str
    icon: str
    role: Role
    text: str
    said: str


class SupportPresenter:
    def __init__(self, t: Texts, currency: str, zone: ZoneInfo) -> None:
        self.t = t
        self._currency, self._zone = currency, zone

    def look(self, line: Line) -> tuple[str, Role]:
        """A check's icon and colour."""
        return ("circle-check", "paid") if line.ok else ("circle-alert", "danger")

    def verb(self, line: Line) -> str:
        """What the button beside a check says; empty for none."""
        return self.t("Replay") if line.verb == AGAIN else ""

    def asked_again(self, done: int, left: int) -> tuple[str, Role]:
        """What became of it."""
        if left:
            return self.t.plural(
                "{n} webhook still fails: prepare the file for support.",
                "{n} webhooks still fail: prepare the file for support.",
                left,
            ), "waiting"
        return self.t.plural("{n} webhook was taken in.", "{n} webhooks were taken in.", done), "paid"

    def verdict(self, checks: Sequence[Line]) -> tuple[str, Role]:
        """What stands above the checks."""
        wrong = sum(not line.ok for line in checks)
        if not wrong:
            return self.t("Everything that was checked is well."), "paid"
        return self.t.plural("{n} point wants your eyes.", "{n} points want your eyes.", wrong), "waiting"

    def title(self, story: Story) -> str:
        return f"#{story.title}" if story.order_id else self.t("One message")

    def day(self, story: Story) -> str:
        first = story.steps[0].at if story.steps else 0
        return f"{to_datetime(first, self._zone):%d/%m/%Y}"

    def steps(self, story: Story) -> list[StepText]:
        found = []
        for step in story.steps:
            icon, role = ("check", "muted") if step.ok else ("circle-alert", "danger")
            at = to_datetime(step.at, self._zone)
            text = told(step, self.t.language, self._currency)
            said = self.t("“{text}”", text=step.said) if step.said else ""
            found.append(StepText(f"{at:%H:%M:%S}.{at.microsecond // 1000:03d}", icon, role, text, said))  # type: ignore[arg-type]
        return found

    def as_text(self, story: Story) -> str:
        """For the clipboard: without what people wrote."""
        lines = [f"{step.at}  {'✓' if step.icon == 'check' else '✕'}  {step.text}" for step in self.steps(story)]
        return "\n".join([f"{self.title(story)} {self.day(story)}", *lines])
