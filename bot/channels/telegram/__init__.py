"""Telegram: webhook or polling in, the Bot API out."""
