"""The staff's web application, and the simulator: a phone in the browser."""

from bot.console.app import create_app

__all__ = ["create_app"]
