"""The stand-in of Telegram keeps its rules, and python-telegram-bot can talk to it."""

from __future__ import annotations

import asyncio
import json

import httpx
import pytest
import telegram as ptb
from telegram.error import BadRequest, Conflict, Forbidden, InvalidToken, NetworkError, RetryAfter

from tests.e2e.standin_hotline import HTTP, PUBLIC, call
from tests.standins import TelegramStandIn, closed, delayed, no_answer, server_error, too_many


@pytest.fixture
def telegram():
    with TelegramStandIn() as server:
        yield server


@pytest.fixture
async def bot(telegram):
    async with ptb.Bot(telegram.token, base_url=f"{telegram.url}/bot", base_file_url=f"{telegram.url}/file/bot") as bot:
        yield bot


def keyboard(button):
    return {"inline_keyboard": [[button]]}


async def test_the_real_bot_sends_reads_and_deletes(telegram, bot):
    amina = telegram.person(42, language_code="fr")
    amina.writes("salut")
    keyboard = ptb.InlineKeyboardMarkup([[ptb.InlineKeyboardButton("Cost", callback_data="return_cost")]])

    sent = await bot.send_message(42, "Bonjour 👋", reply_markup=keyboard)
    amina.presses("Cost")
    message, press = await bot.get_updates()
    await bot.answer_callback_query(press.callback_query.id)
    await bot.send_chat_action(42, "typing")

    assert message.message.text == "salut" and message.message.from_user.language_code == "fr"
    assert press.callback_query.data == "return_cost" and press.callback_query.message.message_id == sent.message_id
    assert press.update_id == message.update_id + 1
    assert amina.received == ["Bonjour 👋"] and amina.messages[0].buttons[0].data == "return_cost"
    assert telegram.unanswered_presses == [] and amina.chat.actions == ["typing"]
    assert await bot.delete_message(42, sent.message_id)
    assert amina.messages[0].is_deleted and telegram.violations == []


async def test_the_real_bot_downloads_a_voice_note_and_not_a_large_file(telegram, bot):
    amina = telegram.person(42)
    amina.sends_voice(b"OggS sound")
    amina.sends("document", size=30_000_000)
    amina.sends_photo("my paper")
    voice, document, photo = await bot.get_updates()
    assert bytes(await (await bot.get_file(voice.message.voice.file_id)).download_as_bytearray()) == b"OggS sound"
    with pytest.raises(BadRequest, match="too big"):
        await bot.get_file(document.message.document.file_id)
    assert photo.message.caption == "my paper" and photo.message.text is None


async def test_who_cannot_be_reached_is_told_in_telegrams_words(telegram, bot):
    with pytest.raises(BadRequest, match="Chat not found"):
        await bot.send_message(42, "hello")
    amina = telegram.person(42, is_known=True)
    amina.blocks()
    with pytest.raises(Forbidden, match="blocked by the user"):
        await bot.send_message(42, "hello")
    amina.unblocks()
    await bot.send_message(42, "hello")
    with pytest.raises(BadRequest, match="Message to delete not found"):
        await bot.delete_message(42, 9)
    telegram.clock.advance(hours=49)
    with pytest.raises(BadRequest, match="can't be deleted"):
        await bot.delete_message(42, amina.messages[0].id)
    with pytest.raises(BadRequest, match="Query is too old"):
        await bot.answer_callback_query("1")
    assert telegram.violations == []


async def test_a_wrong_token_and_two_ways_of_getting_updates_are_refused(telegram, bot):
    await bot.set_webhook(f"{PUBLIC}/hook", secret_token="s3", allowed_updates=["message"])
    with pytest.raises(Conflict):
        await bot.get_updates()
    info = await bot.get_webhook_info()
    assert (info.url, info.pending_update_count, info.allowed_updates) == (f"{PUBLIC}/hook", 0, ("message",))
    with pytest.raises(InvalidToken):
        async with ptb.Bot("1:wrong", base_url=f"{telegram.url}/bot"):
            pass


@pytest.mark.parametrize(
    ("fields", "problem"),
    [
        ({"chat_id": 42, "text": "  "}, "message text is empty"),
        ({"chat_id": 42, "text": "👋" * 2049}, "message is too long"),
        ({"chat_id": 42, "text": "a < b", "parse_mode": "HTML"}, "can't parse entities"),
        ({"chat_id": 42, "text": "one. two", "parse_mode": "MarkdownV2"}, "reserved"),
        ({"chat_id": 42, "text": "hi", "colour": "red"}, "'colour' was unexpected"),
        ({"chat_id": 42}, "'text' is a required property"),
        ({"chat_id": 42, "text": 7}, "7 is not of type 'string'"),
        ({"chat_id": 42, "text": "hi", "reply_markup": keyboard({"text": "ok", "callback_data": "س" * 33})}, "DATA_INVALID"),
        ({"chat_id": 42, "text": "hi", "reply_markup": keyboard({"text": "ok"})}, "Text buttons"),
    ],
)  # fmt: skip
def test_a_message_that_breaks_the_rules_is_refused_and_written_down(telegram, fields, problem):
    telegram.person(42, is_known=True)
    answer = call(telegram, "sendMessage", **fields)
    assert answer["error_code"] == 400 and problem in answer["description"]
    assert len(telegram.violations) == 1 and telegram.person(42).received == []


