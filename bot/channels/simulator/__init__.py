"""The simulator: a phone in the browser, as a channel like any other."""
