"""The outbox worker over SQLite: lanes, faults of clients and of the database, a stop in the middle."""

from __future__ import annotations

import asyncio

import pytest
from sqlalchemy.exc import OperationalError

from bot.delivery.lanes import SIDE_BY_SIDE
from bot.domain.contacts import Channel, Provider
from bot.domain.errors import Rejected, TryLater
from bot.services.ports import Sent
from bot.storage.outbox import SqlOutbox
from bot.storage.unit_of_work import SqlUnitOfWork
from bot.wiring import now
from tests.fakes import FakeClient
from tests.integration.outbox_steps import Hotline
from tests.integration.worker_steps import PartsOver, make_worker, run_until, wait_for

GATEWAY = {"provider": Provider.GATEWAY, "channel": Channel.SMS}
TELEGRAM = {"provider": Provider.TELEGRAM, "channel": Channel.TELEGRAM}
WORDS = "we are hiding in Tajoura"


class SlowClient(FakeClient):
    """A provider that takes its time: it answers when a test lets it."""

    def __init__(self, **more):
        super().__init__(**more)
        self.may_answer = asyncio.Event()
        self.now, self.most = 0, 0

    async def send(self, outgoing):
        self.now += 1
        self.most = max(self.most, self.now)
        await self.may_answer.wait()
        self.now -= 1
        return await super().send(outgoing)


@pytest.fixture
def hotline(sqlite_database):
    """The services over a SQLite file, with the real clock, which is the worker's."""
    made = Hotline(sqlite_database)
    made.clock = now
    return made


def _fill(hotline, count, **where):
    texts = [f"{where['provider'].value} {number}" for number in range(count)]
    for text in texts:
        hotline.write("hello", text, address=f"address of {text}", **where)
    return texts


def _have_state(hotline, texts, state):
    return lambda: all(hotline.state(text)[0] == state for text in texts)


async def test_replies_are_sent_in_order_and_nothing_of_them_is_logged(hotline, process_log):
    texts = [f"{WORDS} {number}" for number in range(3)]
    message = hotline.write("hello", *texts, **TELEGRAM)
    client = FakeClient()
    worker = make_worker(PartsOver(hotline.database), {Provider.TELEGRAM: client})
    await run_until(worker.run, _have_state(hotline, texts, "sent"))
    assert client.taken == texts
    log = process_log.getvalue()
    assert log.count(" sent message_id=") == 3
    assert "Tajoura" not in log
    assert hotline.address_of(message).address not in log


async def test_where_the_provider_cannot_be_asked_one_message_at_a_time_is_on_its_way(hotline):
    texts = _fill(hotline, 4, **GATEWAY)
    client = SlowClient(can_look_up=False)
    worker = make_worker(PartsOver(hotline.database), {Provider.GATEWAY: client})

    async def start(stop):
        running = asyncio.create_task(worker.run(stop))
        await wait_for(lambda: client.now == 1)
        await asyncio.sleep(0.3)
        assert client.most == 1
        client.may_answer.set()
        await running

    await run_until(start, _have_state(hotline, texts, "sent"))
    assert (client.most, sorted(client.taken)) == (1, texts)


async def test_elsewhere_several_are_on_their_way_and_a_slow_channel_holds_up_no_other(hotline):
    slow, fast = _fill(hotline, SIDE_BY_SIDE + 2, **TELEGRAM), _fill(hotline, 3, **GATEWAY)
    telegram, gateway = SlowClient(), FakeClient()
    worker = make_worker(PartsOver(hotline.database), {Provider.TELEGRAM: telegram, Provider.GATEWAY: gateway})

    async def start(stop):
        running = asyncio.create_task(worker.run(stop))
        await wait_for(lambda: telegram.now == SIDE_BY_SIDE and _have_state(hotline, fast, "sent")())
        telegram.may_answer.set()
        await running

    await run_until(start, _have_state(hotline, slow, "sent"))
    assert (telegram.most, sorted(telegram.taken)) == (SIDE_BY_SIDE, sorted(slow))


async def test_after_a_fault_of_the_client_a_message_is_uncertain_and_not_sent_twice(hotline, process_log):
    hotline.write("hello", "one", "two", **GATEWAY)
    calls = []

    class Broken(FakeClient):
        async def send(self, outgoing):
            calls.append(outgoing.message.text)
            if outgoing.message.text == "one":
                raise KeyError(WORDS)
            return Sent("out")

    worker = make_worker(PartsOver(hotline.database), {Provider.GATEWAY: Broken(can_look_up=False)})
    await run_until(worker.run, _have_state(hotline, ["two"], "sent"))
    assert calls == ["one", "two"]
    assert hotline.state("one") == ("unknown", "client_error")
    assert "client_failed" in process_log.getvalue()
    assert "Tajoura" not in process_log.getvalue()


async def test_a_look_up_finds_what_was_taken(hotline):
    hotline.write("hello", "one", **TELEGRAM)

    class Broken(FakeClient):
        async def send(self, outgoing):
            self.taken.append(outgoing.message.text)
            raise KeyError

    client = Broken(found={"one": Sent("out-1")})
    worker = make_worker(PartsOver(hotline.database), {Provider.TELEGRAM: client})
    await run_until(worker.run, _have_state(hotline, ["one"], "sent"))
    assert (client.taken, client.looked_up, hotline.find("one").provider_id) == (["one"], ["one"], "out-1")


