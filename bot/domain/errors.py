"""The error tree of the hotline: a code for machines, never a sentence for contacts."""

from __future__ import annotations


class HotlineError(Exception):
    """Base of all errors that the hotline raises on purpose.

    Args:
        code: Constant, searchable name of what went wrong (``case_not_found``).
        detail: What an operator needs to act; never personal data.
    """

    def __init__(self, code: str, detail: str = "") -> None:
        super().__init__(f"{code}: {detail}" if detail else code)
        self.code = code
        self.detail = detail


class NotFound(HotlineError):
    """The thing asked for is not there; do not ask again."""


class NotAllowed(HotlineError):
    """The one who asks may not do this."""


class InvalidInput(HotlineError):
    """What was given cannot be used; the code says why."""


class WrongState(HotlineError):
    """The thing is there, but this step is not open in its present state."""


class ConfigurationError(HotlineError):
    """A setting, file or address is missing or wrong; the detail names it and says what to do."""


class DeliveryError(HotlineError):
    """A message could not be handed to the provider. The code is one of ``bot.domain.deliveries``."""


class TryLater(DeliveryError):
    """The provider did not take it, and may later.

    Args:
        after: Seconds to wait before the next try, at least.
    """

    def __init__(self, code: str, detail: str = "", *, after: float = 5.0) -> None:
        super().__init__(code, detail)
        self.after = after


class Uncertain(DeliveryError):
    """The provider may have taken it: the answer to our request was lost. It must not be repeated blindly."""


class Unreachable(DeliveryError):
    """This address takes no messages from us; stop until the person writes again."""


class Rejected(DeliveryError):
    """The provider refuses this message; sending it again changes nothing."""


class ChannelDown(DeliveryError):
    """No message can be sent on this channel until an operator mends an account or a setting; messages wait."""
