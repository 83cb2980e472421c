"""The invented office on which a new team trains: people, conversations, cases, requests, staff. Nobody is meant.

It writes through the tables in bulk and sends nothing: every address is the simulator's, so no provider is ever called.
"""
