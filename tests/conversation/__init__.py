"""Whole conversations, and the data that they rest on."""
