"""Catalogues, text messages' length, right-to-left text, dates, places and nationalities."""
