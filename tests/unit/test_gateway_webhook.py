"""The pages that an SMS gateway calls: proof of origin first, then messages and reports in every way of calling."""

from __future__ import annotations

import json
from urllib.parse import urlencode

import pytest
from flask import Flask
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.channels.edge import MAX_BODY_BYTES, Refused
from bot.channels.gateway.webhook import MESSAGE_PATH, REPORT_PATH, pages
from bot.domain.deliveries import OutboundState
from tests.builders import NOON
from tests.unit.gateway_settings import SECRET, make_settings

MESSAGE = {"from": "+218912345678", "to": "1234", "text": "مرحبا، hello & co + 100%", "id": "abc"}
HEADER = {"X-Gateway-Secret": SECRET}


class _Receiver:
    """Writes down what it is given."""

    def __init__(self):
        self.messages, self.reports = [], []

    def message(self, incoming):
        self.messages.append(incoming)
        return True

    def report(self, report):
        self.reports.append(report)
        return True


def _served(**environment):
    receiver, app = _Receiver(), Flask("test")
    app.config["MAX_CONTENT_LENGTH"] = MAX_BODY_BYTES
    app.register_blueprint(pages(make_settings(**environment), receiver, clock=lambda: NOON))
    app.register_error_handler(Refused, lambda refused: (refused.code, refused.status))
    return app.test_client(), receiver


@pytest.fixture
def served():
    return _served()


CALLS = {
    "query": lambda client, path, fields: client.get(path, query_string=fields, headers=HEADER),
    "query by POST": lambda client, path, fields: client.post(path, query_string=fields, headers=HEADER),
    "form": lambda client, path, fields: client.post(path, data=fields, headers=HEADER),
    "JSON": lambda client, path, fields: client.post(path, json=fields, headers=HEADER),
    "JSON without escapes": lambda client, path, fields: client.post(
        path,
        data=json.dumps(fields, ensure_ascii=False).encode(),
        content_type="application/vnd.gateway+json; charset=utf-8",
        headers=HEADER,
    ),
}


@pytest.mark.parametrize("call", CALLS.values(), ids=CALLS.keys())
def test_a_message_is_stored_and_answered_with_nothing_however_it_comes(served, call):
    client, receiver = served
    answer = call(client, MESSAGE_PATH, MESSAGE)
    # Kannel sends the text of an answer to the person.
    assert (answer.status_code, answer.data, answer.mimetype) == (200, b"", "text/plain")
    [message] = receiver.messages
    assert (message.address, message.text, message.provider_id) == (MESSAGE["from"], MESSAGE["text"], "abc")


@pytest.mark.parametrize("call", CALLS.values(), ids=CALLS.keys())
def test_a_report_is_stored_however_it_comes(served, call):
    client, receiver = served
    answer = call(client, REPORT_PATH, {"message": "ours", "status": "delivered"})
    assert (answer.status_code, answer.data) == (200, b"")
    [report] = receiver.reports
    assert (report.message_id, report.state) == ("ours", OutboundState.DELIVERED)


def test_numbers_in_json_are_read_and_nested_fields_are_found():
    client, receiver = _served(SMS_GATEWAY_INBOUND_FIELDS="from=data.msisdn,text=data.body,id=data.ids.0,time=data.ts")
    document = {"data": {"msisdn": 218912345678, "body": "1", "ids": [77], "ts": NOON.timestamp()}}
    assert client.post(MESSAGE_PATH, json=document, headers=HEADER).status_code == 200
    assert [(m.address, m.text, m.provider_id) for m in receiver.messages] == [("+218912345678", "1", "77")]


@pytest.mark.parametrize("path", [MESSAGE_PATH, REPORT_PATH])
@pytest.mark.parametrize("secret", [None, "", "wrong", SECRET[:-1], SECRET + " ", "é" * 25, "\udcff"])
def test_without_the_secret_nothing_is_taken(served, path, secret):
    client, receiver = served
    proof = {} if secret is None else {"X-Gateway-Secret": secret.encode("utf-8", "surrogatepass")}
    for answer in (client.get(path, query_string={**MESSAGE, **proof}), client.post(path, data={**MESSAGE, **proof})):
        assert (answer.status_code, answer.text) == (403, "secret_wrong")
    assert receiver.messages == receiver.reports == []


def test_the_secret_may_come_in_query_form_or_json_under_its_own_name():
    client, receiver = _served(SMS_GATEWAY_SECRET_NAME="key")
    fields = {**MESSAGE, "key": SECRET}
    answers = [
        client.get(MESSAGE_PATH, query_string=fields),
        client.post(MESSAGE_PATH, data=fields),
        client.post(MESSAGE_PATH, json=fields),
        client.post(f"{MESSAGE_PATH}?key={SECRET}", json=MESSAGE),
        client.post(MESSAGE_PATH, data=MESSAGE, headers={"key": SECRET}),
    ]
    assert [answer.status_code for answer in answers] == [200] * 5
    assert len(receiver.messages) == 5


