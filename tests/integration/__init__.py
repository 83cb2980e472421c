"""Storage, channels and console views."""
