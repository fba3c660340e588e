"""Simulators of the outside world that speak the real wire. Nothing of the shop knows them: they are reached by URL."""
