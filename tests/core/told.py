"""Who listens to a store hears of a commit a moment after it was answered: here that moment is over."""

from __future__ import annotations

from core.storage.engine import Engine


def everybody_told(engine: Engine) -> None:
    """The writer tells of one commit before it takes the next command: this one does nothing else."""
    engine.call(lambda tx: None)
