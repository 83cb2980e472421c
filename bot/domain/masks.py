"""What is shown of a name or an address until somebody asks for it: enough to tell two apart, too little to know either."""

from __future__ import annotations

DOTS = "•••"
"""As many for each name, so that the length tells nothing."""


def mask_name(name: str) -> str:
    """Return the initials of a name."""
    return " ".join(f"{part[0]}{DOTS}" for part in name.split())


def mask_address(address: str) -> str:
    """Return the end of a phone number or another channel address: two digits are too few to call anybody."""
    return f"{DOTS}{address[-2:]}" if address else ""
