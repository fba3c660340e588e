"""What a store and the relay that stands in for it on the internet say to each other, and how it is sealed.

The relay (``localserver/relay``) is run by somebody else. It sees that something came for a store, never what: webhooks
are sealed to the store's public key, published pages are sealed with a key that only the pay link itself gives.
"""