@pytest.mark.parametrize(
    ("error", "state"), [(Rejected("too_long"), ("failed", "too_long")), (TryLater("slow_down"), ("queued", "slow_down"))]
)
async def test_what_is_not_taken_is_recorded_and_logged_by_its_code(hotline, process_log, error, state):
    hotline.write("hello", "one", **TELEGRAM)
    worker = make_worker(PartsOver(hotline.database), {Provider.TELEGRAM: FakeClient({"one": error})})
    await run_until(worker.run, lambda: hotline.state("one") == state)
    assert f"error_code={error.code} state={state[0]}" in process_log.getvalue()


async def test_a_message_for_a_channel_that_is_off_fails(hotline):
    hotline.write("hello", "one", **TELEGRAM)
    worker = make_worker(PartsOver(hotline.database), {})
    await run_until(worker.run, lambda: hotline.state("one") == ("failed", "channel_off"))


# The database goes away


class _ForgetfulOutbox(SqlOutbox):
    failures = 0

    def take_back(self, message_id, *, owner):
        if _ForgetfulOutbox.failures:
            _ForgetfulOutbox.failures -= 1
            raise OperationalError(WORDS, {}, Exception(WORDS))
        return super().take_back(message_id, owner=owner)


class _ForgetfulUnitOfWork(SqlUnitOfWork):
    """It loses the database as often as told, whenever an outcome is to be recorded."""

    def __enter__(self):
        super().__enter__()
        self.outbox = _ForgetfulOutbox(self.session)
        return self


@pytest.mark.parametrize("error", [None, Rejected("too_long")])
async def test_an_outcome_that_cannot_be_recorded_is_recorded_later_and_nothing_is_sent_twice(hotline, process_log, error):
    hotline.write("hello", "one", **TELEGRAM)
    parts = PartsOver(hotline.database)
    parts.unit_of_work = lambda **_: _ForgetfulUnitOfWork(hotline.database.engine, hotline.database.cipher)
    client = FakeClient({"one": error} if error else None)
    _ForgetfulOutbox.failures = 2
    worker = make_worker(parts, {Provider.TELEGRAM: client})
    await run_until(worker.run, _have_state(hotline, ["one"], "failed" if error else "sent"))
    assert client.taken == ([] if error else ["one"])
    assert hotline.find("one").attempts == 1
    log = process_log.getvalue()
    assert log.count("outcome_not_stored error_class=OperationalError") == 2
    assert "Tajoura" not in log


async def test_a_database_that_cannot_be_read_is_asked_again(hotline, process_log):
    hotline.write("hello", "one", **TELEGRAM)
    parts, left = PartsOver(hotline.database), [1]

    def unit_of_work(**_):
        if left[0]:
            left[0] -= 1
            raise OperationalError(WORDS, {}, Exception(WORDS))
        return hotline.database.unit_of_work()

    parts.unit_of_work = unit_of_work
    worker = make_worker(parts, {Provider.TELEGRAM: FakeClient()})
    await run_until(worker.run, _have_state(hotline, ["one"], "sent"))
    assert process_log.getvalue().count("outbox_unreadable error_class=OperationalError") == 1


# Stop


async def test_a_stop_finishes_what_is_in_hand_and_starts_nothing(hotline):
    texts = _fill(hotline, 3, **GATEWAY)
    client = SlowClient(can_look_up=False)
    worker = make_worker(PartsOver(hotline.database), {Provider.GATEWAY: client})

    async def start(stop):
        running = asyncio.create_task(worker.run(stop))
        await wait_for(lambda: stop.is_asked)
        await asyncio.sleep(0.2)
        assert not running.done()
        client.may_answer.set()
        await running

    await run_until(start, lambda: client.now == 1)
    assert client.taken == texts[:1]
    assert [hotline.state(text) for text in texts] == [("sent", None), ("queued", None), ("queued", None)]


# Rates


async def test_an_sms_takes_as_much_of_the_rate_as_it_has_parts_and_a_stop_does_not_wait_for_it(hotline):
    for text in ("one", "two"):
        hotline.write("hello", text, address=f"address of {text}", sms_parts=2, **GATEWAY)
    client = FakeClient()
    worker = make_worker(PartsOver(hotline.database), {Provider.GATEWAY: client}, sms_parts_per_minute=3)
    took = []

    async def start(stop):
        running = asyncio.create_task(worker.run(stop))
        await wait_for(lambda: client.taken == ["one"])
        await asyncio.sleep(0.3)
        await running

    took.append(await run_until(start, _have_state(hotline, ["one"], "sent")))
    assert client.taken == ["one"]
    assert hotline.state("two") == ("queued", None)
    assert took[0] < 3


async def test_an_sms_of_more_parts_than_the_rate_goes_out_all_the_same(hotline):
    hotline.write("hello", "one", sms_parts=3, **GATEWAY)
    worker = make_worker(PartsOver(hotline.database), {Provider.GATEWAY: FakeClient()}, sms_parts_per_minute=1)
    await run_until(worker.run, _have_state(hotline, ["one"], "sent"))
