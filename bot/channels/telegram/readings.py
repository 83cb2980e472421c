"""What an update of Telegram can mean for the hotline, and the courtesies that Telegram expects in return."""

from __future__ import annotations

from dataclasses import dataclass

from bot.services.messages import Incoming


@dataclass(frozen=True)
class Received:
    """A message, or a pressed button, to be stored and answered."""

    incoming: Incoming


@dataclass(frozen=True)
class Corrected:
    """An earlier message as its writer wants it now."""

    incoming: Incoming


@dataclass(frozen=True)
class Blocked:
    """The person blocked the bot: nothing arrives there any more."""

    address: str


@dataclass(frozen=True)
class Unblocked:
    """The person lets the bot write again."""

    address: str


@dataclass(frozen=True)
class Ignored:
    """Genuine, and nothing for us.

    Attributes:
        reason: A constant, for the log.
    """

    reason: str


Action = Received | Corrected | Blocked | Unblocked | Ignored


@dataclass(frozen=True)
class AnswerPress:
    """Tell Telegram that a pressed button was noticed; until then it spins on the phone."""

    press_id: str


@dataclass(frozen=True)
class LeaveGroup:
    """Leave a group or a channel: what people write to the hotline is for nobody else's eyes.

    Attributes:
        language: What the app of the one who added us says of its language, as an IETF tag.
        says_why: Whether a word of excuse is written first: when we are added, not at later messages.
    """

    chat_id: int
    language: str | None = None
    says_why: bool = False


Courtesy = AnswerPress | LeaveGroup


@dataclass(frozen=True)
class Reading:
    """What is to be done with one update."""

    action: Action
    courtesy: Courtesy | None = None
