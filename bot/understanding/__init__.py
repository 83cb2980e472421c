"""Rasa graph components: language, entities, topics, the safety net, and what to do with them."""
