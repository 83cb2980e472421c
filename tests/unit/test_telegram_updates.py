"""Reading updates: what each kind of content becomes, and what is refused."""

from __future__ import annotations

from datetime import timedelta

import pytest

from bot.channels.edge import Refused
from bot.channels.telegram.readings import (
    AnswerPress,
    Blocked,
    Corrected,
    Ignored,
    LeaveGroup,
    Reading,
    Received,
    Unblocked,
)
from bot.channels.telegram.updates import read_update
from bot.domain.contacts import Channel, Provider
from bot.domain.conversations import MessageKind
from bot.domain.topics import FAQ
from bot.services.messages import Incoming, IncomingMedia
from tests.builders import NOON
from tests.unit.telegram_samples import (
    AMINA,
    BOT_ID,
    BROADCAST,
    GROUP,
    NOON_STAMP,
    OTHER_BOT,
    SUPERGROUP,
    edit,
    membership,
    message,
    press,
    update,
)

FILE = {"file_id": "F1", "file_unique_id": "U1", "file_size": 1234}
PHOTO = [
    {**FILE, "file_id": "small", "width": 90, "height": 60},
    {**FILE, "file_id": "large", "width": 1280, "height": 853, "file_size": 99000},
    {**FILE, "file_id": "middle", "width": 320, "height": 213},
]
PLACE = {"latitude": 32.887204, "longitude": 13.1913}


def read(data, *, now=NOON):
    return read_update(data, bot_id=BOT_ID, now=now)


def received(data):
    action = read(data).action
    assert isinstance(action, Received)
    return action.incoming


def test_a_text_is_received_with_all_that_keeps_it_apart():
    assert read(update(text="أريد العودة")) == Reading(
        Received(
            Incoming(
                Provider.TELEGRAM,
                Channel.TELEGRAM,
                "4100",
                f"{BOT_ID}:9001",
                text="أريد العودة",
                language_hint="fr-CA",
                message_ref="71",
                sequence=9001,
            )
        )
    )


