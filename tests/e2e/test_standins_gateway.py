"""The stand-in of a plain SMS gateway takes and posts what its names say."""

from __future__ import annotations

import json

import httpx
import pytest

from tests.e2e.standin_hotline import HTTP, Hotline
from tests.standins import GatewayStandIn, Names, closed, server_error


@pytest.fixture
def hotline():
    with Hotline() as server:
        yield server


def test_a_gateway_with_json_and_a_key(hotline):
    names = Names(encoding="json", to="msisdn", text="message", secret_in="header", secret_name="X-Key", secret="k")
    back = Names(encoding="json", sender="source", secret_in="field", secret_name="pw", secret="p")
    with GatewayStandIn(outbound=names, inbound=back, report=back) as gateway:
        gateway.set_webhooks(f"{hotline.url}/in", f"{hotline.url}/report")
        gateway.phone("218910000001").texts("hello")
        body = {"msisdn": "218910000001", "from": "13100", "message": "مرحبا"}
        taken = HTTP.post(f"{gateway.url}/send", json=body, headers={"X-Key": "k"}).json()
        gateway.wait_until_idle()
        assert gateway.phone("218910000001").received == ["مرحبا"]
        inbound, report = (json.loads(body) for _, _, body in sorted(hotline.taken))
        assert inbound.items() >= {"source": "218910000001", "text": "hello", "pw": "p"}.items()
        assert report.items() >= {"id": taken["id"], "status": "delivered", "pw": "p"}.items()
        assert HTTP.post(f"{gateway.url}/send", json=body).status_code == 403 and gateway.violations == []
        bad = HTTP.post(f"{gateway.url}/send", json={**body, "colour": "red"}, headers={"X-Key": "k"})
        assert bad.status_code == 400 and len(gateway.violations) == 1


def test_a_gateway_in_the_style_of_kannel(hotline):
    names = Names(encoding="query", secret_in="field", secret_name="password", secret="p", fixed={"coding": "2"})
    with GatewayStandIn(outbound=names, inbound=Names(encoding="query"), answers="plain") as gateway:
        gateway.set_webhooks(f"{hotline.url}/in")
        gateway.phone("218910000001").texts("hello 1", swap=True)
        gateway.phone("218910000001").texts("hello 2")
        fields = {"to": "218910000001", "from": "13100", "text": "hi", "password": "p", "coding": "2"}
        answer = HTTP.get(f"{gateway.url}/send", params=fields)
        assert (answer.status_code, answer.text) == (202, "0: Accepted for delivery")
        gateway.faults.next(server_error(), closed())
        assert HTTP.get(f"{gateway.url}/send", params=fields).text.startswith("3: ")
        with pytest.raises(httpx.RemoteProtocolError):
            HTTP.get(f"{gateway.url}/send", params=fields)
        gateway.wait_until_idle()
        assert ["hello+2" in path for path, _, _ in hotline.taken] == [True, False]
        assert gateway.phone("218910000001").received == ["hi"] and gateway.violations == []
