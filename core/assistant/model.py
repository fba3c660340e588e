"""What the assistant needs of a language model; :mod:`core.adapters.llm` is one."""

from __future__ import annotations

from typing import Protocol

from msgspec import Struct

from core.assistant.asking import Request
from core.kernel.errors import OutsideWorld


class Completion(Struct, frozen=True):
    """``tokens_in`` and ``tokens_out`` as the service counted them, None where it does not say."""

    text: str
    tokens_in: int | None = None
    tokens_out: int | None = None


class ModelFailed(OutsideWorld):
    """No usable answer. ``charged`` False: the service refused the call, so that it costs nothing."""

    def __init__(self, why: str, *, charged: bool = True) -> None:
        super().__init__("The assistant's service did not answer ({why}). The shop's own engine answers.", why=why)
        self.charged = charged


class Model(Protocol):
    async def complete(self, request: Request) -> Completion:
        """Ask once. Raises ModelFailed; the caller bounds the time."""
        ...
