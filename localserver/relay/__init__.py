"""The hosted relay: what the internet reaches in place of stores whose computers sleep, move and lose their network.

It knows the kernel and ``core.relay`` and no trade: it keeps what came, sealed, until the store has committed it, shows
what the store published while it is away, and passes visitors on while it is there. Its nodes are stateless over an
engine: SQLite on one host, NATS JetStream for many.
"""
