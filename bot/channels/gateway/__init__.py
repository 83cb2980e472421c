"""The plain SMS road: an HTTP gateway of a local operator or aggregator, Kannel among them."""