@pytest.mark.parametrize(
    ("content", "kind", "text", "media"),
    [
        ({"text": "hello"}, MessageKind.TEXT, "hello", []),
        ({"text": "/help"}, MessageKind.TEXT, "/help", []),
        ({"text": ""}, MessageKind.TEXT, "", []),
        ({"photo": PHOTO}, MessageKind.PHOTO, "", [("image/jpeg", 99000, "large")]),
        ({"photo": PHOTO, "caption": "my card"}, MessageKind.PHOTO, "my card", [("image/jpeg", 99000, "large")]),
        ({"photo": PHOTO, "media_group_id": "5"}, MessageKind.PHOTO, "", [("image/jpeg", 99000, "large")]),
        ({"voice": {**FILE, "duration": 4}}, MessageKind.VOICE, "", [("audio/ogg", 1234, "F1")]),
        (
            {"voice": {**FILE, "duration": 4, "mime_type": "audio/ogg; codecs=opus"}},
            MessageKind.VOICE, "", [("audio/ogg", 1234, "F1")],
        ),
        (
            {"audio": {**FILE, "duration": 4, "mime_type": "audio/MP4", "title": "x"}, "caption": "listen"},
            MessageKind.VOICE, "listen", [("audio/mp4", 1234, "F1")],
        ),
        (
            {"video": {**FILE, "duration": 4, "width": 9, "height": 9, "mime_type": "video/3gpp"}, "caption": "see"},
            MessageKind.VIDEO, "see", [("video/3gpp", 1234, "F1")],
        ),
        (
            {"video_note": {"file_id": "F1", "file_unique_id": "U", "duration": 4, "length": 240}},
            MessageKind.VIDEO, "", [("video/mp4", None, "F1")],
        ),
        (
            {"animation": {**FILE, "duration": 1, "width": 9, "height": 9}, "document": {**FILE, "mime_type": "video/mp4"}},
            MessageKind.VIDEO, "", [("video/mp4", 1234, "F1")],
        ),
        (
            {"document": {**FILE, "mime_type": "application/pdf", "file_name": "Amina.pdf"}, "caption": "passport"},
            MessageKind.FILE, "passport", [("application/pdf", 1234, "F1")],
        ),
        ({"document": {**FILE, "mime_type": "image/png"}}, MessageKind.PHOTO, "", [("image/png", 1234, "F1")]),
        ({"document": {**FILE, "mime_type": "video/mp4"}}, MessageKind.VIDEO, "", [("video/mp4", 1234, "F1")]),
        ({"document": {**FILE, "mime_type": "audio/amr"}}, MessageKind.VOICE, "", [("audio/amr", 1234, "F1")]),
        ({"document": FILE}, MessageKind.FILE, "", [("", 1234, "F1")]),
        ({"document": {**FILE, "mime_type": "<b>not a type"}}, MessageKind.FILE, "", [("", 1234, "F1")]),
        ({"document": {**FILE, "file_size": 4 * 2**30}}, MessageKind.FILE, "", [("", 2**31 - 1, "F1")]),
        (
            {"sticker": {**FILE, "width": 9, "height": 9, "is_animated": False, "is_video": False, "type": "regular",
                         "emoji": "👍"}},
            MessageKind.STICKER, "", [],
        ),
        ({"contact": {"phone_number": "+218911234567", "first_name": "Sami"}}, MessageKind.CONTACT_CARD, "", []),
        ({"location": PLACE}, MessageKind.LOCATION, "32.88720,13.19130", []),
        ({"location": {**PLACE, "live_period": 900}}, MessageKind.LOCATION, "32.88720,13.19130", []),
        (
            {"venue": {"location": PLACE, "title": "Clinic", "address": "Tripoli"}, "location": PLACE},
            MessageKind.LOCATION, "32.88720,13.19130", [],
        ),
        ({"location": {"latitude": -1, "longitude": 0}}, MessageKind.LOCATION, "-1.00000,0.00000", []),
        ({"dice": {"emoji": "🎲", "value": 3}}, MessageKind.FILE, "", []),
        (
            {"poll": {"id": "1", "question": "?", "options": [], "total_voter_count": 0, "is_closed": False,
                      "is_anonymous": True, "type": "regular", "allows_multiple_answers": False}},
            MessageKind.FILE, "", [],
        ),
        ({"content_of_next_year": {"x": 1}, "caption": "look"}, MessageKind.FILE, "look", []),
    ],
)  # fmt: skip
def test_every_kind_of_content_is_received(content, kind, text, media):
    incoming = received(update(**content))
    assert (incoming.kind, incoming.text, incoming.media) == (kind, text, tuple(IncomingMedia(*m) for m in media))


def test_a_contact_card_leaves_nothing_of_the_other_person():
    incoming = received(update(contact={"phone_number": "+218911234567", "first_name": "Sami"}))
    assert "911234567" not in repr(incoming) and "Sami" not in repr(incoming)


@pytest.mark.parametrize(
    ("text", "kept", "pressed"),
    [
        ("/start", "/start", None),
        ("/start fr", "/start", "choose_language_fr"),
        ("/start ar", "/start", "choose_language_ar"),
        ("/start return_cost", "/start", "return_cost"),
        ("/start@hotline_bot en", "/start", "choose_language_en"),
        ("/start poster-17", "/start", None),
        ("/start emergency_danger", "/start", None),
        ("/start constructor", "/start", None),
        ("/start help me please", "/start help me please", None),
        ("/start أنقذوني", "/start أنقذوني", None),
        ("start fr", "start fr", None),
        ("say /start fr", "say /start fr", None),
    ],
)
def test_a_deep_link_presses_what_it_names(text, kept, pressed):
    incoming = received(update(text=text))
    assert (incoming.text, incoming.pressed) == (kept, pressed)


def test_every_faq_topic_fits_into_a_deep_link():
    assert all(received(update(text=f"/start {topic}")).pressed == topic for topic in FAQ)


def test_half_a_character_does_not_reach_the_database():
    assert received(update(text="a\ud800b")).text.encode() == "a\ufffdb".encode()


