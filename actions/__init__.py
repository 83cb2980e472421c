"""Rasa's custom actions: thin, they read the tracker, call one service, and name an answer."""
