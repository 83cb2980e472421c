"""The directory in the console: found, written, checked and taken back; and what people are told of it right afterwards."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import timedelta
from html import unescape

import pytest

from bot.console.app import LOCALES
from bot.console.permissions import PERMISSIONS
from bot.domain.audit import Act
from bot.domain.contacts import LANGUAGES, Channel
from bot.domain.staff import Role
from bot.language.catalogues import Catalogues
from bot.language.reading.office_phones import read_office_phone
from bot.speaking.parts import speaker_of
from bot.speaking.register import load_register
from bot.wiring import now
from tests.builders import make_entry
from tests.integration.attack_steps import TEXT, dangers
from tests.integration.console_steps import add_entry, token_on

WRITTEN = {
    "organisation-ar": "مكتب العودة",
    "organisation-fr": "Bureau du retour",
    "organisation-en": "Return desk",
    "purpose-en": "Advice",
    "kinds": ["return_office", "legal"],
    "places": ["sabha"],
    "languages": ["ar", "ha"],
    "phones": "1515\n091 712 76 44",
    "source": "The office itself",
    "source_as_of": "2026-11-20",
}
WORDS = {"ar": "مكتب العودة", "fr": "Bureau du retour", "en": "Return desk"}


@pytest.fixture
def client(console_staff):
    """A browser in which a supervisor is logged in."""
    return console_staff("amal@example.org", Role.SUPERVISOR)


def in_days(days):
    return (now() + timedelta(days=days)).date().isoformat()


def save(client, path, **changes):
    """Send the form as it is written above, but for some fields."""
    mark = re.search(r'name="seen" value="([^"]*)"', client.get(path).text)
    data = {"csrf_token": token_on(client, path), "seen": mark.group(1) if mark else "", **WRITTEN, **changes}
    return client.post(path, data={name: value for name, value in data.items() if value is not None})


def act(client, path, **data):
    return client.post(path, data={"csrf_token": token_on(client, "/directory"), **data}, follow_redirects=True)


def put(parts, *entries):
    with parts.unit_of_work() as uow:
        for entry in entries:
            uow.directory.add(entry)
        uow.commit()


def held(parts, entry_id):
    with parts.unit_of_work() as uow:
        return uow.directory.get(entry_id)


def checked(entry_id, *, days, **changes):
    """An entry whose check ends so many days from now."""
    until = {"valid_until": now() + timedelta(days=days)}
    return make_entry(entry_id, **{"organisation": entry_id.title(), **changes, **until})


def names_on(client, query=""):
    return [unescape(name) for name in re.findall(r"<h2><bdi[^>]*>([^<]*)</bdi></h2>", client.get(f"/directory{query}").text)]


def acts_of(parts):
    with parts.engine.connect() as connection:
        rows = connection.exec_driver_sql("SELECT act, subject, staff_id FROM audit_entry ORDER BY position").all()
    return [(act, subject) for act, subject, staff_id in rows if act.startswith("entry_") and staff_id]


@pytest.fixture
def told(console_parts):
    """What somebody who asks about return is told of offices, in a language."""
    parts = replace(console_parts, catalogues=Catalogues.load(LOCALES))
    speaker = speaker_of(parts)
    topic = next(one for one, answer in load_register().items() if "return_office" in answer.directory)

    def say(language="en", channel=Channel.WHATSAPP):
        return speaker.say(topic, language, channel).text

    return say


# What people are told


def test_what_is_written_and_checked_is_told_in_each_language_at_once(client, console_parts, told):
    assert save(client, "/directory/new", is_checked="1", valid_until=in_days(30)).status_code == 303
    entry = held(console_parts, "return_desk")
    assert (entry.phones, entry.kinds, entry.places) == (("1515", "+218917127644"), ("return_office", "legal"), ("sabha",))
    assert (entry.languages, entry.verified_by) == (("ar", "ha"), "amal@example.org")
    for language in LANGUAGES:
        for channel in (Channel.WHATSAPP, Channel.SMS):
            told_now = told(language, channel)
            assert WORDS[language] in told_now and "1515, +218917127644" in told_now
            assert not any(name in told_now for other, name in WORDS.items() if other != language)


def test_what_nobody_checked_is_not_told(client, told):
    page = save(client, "/directory/new", valid_until=in_days(30))
    assert "Return desk" not in told()
    assert "once somebody has checked it" in client.get(page.location).text


def test_an_entry_is_no_longer_told_once_it_is_taken_back_changed_or_ended(client, console_parts, told):
    save(client, "/directory/new", is_checked="1", valid_until=in_days(30))
    assert "Return desk" in told()
    act(client, "/directory/return_desk/take-back")
    assert "Return desk" not in told()
    act(client, "/directory/return_desk/verify", valid_until=in_days(30))
    assert "Return desk" in told()
    # A change without a check of its own
    page = client.get("/directory/return_desk/edit").text
    assert "If you change it without a check, they are told no longer." in page
    save(client, "/directory/return_desk/edit", phones="1516")
    assert "Return desk" not in told()
    # A change with one
    save(client, "/directory/return_desk/edit", phones="1517", is_checked="1", valid_until=in_days(30))
    assert "1517" in told()
    # And the end of the check
    with console_parts.unit_of_work() as uow:
        uow.directory.lock("return_desk").valid_until = now() - timedelta(seconds=1)
        uow.commit()
    assert "Return desk" not in told()


def test_an_untouched_form_changes_nothing(client, console_parts):
    # Given an entry with words, a number, a kind and a place as nobody would write them here
    entry = make_entry(phones=("0910000",), kinds=("shelter", "legal", "health"), places=("sabha", "moon", "tripoli"))
    put(console_parts, replace(entry, valid_until=now() + timedelta(days=30), organisation="Bureau", languages=("zz", "ar")))
    page = client.get("/directory/office/edit").text
    form = page[page.index('class="directory-form"') :]
    fields = dict(re.findall(r'<input type="text" value="([^"]*)" id="([^"]*)"', form))
    data = {name: value for value, name in fields.items()}
    data |= {name: re.search(rf'id="{name}"[^>]*value="([^"]*)"', form).group(1) for name in ("source", "source_as_of")}
    data |= {name: text for name, text in re.findall(r'<textarea[^>]*name="([^"]*)"[^>]*>([^<]*)</textarea>', form)}
    for name in ("kinds", "places", "languages"):
        data[name] = re.findall(rf'name="{name}" value="([^"]*)" checked', form)
    answer = client.post("/directory/office/edit", data={"csrf_token": token_on(client, "/directory"), "seen": "", **data})
    assert "Nothing was changed." in client.get(answer.location).text
    assert held(console_parts, "office").is_shown(now()) and acts_of(console_parts) == []


def test_the_form_shows_how_people_are_told(console_parts, console_app, client, monkeypatch):
    parts = replace(console_parts, catalogues=Catalogues.load(LOCALES))
    monkeypatch.setitem(console_app.extensions, "parts", parts)
    put(console_parts, make_entry(organisation="Desk", phones=("1515",), translations={"fr": {"organisation": "Bureau"}}))
    page = client.get("/directory/office/edit").text
    lines = dict(re.findall(r'<span class="told-line" lang="(\w+)"[^>]*>([^<]*)</span>', page))
    assert (lines["fr"], lines["en"]) == ("Bureau : 1515", "Desk: 1515") and "Desk" in lines["ar"]
    assert "Nothing: a name or a phone is missing." in client.get("/directory/new").text


# What is refused


def test_what_is_wrong_is_said_beside_the_field_and_above_and_nothing_typed_is_lost(client, console_parts):
    wrong = {"organisation-ar": " ", "organisation-fr": "", "organisation-en": "", "purpose-en": "", "kinds": [], "source": ""}
    long = {"hours-fr": "h" * 201, "address-en": "Kept street", "source_as_of": "last week"}
    page = save(client, "/directory/new", **wrong, **long, phones="1515\n0917\n091x", is_checked="1", valid_until="soon").text
    summary = re.search(r'id="problems">(.*?)</div>', page, re.DOTALL).group(1)
    rest = page.replace(summary, "")
    told = {
        "organisation": "Write the name in at least one language.",
        "purpose": "Say in at least one language what people find there.",
        "hours-fr": "At most 200 characters, please.",
        "kinds": "Tick at least one: answers find the entry by it.",
        "source": "Say where this comes from.",
        "valid_until": "Choose a day after today, at most a year ahead.",
    }
    for part, words in told.items():
        beside = re.search(rf'id="{part}-error">(.*?)</div>', rest, re.DOTALL).group(1)
        assert words in beside and words in summary
        assert re.search(rf'aria-describedby="[^"]*\b{part}-error"', rest), part
    assert re.search(r'id="hours-fr"[^>]*lang="fr" dir="ltr"[^>]*aria-invalid="true"', rest)
    assert re.findall(r"\u2068(.*?)\u2069 is not a phone number", rest) == ["0917", "091x"]
    for kept in ("h" * 201, "Kept street", "last week", "1515\n0917\n091x", 'value="soon"'):
        assert kept in rest
    assert re.search(r'name="is_checked" value="1"[^>]* checked', rest) and re.search(r'value="sabha" checked', rest)
    with console_parts.unit_of_work() as uow:
        assert not uow.directory.all()


@pytest.mark.parametrize(
    ("written", "number"),
    [
        ("1515", "1515"),
        ("١٤١٧", "1417"),
        ("0917127644", "+218917127644"),
        ("\u202a+218 91-712 76 44\u202c", "+218917127644"),
        ("021 477 78 38", "+218214777838"),
        ("0041 22 739 88 44", "+41227398844"),
        # Too short, without its code, with a remark, two of them, nobody's
        ("15", None),
        ("123456", None),
        ("0917127644 (mornings)", None),
        ("0917127644 0910354839", None),
        ("+218000000101", None),
        ("call us", None),
    ],
)
def test_phones_are_read_as_people_in_libya_write_them(written, number):
    assert read_office_phone(written) == number


def test_more_phones_than_a_message_holds_are_refused(client):
    assert "At most 5 numbers, please." in save(client, "/directory/new", phones="\n".join(map(str, range(1501, 1507)))).text
    assert save(client, "/directory/new", phones="1501\n\n" * 9).status_code == 303


def test_choices_that_nobody_was_offered_are_left_out(client, console_parts):
    save(client, "/directory/new", kinds=["legal", "shelter"], places=["moon"], languages=["zz"])
    entry = held(console_parts, "return_desk")
    assert (entry.kinds, entry.places, entry.languages) == (("legal",), (), ())


def test_a_colleagues_change_is_shown_beside_what_was_written_and_not_overwritten_unseen(client, console_staff, console_parts):
    # Given two who opened the same entry
    save(client, "/directory/new")
    path, token = "/directory/return_desk/edit", token_on(client, "/directory")
    mark = re.search(r'name="seen" value="([^"]+)"', client.get(path).text).group(1)
    other = console_staff("salem@example.org", Role.SUPERVISOR)
    save(other, path, phones="1600", **{"hours-en": "mornings"})
    # When the slower one saves
    mine = {"csrf_token": token, **WRITTEN, "phones": "1700"}
    page = client.post(path, data={**mine, "seen": mark}).text
    # Then both versions are there, and nothing of it is saved
    assert "A colleague changed this entry" in page and "Saved by salem@example.org" in page
    rows = re.findall(r'<tr><th scope="row">(.*?)</th><td>(.*?)</td><td>(.*?)</td></tr>', page, re.DOTALL)
    strip = [tuple(re.sub(r"<[^>]+>", "", cell).strip() for cell in row) for row in rows]
    assert strip == [("Hours (English)", "mornings", "–"), ("Phones", "1600", "1700")]
    assert re.search(r'<textarea id="phones"[^>]*>1700<', page)
    assert held(console_parts, "return_desk").phones == ("1600",)
    # And who has seen them can save
    newer = re.search(r'name="seen" value="([^"]+)"', page).group(1)
    assert client.post(path, data={**mine, "seen": newer}).status_code == 303
    assert held(console_parts, "return_desk").phones == ("1700",)


def test_what_changed_since_the_list_was_opened_is_not_verified(client, console_parts):
    save(client, "/directory/new")
    mark = re.search(r'name="seen" value="([^"]+)"', client.get("/directory").text).group(1)
    save(client, "/directory/return_desk/edit", phones="1600")
    page = act(client, "/directory/return_desk/verify", valid_until=in_days(30), seen=mark)
    assert "nothing was verified" in page.text and not held(console_parts, "return_desk").is_shown(now())


@pytest.mark.parametrize("days", [None, -1, 0, 400])
def test_an_entry_is_not_verified_without_a_sensible_day(console_parts, client, days):
    add_entry(console_parts, "office")
    page = act(client, "/directory/office/verify", valid_until="soon" if days is None else in_days(days))
    assert "Choose a day after today" in page.text
    assert not held(console_parts, "office").is_shown(now())


def test_an_entry_that_is_not_there_is_not_found(client):
    assert client.get("/directory/none/edit").status_code == 404
    for path in ("/directory/none/edit", "/directory/none/take-back", "/directory/none/verify"):
        data = {"csrf_token": token_on(client, "/directory"), "valid_until": in_days(9), **WRITTEN}
        assert client.post(path, data=data).status_code == 404


@pytest.mark.parametrize("role", list(Role))
def test_all_roles_read_the_directory_and_some_edit_it(console_parts, console_staff, role):
    put(console_parts, checked("office", days=3))
    client, may_edit = console_staff("amal@example.org", role), role in PERMISSIONS["edit_directory"]
    page = client.get("/directory").text
    assert "Office" in page and ("/verify" in page) is ("/edit" in page) is ("/directory/new" in page) is may_edit
    assert ("need a new check within two weeks: 1" in page) is may_edit
    token = token_on(client, "/directory")
    for path in ("/directory/new", "/directory/office/edit"):
        assert client.get(path).status_code == (200 if may_edit else 403)
    for path in ("/directory/new", "/directory/office/edit", "/directory/office/verify", "/directory/office/take-back"):
        assert (client.post(path, data={"csrf_token": token}).status_code == 403) is not may_edit


def test_every_act_is_recorded(client, console_parts):
    save(client, "/directory/new", is_checked="1", valid_until=in_days(9))
    save(client, "/directory/return_desk/edit", phones="1600")
    act(client, "/directory/return_desk/verify", valid_until=in_days(9))
    act(client, "/directory/return_desk/take-back")
    acts = [Act.ENTRY_ADDED, Act.ENTRY_VERIFIED, Act.ENTRY_CHANGED, Act.ENTRY_VERIFIED, Act.ENTRY_TAKEN_BACK]
    assert acts_of(console_parts) == [(one.value, "return_desk") for one in acts]


def test_hostile_words_stay_words(client, console_parts):
    hostile = {name: TEXT[:110] for name in WRITTEN if "-" in name} | {"hours-ar": TEXT[-190:], "source": TEXT[:490]}
    entry_id = save(client, "/directory/new", **hostile).location.partition("#")[2]
    save(client, f"/directory/{entry_id}/edit", source_as_of=TEXT[:490], **{name: hostile[name][3:] for name in hostile})
    entry = held(console_parts, entry_id)
    assert not re.search("[\x00-\x1f\u202a-\u202e\u2066-\u2069]", entry.word("hours", "ar") + entry.source_as_of)
    pages = [
        client.get("/directory"),
        client.get(f"/directory/{entry_id}/edit"),
        save(client, "/directory/new", phones=TEXT, **hostile),
    ]
    act(client, f"/directory/{entry_id}/verify", valid_until=in_days(3))
    for page in [*pages, client.get("/directory", query_string={"text": TEXT})]:
        assert "xss-mark" in page.text and dangers(page.text) == []


# The list


def test_what_needs_a_check_comes_first_and_states_are_counted(client, console_parts):
    put(console_parts, checked("zawiya", days=60), checked("benghazi", days=60), checked("soon", days=10))
    put(
        console_parts,
        checked("ended", days=-9),
        checked("sooner", days=1),
        make_entry("alone", organisation="Alone", verified=False),
    )
    assert names_on(client) == ["Ended", "Sooner", "Soon", "Benghazi", "Zawiya", "Alone"]
    page = client.get("/directory").text
    links = re.findall(r'<a href="(/directory[^"]*)"[^>]*>([\w ]+) <span class="number[^>]*>(\d+)</span>', page)
    assert [(words, number) for _, words, number in links] == [
        ("All", "6"), ("Ended", "1"), ("Ends soon", "2"), ("Told", "2"), ("Not verified", "1"),
    ]  # fmt: skip
    assert names_on(client, links[2][0].removeprefix("/directory")) == ["Sooner", "Soon"]
    assert "need a new check within two weeks: 3" in client.get("/").text


def test_the_list_is_narrowed_by_kind_place_language_and_words(client, console_parts):
    put(
        console_parts,
        checked("clinic", days=60, kinds=("health",), places=("sabha",), languages=("ha",), phones=("+218917127644",)),
        checked("embassy", days=60, kinds=("embassy",), places=("tripoli",), languages=("fr",), hours="Été: fermé"),
        checked("line", days=60, translations={"ar": {"organisation": "خطّ الإغاثة"}}),
    )
    for query, names in {
        "?kind=health": ["Clinic"],
        # The whole country's is for the place as well, after its own
        "?place=sabha": ["Clinic", "Line"],
        "?language=fr": ["Embassy"],
        "?text=ete+FERME": ["Embassy"],
        "?text=خط+الاغاثه": ["Line"],
        "?text=091712": ["Clinic"],
        "?text=سبها": ["Clinic"],
        "?text=embassy+closed": [],
        "?kind=health&place=tripoli": [],
        "?kind=x&place=x&language=x&state=x": ["Clinic", "Embassy", "Line"],
    }.items():
        assert names_on(client, query) == names, query
    page = client.get("/directory?kind=health&text=clinic&state=told").text
    assert re.findall(r'<a class="chip chip-off" href="([^"]+)"', page) == [
        "/directory?state=told&amp;kind=health", "/directory?state=told&amp;text=clinic",
    ]  # fmt: skip


def test_the_list_speaks_the_pages_language_and_says_what_is_missing(client, console_parts):
    both = {"ar": {"organisation": "مكتب"}, "en": {"organisation": "Desk", "hours": "mornings"}}
    put(console_parts, checked("desk", days=60, organisation="Desk", purpose="", hours="mornings", translations=both))
    assert "Words missing: Arabic and French" in client.get("/directory").text
    client.post("/language", data={"csrf_token": token_on(client, "/"), "language": "ar", "next": "/"})
    page = client.get("/directory").text
    assert '<bdi dir="auto">مكتب</bdi>' in page and '<bdi dir="auto" lang="en">mornings</bdi>' in page


def test_an_act_leads_back_to_the_list_as_it_was(client, console_parts):
    add_entry(console_parts, "office")
    data = {"csrf_token": token_on(client, "/directory"), "valid_until": in_days(9)}
    path = "/directory/office/verify"
    assert 'name="next" value="/directory?place=sabha"' in client.get("/directory?place=sabha").text
    assert client.post(path, data={**data, "next": "/directory?place=sabha"}).location == "/directory?place=sabha#office"
    assert client.post(path, data={**data, "next": "//evil.example"}).location == "/directory#office"