@pytest.mark.parametrize(
    ("body", "kind"), [(b"{", "application/json"), (b"\xff", "application/json"), (b"[" * 9999, "application/json")]
)
def test_the_secret_is_judged_before_the_body(served, body, kind):
    client, _ = served
    assert client.post(MESSAGE_PATH, data=body, content_type=kind).status_code == 403
    answer = client.post(MESSAGE_PATH, data=body, content_type=kind, headers=HEADER)
    assert (answer.status_code, answer.text) == (400, "json_unreadable")


@pytest.mark.parametrize(
    ("query", "code"),
    [
        ("from=0912345678&text=%FF", "field_unreadable"),
        ("from=0912345678&text=%ED%A0%80", "field_unreadable"),
        ("from=0912345678&text=1&text=2", "field_doubled"),
        ("from=0912345678", "field_missing"),
        ("from=Libyana&text=1", "sender_invalid"),
        ("&".join("a=1" for _ in range(300)), "form_unreadable"),
    ],
)
def test_what_cannot_be_read_is_refused_by_name(served, query, code):
    client, receiver = served
    by_query = client.get(f"{MESSAGE_PATH}?{query}", headers=HEADER)
    by_form = client.post(MESSAGE_PATH, data=query, content_type="application/x-www-form-urlencoded", headers=HEADER)
    assert [(a.status_code, a.text) for a in (by_query, by_form)] == [(400, code)] * 2
    assert receiver.messages == []


def test_a_field_that_nobody_reads_may_come_twice(served):
    client, receiver = served
    client.get(f"{MESSAGE_PATH}?from=0912345678&text=1&tag=a&tag=b", headers=HEADER)
    assert len(receiver.messages) == 1


@pytest.mark.parametrize("document", ['["from"]', '"text"', "null", "1"])
def test_json_that_is_no_object_is_refused(served, document):
    client, _ = served
    answer = client.post(MESSAGE_PATH, data=document, content_type="application/json", headers=HEADER)
    assert (answer.status_code, answer.text) == (400, "json_no_object")


def test_a_surrogate_in_json_is_refused(served):
    client, _ = served
    body = '{"from": "0912345678", "text": "\\ud800"}'
    answer = client.post(MESSAGE_PATH, data=body, content_type="application/json", headers=HEADER)
    assert (answer.status_code, answer.text) == (400, "field_unreadable")


def test_an_old_message_is_refused_as_forged(served):
    client, _ = served
    answer = client.get(MESSAGE_PATH, query_string={**MESSAGE, "time": "2026-11-23 10:00:00"}, headers=HEADER)
    assert (answer.status_code, answer.text) == (403, "webhook_too_old")


def test_each_unknown_status_is_taken_and_logged_once_without_its_word(served, process_log):
    client, receiver = served
    for word in ("PENDING", "PENDING", "ODD", "PENDING"):
        answer = client.get(REPORT_PATH, query_string={"message": "ours", "status": word}, headers=HEADER)
        assert (answer.status_code, answer.data) == (200, b"")
    log = process_log.getvalue()
    assert receiver.reports == []
    assert log.count("status_unknown") == 2
    assert "count=2" in log
    assert "PENDING" not in log


def test_other_methods_are_not_allowed(served):
    client, _ = served
    assert client.put(MESSAGE_PATH, headers=HEADER).status_code == 405


names = st.sampled_from(["from", "to", "text", "id", "time", "status", "message", "X-Gateway-Secret"]) | st.text(max_size=5)
leaves = (
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=30) | st.sampled_from([SECRET, "0912345678"])
)
documents = st.recursive(leaves, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(names, inner, max_size=8))
relaxed = settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)


@relaxed
@given(
    path=st.sampled_from([MESSAGE_PATH, REPORT_PATH]),
    body=st.binary(max_size=200) | documents.map(lambda d: json.dumps(d).encode()),
    kind=st.sampled_from(
        ["application/json", "application/x-www-form-urlencoded", "text/plain", "multipart/form-data", "x", ""]
    ),
    is_proven=st.booleans(),
)
def test_no_body_breaks_the_pages(served, path, body, kind, is_proven):
    client, _ = served
    answer = client.post(path, data=body, content_type=kind, headers=HEADER if is_proven else {})
    assert answer.status_code in (200, 400, 403)
    assert is_proven or answer.status_code == 403 or SECRET.encode() in body


@relaxed
@given(
    path=st.sampled_from([MESSAGE_PATH, REPORT_PATH]),
    values=st.dictionaries(names, st.text(max_size=40) | st.binary(max_size=40), max_size=9),
)
def test_no_query_breaks_the_pages(served, path, values):
    client, _ = served
    as_bytes = {name.encode("utf-8", "surrogatepass"): value for name, value in values.items()}
    query = urlencode({n: v if isinstance(v, bytes) else v.encode("utf-8", "surrogatepass") for n, v in as_bytes.items()})
    assert client.get(f"{path}?{query}", headers=HEADER).status_code in (200, 400, 403)


def test_a_body_that_is_too_large_is_not_read(served):
    client, _ = served
    assert client.post(MESSAGE_PATH, data={"text": "x" * (MAX_BODY_BYTES + 1)}, headers=HEADER).status_code == 413