def test_right_markup_and_form_fields_are_understood(telegram):
    amina = telegram.person(42, is_known=True)
    markup = json.dumps({"inline_keyboard": [[{"text": "نعم", "callback_data": "yes"}]]})
    form = {"chat_id": "42", "text": "<b>1 &lt; 2</b>", "parse_mode": "HTML", "reply_markup": markup, "protect_content": "true"}
    assert HTTP.post(f"{telegram.url}/bot{telegram.token}/sendMessage", data=form).json()["ok"]
    assert call(telegram, "sendMessage", chat_id=42, text=r"*bold* 1\.5 [link](https://x.y)", parse_mode="MarkdownV2")["ok"]
    assert amina.received == ["1 < 2", "bold 1.5 link"]
    bad = HTTP.post(f"{telegram.url}/bot{telegram.token}/sendMessage", data={**form, "protect_content": "perhaps"})
    assert bad.status_code == 400 and len(telegram.violations) == 1


@pytest.mark.parametrize(
    "fields",
    [
        {"url": "http://hotline.example/x"},
        {"url": "https://hotline.example:5005/x"},
        {"url": f"{PUBLIC}/x", "secret_token": "spaces and ü"},
        {"url": f"{PUBLIC}/x", "max_connections": 101},
        {"url": f"{PUBLIC}/x", "allowed_updates": ["messages"]},
    ],
)
def test_a_webhook_that_telegram_would_not_take_is_refused(telegram, fields):
    assert call(telegram, "setWebhook", **fields)["error_code"] == 400
    assert len(telegram.violations) == 1


async def test_python_telegram_bot_reads_all_kinds_of_updates(telegram, bot):
    amina, group, channel = telegram.person(42), telegram.group(-5), telegram.channel(-6)
    amina.starts("return")
    amina.edits("start")
    for share in (amina.shares_contact, amina.shares_location, amina.shares_venue, amina.sends_poll, amina.sends_something_new):
        share()
    for kind in ("audio", "video", "video_note", "sticker", "document", "animation"):
        amina.sends(kind)
    amina.sends_album(2, "papers")
    amina.presses("forged", on="inaccessible")
    amina.presses("forged", on="absent")
    group.adds_bot(amina)
    group.writes(amina, "hi all")
    channel.posts("news")
    amina.blocks()
    await bot.send_message(-5, "no groups")
    assert await bot.leave_chat(-5) and not group.has_bot
    await bot.send_message(-6, "hm")
    amina.chat.is_blocked = False
    await bot.send_message(42, "hello")
    amina.reacts("👍")
    await bot.get_updates(-1, allowed_updates=["message_reaction"], timeout=0)
    amina.reacts("👎")
    assert (await bot.get_updates())[-1].message_reaction.new_reaction[0].emoji == "👎"
    assert [ptb.Update.de_json(u, bot).update_id for u in telegram.updates.made] == [
        u["update_id"] for u in telegram.updates.made
    ]
    assert telegram.violations == []


async def test_thirty_messages_a_second_and_no_more(telegram, bot):
    telegram.person(42, is_known=True)
    telegram.rate_per_second = 3
    with pytest.raises(RetryAfter, match="Retry in 1 seconds"):
        for number in range(4):
            await bot.send_message(42, str(number))
    assert telegram.person(42).received == ["0", "1", "2"]


async def test_faults_of_telegram_come_as_they_were_written_down(telegram, bot):
    amina, _ = telegram.person(42, is_known=True), telegram.person(43, is_known=True)
    telegram.faults.next(server_error(), too_many(3), None, closed(), closed(is_taken=True), delayed(0.05), to=42)
    await bot.send_message(43, "other")
    for text, error in (
        ("a", NetworkError),
        ("b", RetryAfter),
        ("c", None),
        ("d", NetworkError),
        ("e", NetworkError),
        ("f", None),
    ):
        if error is None:
            await bot.send_message(42, text)
        else:
            with pytest.raises(error):
                await bot.send_message(42, text)
    assert amina.received == ["c", "e", "f"] and telegram.faults.waiting == 0
    telegram.faults.next(no_answer(30))
    with pytest.raises(httpx.ReadTimeout):
        HTTP.post(f"{telegram.url}/bot{telegram.token}/sendMessage", json={"chat_id": 42, "text": "g"}, timeout=0.1)


def test_faults_by_chance_are_the_same_for_the_same_seed():
    def run(seed):
        with TelegramStandIn(seed=seed) as telegram:
            telegram.person(42, is_known=True)
            telegram.faults.switch_on(0.5, mix={server_error(): 1, too_many(1): 1})
            return [call(telegram, "sendMessage", chat_id=42, text="x").get("error_code") for _ in range(20)]

    assert run(1) == run(1) != run(2)
    assert set(run(1)) == {None, 500, 429}


async def test_a_long_poll_ends_when_an_update_comes_and_an_offset_confirms(telegram, bot):
    amina = telegram.person(42)
    amina.writes("one")
    (first,) = await bot.get_updates()
    waiting = asyncio.ensure_future(bot.get_updates(first.update_id + 1, timeout=5))
    await asyncio.sleep(0.1)
    amina.writes("two")
    assert [update.message.text for update in await waiting] == ["two"]
    telegram.person(43).writes("three")
    hook_answer = call(telegram, "setWebhook", url=f"{PUBLIC}/x", drop_pending_updates=True)
    assert hook_answer["ok"] and call(telegram, "getWebhookInfo")["result"]["pending_update_count"] == 0


async def test_a_photo_that_is_uploaded_and_a_stand_in_that_starts_again(telegram, bot):
    amina = telegram.person(42, is_known=True)
    await bot.send_photo(42, b"\x89PNG", caption="map")
    address = telegram.url
    with telegram.down(), pytest.raises(NetworkError):
        await bot.send_message(42, "away")
    await bot.send_message(42, "back")
    telegram.stop()
    telegram.start()
    assert telegram.url == address
    await bot.send_message(42, "again")
    assert amina.received == ["map", "back", "again"] and telegram.violations == []