def test_a_whole_emoji_stays_whole():
    assert received(update(text="\ud83d\ude00")).text == "😀"


def test_what_a_message_answers_or_quotes_cannot_spoil_it():
    broken = {"reply_to_message": {"gift": 5}, "external_reply": 1, "quote": [], "entities": 7, "forward_origin": {}}
    assert received(update(text="hello", **broken)).text == "hello"


def test_a_correction_names_the_message_and_brings_the_new_words():
    action = read(edit(text="I am in Zuwara")).action
    assert isinstance(action, Corrected)
    assert (action.incoming.message_ref, action.incoming.text) == ("71", "I am in Zuwara")


def test_a_corrected_caption_counts_as_the_new_words():
    action = read(edit(photo=PHOTO, caption="the front")).action
    assert isinstance(action, Corrected)
    assert action.incoming.text == "the front"


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (edit(location=PLACE), "live_location"),
        (edit(**{"text": "x", "from": OTHER_BOT}), "from_bot"),
        (edit(text="x", chat=GROUP), "group"),
        (update(text="x", sender=OTHER_BOT), "from_bot"),
        (update(pinned_message=message(text="x")), "service_message"),
        (update(new_chat_title="x"), "service_message"),
        (update(message_auto_delete_timer_changed={"message_auto_delete_time": 60}), "service_message"),
        (update(write_access_allowed={}), "service_message"),
        (update("channel_post", message(chat=BROADCAST, text="x")), "kind_not_read"),
        (update("edited_channel_post", message(chat=BROADCAST, text="x")), "kind_not_read"),
        (update("inline_query", {"id": "1", "from": AMINA, "query": "x", "offset": ""}), "kind_not_read"),
        (update("a_kind_of_next_year", {"x": 1}), "kind_not_read"),
        ({"update_id": 1}, "kind_not_read"),
        (membership("left"), "membership"),
        (membership("left", chat=GROUP), "group"),
        (membership("kicked", chat=SUPERGROUP), "group"),
        (update(chat=GROUP, new_chat_members=[AMINA]), "group"),
        (update(chat=GROUP, text="x", sender=OTHER_BOT), "group"),
        (update(chat=BROADCAST, text="x", sender=None), "group"),
    ],
)
def test_what_is_not_for_us_is_ignored_without_a_word(data, reason):
    assert read(data) == Reading(Ignored(reason))


def test_a_pressed_button_brings_its_choice_and_its_title():
    reading = read(press())
    assert reading == Reading(
        Received(
            Incoming(
                Provider.TELEGRAM,
                Channel.TELEGRAM,
                "4100",
                f"{BOT_ID}:9001",
                text="Yes, it did",
                pressed="helped_yes",
                language_hint="fr-CA",
                sequence=9001,
            )
        ),
        AnswerPress("press-1"),
    )


@pytest.mark.parametrize(
    "shown",
    [
        {"message": None},
        {"message": {"chat": {"id": 4100, "type": "private"}, "message_id": 71, "date": 0}},
        {"message": {**message(text="x"), "reply_markup": {"inline_keyboard": []}}},
        {"message": message(text="x")},
        {"message": None, "inline_message_id": "5"},
    ],
)
def test_a_button_of_a_message_out_of_reach_counts_without_its_title(shown):
    incoming = received(press(**shown))
    assert (incoming.pressed, incoming.text, incoming.address) == ("helped_yes", "", "4100")


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (press("no choice"), "choice_unreadable"),
        (press(""), "choice_unreadable"),
        (press("x" * 65), "choice_unreadable"),
        (press("اختيار"), "choice_unreadable"),
        (press("helped_yes\n"), "choice_unreadable"),
        (press(None, title="game"), "choice_unreadable"),
        (press(["helped_yes"]), "choice_unreadable"),
        (press(sender=OTHER_BOT), "from_bot"),
        (press(chat=GROUP), "group"),
    ],
)
def test_a_press_that_is_ignored_is_answered_all_the_same(data, reason):
    assert read(data) == Reading(Ignored(reason), AnswerPress("press-1"))


