"""Domain, services and pure functions, with fakes."""
