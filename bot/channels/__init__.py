"""One folder per channel: what comes in from a provider, and the client that sends to it."""
