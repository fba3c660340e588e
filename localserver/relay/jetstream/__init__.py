"""The engine at scale: NATS JetStream keeps, core NATS carries words between nodes, and nodes keep nothing.

An acknowledgement means: the stream's leader has the event, and so has a majority of its replicas. By itself that is
not yet on a disk: JetStream acknowledges before fsync (two minutes by default), and Jepsen's analysis of NATS 2.12.1
(December 2025) lost acknowledged messages when several servers lost power at once, and even when one did. So a relay
wants three replicas **and** ``jetstream { sync_interval: always }`` on every server: then an acknowledged event is on
the disk of two of three before the sender is answered (one fsync of the Raft log on each for what comes together), and
any one server may be lost. ``tests/bench/relay_raw.py`` measures the cost: with three replicas about a quarter of the
rate. With one replica and ``always`` an acknowledgement means what the embedded engine's means, at an fsync for each
event; without ``always`` it survives a kill of a process, not a power cut.

A client sees of a server how many replicas a stream has and that it is on disk, and :mod:`.streams` refuses fewer than
were asked for; it cannot see ``sync_interval``, so that is the host's to set. Beneath it all stays the net of every
store: it asks providers itself for what no webhook told.
"""
