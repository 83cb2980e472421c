"""The things of the hotline, their states and rules. Standard library only."""
