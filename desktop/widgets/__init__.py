"""The widget kit: every page is put together from these. Styles come from the theme, never from a page.

labels      Label, ElidedLabel, IconLabel, Rule: a text or icon in one of the look's kinds and roles
buttons     Button (primary, secondary, danger, quiet, link; icon, key), IconButton, Chip, KeyHint
card        Card (head, body), Tile (one figure)
pill        StatusPill, and draw_pill for tables
fields      Field, TextField, SearchField, Stepper: label, editor, and a line that helps or says what is wrong
stockbar    StockTrack, StockBarRow: free part filled, held part hatched
alertrow    AlertRow: something to do and its one verb
notices     Notice → Toast, Toasts; Banner: what happened, what was kept, what to do
empty       EmptyState: what a place is for and the first thing to do
dialog      Dialog, Confirm: opened with ``present()``, never ``exec()``
navigation  NavButton

A custom widget paints with ``theme().palette`` read at paint time: a theme switch then needs nothing of it.
"""
