"""The widget kit: every page is put together from these. Styles come from the theme, never from a page."""
