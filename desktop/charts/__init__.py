"""Charts, drawn by the kit itself."""
