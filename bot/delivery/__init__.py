"""The workers: from the inbox through Rasa to the outbox, and from the outbox to the providers."""
