"""Catalogues, locale choice, text messages' length, digits, dates and country names."""
