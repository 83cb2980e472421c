"""Stand-ins of the providers: Telegram, Twilio and a plain SMS gateway, for tests that run the real processes.

Each is a server in a thread of the test's process. A test plays the people on one side, looks at what they got, and lets
things fail in between; the hotline talks to ``url`` as to the real provider::

    with TelegramStandIn() as telegram:
        telegram.route("https://hotline.example", "http://127.0.0.1:5005")   # what the proxy does
        ...                                     # start the hotline with TELEGRAM_API_URL=telegram.url; it calls setWebhook
        amina = telegram.person(42, language_code="fr")
        amina.writes("combien ça coûte ?")
        amina.waits_for(1)
        amina.presses("return_cost")            # a button's callback data or title
        assert amina.received == [...]          # texts in order; amina.messages has the buttons
        assert telegram.violations == []        # no request broke Telegram's rules

    with TwilioStandIn() as twilio:
        twilio.set_webhook("https://hotline.example/webhooks/twilio#rc=3&rp=all", "http://127.0.0.1:5005/webhooks/twilio")
        yusuf = twilio.phone("+218910000001")
        yusuf.texts("hello"); yusuf.whatsapps("hello"); yusuf.sends_voice_note()
        yusuf.received_sms, yusuf.received_whatsapps
        yusuf.statuses = StatusPlan(ends="undelivered", code=30003)
        twilio.clock.advance(hours=25)          # the WhatsApp window is closed
        twilio.contents.add({"twilio/text": {"body": "…"}}, approved=True).sid

    with GatewayStandIn(outbound=Names(encoding="json", secret_in="header", secret_name="X-Key", secret="s")) as gateway:
        gateway.set_webhooks("http://…/inbound", "http://…/report")
        gateway.phone("218910000001").texts("hello")

What all have: ``violations`` (requests against the provider's API description or rules), ``calls`` (each API call with its
fault, status and time), ``sender.deliveries`` (each webhook with status, seconds and every try), ``wait_until_idle()``,
``clock``, ``down()`` (connections are refused for the length of a block) and ``faults``::

    telegram.faults.next(too_many(3), to=42)                        # the next message to 42
    twilio.faults.next(None, closed(is_taken=True))                 # the second one is taken, but its answer is lost
    telegram.faults.switch_on(0.2)                                  # by chance: 500, 429, closed connections, delays
    telegram.faults.switch_on(0.2, lost_answers=0.01)               # and some answers are lost: cannot be looked up there

Helpers that send take ``repeat=1`` (comes once more), ``delay=0.5`` and ``swap=True`` (comes after the next one of the same
person). Rules are those of ``provider_rules.md``; a recipient's failures depend on the seed and on that recipient's calls only.
"""

from tests.standins.faults import ANY, HARMLESS, Fault, FaultKind, closed, delayed, no_answer, refused, server_error, too_many
from tests.standins.gateway import GatewayStandIn, Names
from tests.standins.server import StandIn, Violation
from tests.standins.telegram import TelegramStandIn
from tests.standins.twilio import TwilioStandIn
from tests.standins.twilio_statuses import StatusPlan

__all__ = [
    "ANY",
    "HARMLESS",
    "Fault",
    "FaultKind",
    "GatewayStandIn",
    "Names",
    "StandIn",
    "StatusPlan",
    "TelegramStandIn",
    "TwilioStandIn",
    "Violation",
    "closed",
    "delayed",
    "no_answer",
    "refused",
    "server_error",
    "too_many",
]
