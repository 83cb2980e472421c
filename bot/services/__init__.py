"""One function per use case, grouped by noun. What they need from outside is in ``ports``."""
