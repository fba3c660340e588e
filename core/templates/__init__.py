"""WhatsApp's own message templates: what may be said when more than 24 hours have passed (F52)."""
