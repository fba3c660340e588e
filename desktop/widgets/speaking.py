"""What a screen reader says by itself: what is shown somewhere else than where the keyboard is."""

from __future__ import annotations

from PySide6.QtWidgets import QWidget


def say_aloud(widget: QWidget, text: str, *, urgent: bool = False) -> None:
    """``urgent``: in the middle of what is being said. Costs nothing while nobody listens."""
    from PySide6.QtGui import QAccessible, QAccessibleAnnouncementEvent  # making them costs a start 2 ms

    if not text or not QAccessible.isActive():
        return
    said = QAccessibleAnnouncementEvent(widget, text)
    manners = QAccessible.AnnouncementPoliteness
    said.setPoliteness(manners.Assertive if urgent else manners.Polite)
    QAccessible.updateAccessibility(said)
