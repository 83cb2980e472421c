"""Tools for those who develop the hotline; nothing here runs with it."""
