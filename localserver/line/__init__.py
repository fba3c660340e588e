"""A store's line to its relay: outbound only, taken up again after any break."""