def test_blocking_and_coming_back_are_noticed():
    assert read(membership("kicked")) == Reading(Blocked("4100"))
    assert read(membership("member", before="kicked")) == Reading(Unblocked("4100"))


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        (membership("member", before="left", chat=GROUP), LeaveGroup(-500, "fr-CA", True)),
        (membership("member", before="kicked", chat=SUPERGROUP), LeaveGroup(-1002000, "fr-CA", True)),
        (
            membership("administrator", before="member", chat=GROUP, can_be_edited=False, is_anonymous=False,
                       can_manage_chat=True, can_delete_messages=True, can_manage_video_chats=True,
                       can_restrict_members=True, can_promote_members=True, can_change_info=True, can_invite_users=True,
                       can_post_stories=True, can_edit_stories=True, can_delete_stories=True),
            LeaveGroup(-500, "fr-CA", False),
        ),
        (membership("member", before="left", chat=BROADCAST), LeaveGroup(-1003000, "fr-CA", False)),
        (update(chat=GROUP, text="hello"), LeaveGroup(-500)),
        (update(chat=SUPERGROUP, text="/start@hotline_bot"), LeaveGroup(-1002000)),
    ],
)  # fmt: skip
def test_groups_are_left_with_a_word_only_when_we_are_added(data, expected):
    assert read(data) == Reading(Ignored("group"), expected)


@pytest.mark.parametrize("age", [timedelta(hours=26), timedelta(days=400)])
def test_what_somebody_kept_is_refused(age):
    with pytest.raises(Refused) as refused:
        read(update(text="x", age=age))
    assert (refused.value.code, refused.value.status) == ("webhook_too_old", 403)


def test_an_old_correction_and_an_old_blocking_are_refused():
    old = NOON_STAMP - 30 * 3600
    for data in (edit(text="x", edit_date=old), membership("kicked")):
        with pytest.raises(Refused):
            read(data, now=NOON + timedelta(hours=30))


@pytest.mark.parametrize("age", [timedelta(hours=24), timedelta(hours=-3), timedelta(days=-9)])
def test_what_telegram_may_have_kept_and_what_a_wrong_clock_dates_ahead_are_taken(age):
    assert received(update(text="x", age=age)).text == "x"


def test_age_does_not_count_for_what_we_fetched_ourselves():
    assert isinstance(read(update(text="x", age=timedelta(days=3)), now=None).action, Received)


@pytest.mark.parametrize(
    "data",
    [
        None, 5, "text", [], [update(text="x")], {}, {"message": message(text="x")},
        {**update(text="x"), "update_id": "9001"}, {**update(text="x"), "update_id": True},
        {**update(text="x"), "update_id": 1.0}, {**update(text="x"), "update_id": 2**63},
        {"update_id": 1, "message": "text"}, {"update_id": 1, "message": []}, {"update_id": 1, "message": {}},
        update(text=5), update(text=["x"]), update(caption={}), update(photo=[5]), update(photo=[{"file_id": "x"}]),
        update(document={"file_id": "F1"}),
        update(document={**FILE, "mime_type": 5}),
        update(location={"latitude": "north", "longitude": 0}), update(location={"latitude": 91, "longitude": 0}),
        update(location={"latitude": float("nan"), "longitude": 0}),
        update(text="x", chat={"id": "4100", "type": "private"}), update(text="x", chat={"id": 2**70, "type": "private"}),
        update(text="x", chat=5), update(text="x", sender="Amina"),
        {"update_id": 1, "message": {**message(text="x"), "date": "today"}},
        {"update_id": 1, "message": {**message(text="x"), "date": 10**18}},
        {"update_id": 1, "message": {**message(text="x"), "message_id": "71"}},
        {"update_id": 1, "api_kwargs": {}},
        press(id=5), press(**{"from": None}), press(message=5),
        update("my_chat_member", {}), membership("member", chat={"id": None, "type": "private"}),
    ],
)  # fmt: skip
def test_what_telegram_would_not_send_is_refused(data):
    with pytest.raises(Refused) as refused:
        read(data)
    assert (refused.value.code, refused.value.status) == ("update_unreadable", 400)
