"""Daleel, a messaging hotline for people on the move in Libya."""

__version__ = "0.1.0"
