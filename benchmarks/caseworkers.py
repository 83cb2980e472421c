"""Twenty caseworkers at once over HTTP: each a thread with a browser's cookies, who thinks between two pages as at work."""

from __future__ import annotations

import random
import re
import threading
import time
from collections import defaultdict
from contextlib import suppress

import httpx

from benchmarks import queries

PASSWORD = "benchmark password of the demo"
CASEWORKERS = [f"{team}{n}" for team in ("tripoli", "benghazi", "sabha") for n in range(1, 6)]
CASEWORKERS += ["salem", "noura", "joseph", "mona", "idris"]
POLL_SECONDS, ALARM_SECONDS = 2.0, 5.0
_TOKEN = re.compile(r'name="csrf[_-]token"[^>]*?(?:value|content)="([^"]+)"')
_CASE = re.compile(r'href="/cases/(R-[^"/?]+)"')
_REQUEST = re.compile(r'href="/requests/(R-[^"/?]+)"')


class Crowd:
    """Caseworkers who work at once, and how long each page took them."""

    def __init__(self, base: str, people: int, seconds: float, think: float) -> None:
        self.base, self.people, self.seconds, self.think = base, people, seconds, think
        self.taken: dict[str, list[tuple[float, int]]] = defaultdict(list)
        self.errors: dict[str, int] = defaultdict(int)
        self._lock = threading.Lock()
        self._began = 0.0

    def work(self) -> None:
        """Let everybody log in, and then work until the time is over."""
        ready, workers = threading.Barrier(self.people), []
        for number in range(self.people):
            worker = Worker(self, CASEWORKERS[number % len(CASEWORKERS)], random.Random(number), ready)
            workers.append(threading.Thread(target=worker.run, daemon=True))
        for worker in workers:
            worker.start()
        for worker in workers:
            worker.join(self.seconds + 90)

    def begin(self) -> float:
        """Note when the first began; return when all end."""
        with self._lock:
            self._began = self._began or time.monotonic()
            return self._began + self.seconds

    def note(self, page: str, seconds: float, response: httpx.Response) -> None:
        """Keep how long a page took."""
        with self._lock:
            if response.status_code >= 400:
                self.errors[f"{page}: {response.status_code}"] += 1
            else:
                self.taken[page].append((seconds * 1000, int(response.headers.get("content-length") or 0)))

    def pages(self) -> dict[str, dict]:
        """Return the figures by page."""
        return {page: figures(taken) for page, taken in sorted(self.taken.items())}

    def rate(self) -> float:
        """Return requests a second."""
        return round(sum(map(len, self.taken.values())) / self.seconds, 1)


class Over(Exception):
    """The time is over: nobody hurries through the rest of their work."""


class Worker:
    """One caseworker with a browser."""

    def __init__(self, crowd: Crowd, name: str, rng: random.Random, ready: threading.Barrier) -> None:
        self._crowd, self._name, self._rng, self._ready = crowd, name, rng, ready
        self._client = httpx.Client(base_url=crowd.base, timeout=30, headers={"Accept-Encoding": "gzip"})
        self._references: list[str] = []
        self._requests: list[str] = []
        self._text, self._known, self._end = "", "", 0.0

    def run(self) -> None:
        """Log in, wait for the others, and work."""
        with self._client:
            self._log_in()
            self._warm_up()
            self._ready.wait(60)
            self._end = self._crowd.begin()
            time.sleep(self._rng.uniform(0, self._crowd.think))
            with suppress(Over):
                while True:
                    self._one_case()

    def _log_in(self) -> None:
        token = _TOKEN.search(self._client.get("/login").text).group(1)
        data = {"csrf_token": token, "email": f"{self._name}@demo.example", "password": PASSWORD}
        response = self._client.post("/login", data=data)
        if response.status_code not in (302, 303):
            raise SystemExit(f"{self._name} could not log in: {response.status_code}")

    def _warm_up(self) -> None:
        """Look at each page once, unmeasured: a console that just started has its templates to read first."""
        text = self._client.get("/").text
        for path in ("/requests", *(f"/cases/{reference}" for reference in _CASE.findall(text)[:1])):
            self._client.get(path)

    def _one_case(self) -> None:
        self._queue("/", "queue")
        narrow = self._rng.choice(
            ("?language=fr", "?channel=whatsapp&priority=normal", "?tab=mine", "?kind=return", "?timing=late")
        )
        self._queue(f"/{narrow}", "queue, narrowed")
        if self._references:
            self._case(self._rng.choice(self._references))
        self._look_up()
        if self._rng.random() < 0.4:
            self._get("/requests", "requests")
            self._requests = _REQUEST.findall(self._text) or self._requests
            if self._requests:
                self._get(f"/requests/{self._rng.choice(self._requests)}", "request")

    def _queue(self, path: str, page: str) -> None:
        self._get(path, page)
        self._references = _CASE.findall(self._text) or self._references
        self._stay(self._crowd.think, "/live", "alarms", every=ALARM_SECONDS)

    def _case(self, reference: str) -> None:
        path = f"/cases/{reference}"
        if not self._get(path, "conversation"):
            return
        forms = queries.forms_on(self._text)
        self._known = queries.state_on(self._text)
        self._stay(self._crowd.think * 2, f"{path}/live", "conversation, live", every=POLL_SECONDS)
        if self._rng.random() < 0.3:
            self._post(forms, "claim", "claim")
        if self._rng.random() < 0.3:
            self._post(forms, "note", "note", text="Wrote to the family, waits for an answer.")
        if self._rng.random() < 0.4:
            self._post(forms, "reply", "reply", text="Hello, we have read your message. Is this a good time to write?")

    def _look_up(self) -> None:
        words = [("search, reference", self._rng.choice(self._references) if self._references else "R-00000-0")]
        words += [("search, name", self._rng.choice(("Amina Osman", "Mamadou Diallo", "محمت عيسى", "Blessing")))]
        words += [("search, phone", f"+21800{self._rng.randrange(2, 50_000):07}")]
        page, word = self._rng.choice(words)
        self._get(f"/search?q={httpx.QueryParams({'q': word})['q']}".replace("+", "%2B").replace(" ", "%20"), page)
        self._stay(self._crowd.think, "/live", "alarms", every=ALARM_SECONDS)

    def _stay(self, seconds: float, path: str, page: str, *, every: float) -> None:
        """Stay on a page for some time, while it asks by itself."""
        until = min(time.monotonic() + self._rng.uniform(0.5, 1.5) * seconds, self._end)
        while (left := until - time.monotonic()) > 0:
            time.sleep(min(every, left))
            if left > every:
                self._get(path, page, is_script=True)

    def _get(self, path: str, page: str, *, is_script: bool = False) -> bool:
        self._go_on()
        headers = {"X-Requested-With": "XMLHttpRequest"} if is_script else {}
        query = {"since": self._known} if path.startswith("/cases/") and is_script else None
        began = time.monotonic()
        response = self._client.get(path, headers=headers, params=query)
        self._crowd.note(page, time.monotonic() - began, response)
        if not is_script:
            self._text = response.text
        elif query is not None and response.status_code == 200:
            self._known = queries.state_on(response.text) or self._known
        return response.status_code < 300

    def _post(self, forms: list[queries.HtmlForm], suffix: str, page: str, **fields: str) -> None:
        form = next((one for one in forms if one.action.split("?")[0].endswith(f"/{suffix}")), None)
        if form is None:
            return
        self._go_on()
        began = time.monotonic()
        response = self._client.post(form.action, data={**form.fields, **fields})
        self._crowd.note(page, time.monotonic() - began, response)

    def _go_on(self) -> None:
        if time.monotonic() >= self._end:
            raise Over


def figures(taken: list[tuple[float, int]]) -> dict:
    """Return median, p95 and maximum in milliseconds, and the size of the last answer."""
    waits = sorted(wait for wait, _ in taken)
    at = lambda part: round(waits[min(len(waits) - 1, int(part * len(waits)))], 1)  # noqa: E731
    return {
        "count": len(waits),
        "p50": at(0.5),
        "p95": at(0.95),
        "max": round(waits[-1], 1),
        "kb": round(taken[-1][1] / 1024, 1),
    }
