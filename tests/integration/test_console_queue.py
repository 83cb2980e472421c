"""The queue in the console: who sees what, filters in the address, saved views, claiming, giving out, duty and alarms."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest

from bot.console.queue_filter import read
from bot.console.ways import local_path
from bot.domain.audit import Act
from bot.domain.cases import QueueState
from bot.domain.staff import Grant, Role
from bot.services.queue_ports import QueueFilter
from bot.storage import tables
from bot.wiring import now
from tests.integration.console_steps import open_case_of, token_on

CRITICAL = "emergency_sea"


@pytest.fixture
def office(console_parts, console_staff):
    """A function that returns the browser of a new staff member of a team."""

    def make(email, *roles, team=None):
        client = console_staff(email, *roles)
        with console_parts.unit_of_work() as uow:
            staff = tables.staff
            uow.session.execute(staff.update().where(staff.c.email == email).values(team=team, name=email.partition("@")[0]))
            uow.commit()
        return client

    return make


def change(parts, reference, **values):
    """Change a case."""
    with parts.unit_of_work() as uow:
        case = uow.cases.find_by_reference(reference)
        for name, value in values.items():
            setattr(case, name, value)
        uow.commit()


def case_of(parts, reference):
    """Return a case as it is stored."""
    with parts.unit_of_work() as uow:
        return uow.cases.find_by_reference(reference)


def shown(client, address="/"):
    """Return the references in the list of a page, in their order."""
    return re.findall(r'<li class="case [^>]*id="case-([^"]+)"', client.get(address).text)


def post(client, path, **data):
    """Send a form of the queue, and follow where it leads."""
    return client.post(path, data={"csrf_token": token_on(client, "/"), **data}, follow_redirects=True)


def test_the_queue_tells_what_waits_and_names_nobody(console_parts, office):
    _, reference = open_case_of(console_parts, "report_detention")
    change(console_parts, reference, place="sabha", waiting_since=now() - timedelta(minutes=12))
    page = office("amal@example.org", Role.CASEWORKER).get("/").text
    row = page[page.index(f'id="case-{reference}"') :].partition("</li>")[0]
    for words in ("Detention", "High", "SMS", "Waits 12 minutes", "due in ", "Nobody yet", "waits for a word"):
        assert words in row
    assert "sim:" not in page and "hello" not in page


@pytest.mark.parametrize(
    ("roles", "topics"),
    [
        ((Role.CASEWORKER,), {"report_detention"}),
        ((Role.PROTECTION,), {"report_detention", CRITICAL}),
        ((Role.SUPERVISOR,), {"report_detention", CRITICAL}),
        ((Role.CASEWORKER, Grant.COMPLAINTS), {"report_detention", "report_misconduct"}),
    ],
)
def test_each_sees_their_kinds(console_parts, office, roles, topics):
    opened = {topic: open_case_of(console_parts, topic)[1] for topic in (CRITICAL, "report_detention", "report_misconduct")}
    client = office("amal@example.org", *roles)
    assert set(shown(client)) == {opened[topic] for topic in topics}
    assert f'<span class="number">{len(topics)}</span>' in client.get("/").text


@pytest.mark.parametrize("role", [Role.ADMINISTRATOR, Role.AUDITOR])
def test_who_sees_no_cases_is_led_to_what_they_can_do(console_parts, office, role):
    _, reference = open_case_of(console_parts, "talk_to_human")
    client = office("amal@example.org", role)
    page = client.get("/").text
    assert reference not in page and "No cases for your role" in page and 'href="/directory"' in page
    assert client.get("/live").json["critical"] == 0


def test_the_filter_stands_in_the_address_and_can_be_taken_off_again(console_parts, office):
    _, french = open_case_of(console_parts, "talk_to_human")
    _, detention = open_case_of(console_parts, "report_detention")
    with console_parts.unit_of_work() as uow:
        uow.conversations.get(case_of(console_parts, french).conversation_id).language = "fr"
        uow.commit()
    client = office("amal@example.org", Role.CASEWORKER)
    assert shown(client, "/?kind=detention") == [detention]
    assert shown(client, "/?language=fr") == [french]
    assert shown(client, "/?language=fr&kind=detention") == []
    page = client.get("/?language=fr&kind=detention").text
    assert 'href="/?language=fr"' in page and 'href="/?kind=detention"' in page
    assert set(shown(client, "/?sort=newest&priority=none&tab=%00&page=-1&channel='")) == {french, detention}


def test_a_wrong_filter_counts_as_none():
    wrong = {"tab": "x", "sort": "", "priority": "CRITICAL", "language": "xx", "place": "<b>", "page": "9999999"}
    assert read(wrong) == QueueFilter()
    assert read({"page": "3", "tab": "mine"}).page == 3


def test_resolved_cases_are_found_when_asked_for(console_parts, office):
    _, reference = open_case_of(console_parts, "talk_to_human")
    change(console_parts, reference, queue_state=QueueState.RESOLVED, resolved_at=now(), waiting_since=None)
    client = office("amal@example.org", Role.CASEWORKER)
    assert (shown(client), shown(client, "/?state=resolved")) == ([], [reference])
    assert "/claim" not in client.get("/?state=resolved").text.partition("<li class=")[2].partition("</li>")[0]


def test_the_tab_of_the_team_is_there_for_who_has_one(console_parts, office):
    _, reference = open_case_of(console_parts, "talk_to_human")
    change(console_parts, reference, team="sabha")
    assert shown(office("amal@example.org", Role.CASEWORKER, team="sabha"), "/?tab=team") == [reference]
    assert "tab=team" not in office("sami@example.org", Role.CASEWORKER).get("/").text


def test_what_is_known_already_is_not_sent_again(console_parts, office):
    client = office("amal@example.org", Role.CASEWORKER)
    _, reference = open_case_of(console_parts, "talk_to_human")
    known = re.search(r'data-known="(\w+)"', client.get("/").text).group(1)
    answers = [client.get("/", headers={"X-Known": known}) for _ in range(2)]
    # A minute may end between two of them.
    assert 204 in {answer.status_code for answer in answers}
    change(console_parts, reference, team="sabha")
    assert client.get("/", headers={"X-Known": known}).status_code == 200


def test_claiming_leads_to_the_case(console_parts, office):
    _, reference = open_case_of(console_parts, "talk_to_human")
    client = office("amal@example.org", Role.CASEWORKER)
    answer = client.post(f"/queue/{reference}/claim", data={"csrf_token": token_on(client, "/")})
    assert (answer.status_code, answer.location) == (303, f"/cases/{reference}")
    assert case_of(console_parts, reference).queue_state is QueueState.ASSIGNED
    with console_parts.unit_of_work() as uow:
        assert Act.CASE_CLAIMED in [entry.act for entry in uow.audit.entries(limit=99)]


def test_who_comes_second_is_told_who_was_faster(console_parts, office):
    _, reference = open_case_of(console_parts, "talk_to_human")
    faster, slower = office("amal@example.org", Role.CASEWORKER), office("sami@example.org", Role.CASEWORKER)
    post(faster, f"/queue/{reference}/claim")
    first = case_of(console_parts, reference).assignee_id
    page = post(slower, f"/queue/{reference}/claim", next="/?kind=question")
    assert "amal was faster and follows this case now." in page.text and page.request.path == "/"
    assert case_of(console_parts, reference).assignee_id == first


def test_a_case_that_is_hidden_cannot_be_claimed(console_parts, office):
    _, reference = open_case_of(console_parts, CRITICAL)
    answer = post(office("amal@example.org", Role.CASEWORKER), f"/queue/{reference}/claim")
    assert answer.status_code == 404 and case_of(console_parts, reference).assignee_id is None


def test_a_supervisor_gives_many_cases_to_a_colleague_and_is_told_what_became_of_them(console_parts, office):
    references = [open_case_of(console_parts, topic)[1] for topic in ("talk_to_human", "report_detention", CRITICAL)]
    _, resolved = open_case_of(console_parts, "talk_to_human")
    change(console_parts, resolved, queue_state=QueueState.RESOLVED, resolved_at=now())
    supervisor = office("amal@example.org", Role.SUPERVISOR)
    office("sami@example.org", Role.CASEWORKER, team="sabha")
    page = post(supervisor, "/queue/assign", case=[*references, resolved, references[0]], to="staff:2").text
    assert "2 cases were given out." in page and "1 case had been resolved meanwhile." in page
    assert "1 case stays where it is" in page
    assert [case_of(console_parts, one).assignee_id for one in references] == [2, 2, None]
    assert case_of(console_parts, references[0]).team == "sabha"


def test_only_who_answers_for_the_office_gives_out_cases(console_parts, office):
    _, reference = open_case_of(console_parts, "talk_to_human")
    client = office("sami@example.org", Role.CASEWORKER)
    assert "/queue/assign" not in client.get("/").text
    assert post(client, "/queue/assign", case=reference, to="staff:1").status_code == 403


@pytest.mark.parametrize(
    ("data", "told"),
    [
        ({"to": "staff:2"}, "Choose at least one case first."),
        ({"case": "R", "to": ""}, "Choose who should get the cases."),
        ({"case": "R", "to": "staff:3"}, "Choose who should get the cases."),
        ({"case": "R", "to": "staff:99"}, "Choose who should get the cases."),
        ({"case": "R", "to": "team:nowhere"}, "Choose who should get the cases."),
        ({"case": "R", "to": "team:sabha"}, "Say in a note why"),
    ],
)
def test_giving_out_needs_cases_and_somebody_who_may_follow_them(console_parts, office, data, told):
    _, reference = open_case_of(console_parts, "talk_to_human")
    supervisor = office("amal@example.org", Role.SUPERVISOR)
    office("sami@example.org", Role.CASEWORKER, team="sabha")
    office("adam@example.org", Role.ADMINISTRATOR)
    data = {**data, **({"case": reference} if "case" in data else {})}
    assert told in post(supervisor, "/queue/assign", **data).text
    assert case_of(console_parts, reference).queue_state is QueueState.WAITING


def test_cases_are_handed_to_a_team(console_parts, office):
    _, reference = open_case_of(console_parts, "talk_to_human")
    supervisor = office("amal@example.org", Role.SUPERVISOR, team="sabha")
    post(supervisor, "/queue/assign", case=reference, to="team:sabha", note="near there")
    assert case_of(console_parts, reference).team == "sabha"


def test_a_view_is_saved_opened_and_deleted(office):
    client = office("amal@example.org", Role.CASEWORKER)
    page = post(client, "/views/queue", name="French <b>", query="language=fr&page=2")
    assert "The view is saved." in page.text and "French &lt;b&gt;" in page.text
    assert page.request.full_path == "/?language=fr"
    delete = re.search(r'action="(/views/\d+/delete)"', page.text).group(1)
    assert "French" not in post(client, delete, next="/").text.partition("views-save")[0].partition("views-list")[2]


def test_a_view_leads_only_to_its_list(office):
    client = office("amal@example.org", Role.CASEWORKER)
    answer = client.post(
        "/views/queue", data={"csrf_token": token_on(client, "/"), "name": "odd", "query": "x=//evil.example\r\nSet-Cookie: a"}
    )
    assert answer.location.startswith("/?x=%2F%2Fevil.example") and "\n" not in answer.location
    assert post(client, "/views/staff", name="other", query="").status_code == 404


def test_the_view_of_a_colleague_is_neither_shown_nor_deleted(office):
    owner, other = office("amal@example.org", Role.CASEWORKER), office("sami@example.org", Role.CASEWORKER)
    page = post(owner, "/views/queue", name="Only mine", query="tab=mine").text
    delete = re.search(r'action="(/views/\d+/delete)"', page).group(1)
    assert "Only mine" not in other.get("/").text
    assert post(other, delete).status_code == 404
    assert "Only mine" in owner.get("/").text


def test_the_duty_switch_is_on_every_page_and_leads_back_to_it(console_parts, office):
    client = office("amal@example.org", Role.CASEWORKER)
    assert "Nobody is on duty" in client.get("/").text
    answer = client.post("/duty", data={"csrf_token": token_on(client, "/directory"), "is_on_duty": "1", "next": "/directory"})
    assert (answer.status_code, answer.location) == (303, "/directory")
    page = client.get("/").text
    assert "Nobody is on duty" not in page and "On duty:" in page
    assert 'action="/duty"' in client.get("/directory").text and 'aria-pressed="true"' in client.get("/directory").text
    with console_parts.unit_of_work() as uow:
        assert [entry.act for entry in uow.audit.entries(limit=99)].count(Act.WENT_ON_DUTY) == 1


@pytest.mark.parametrize(
    "wanted", ["https://evil.example", "//evil.example", "/\\evil.example", "/\t/evil.example", "\n//evil.example", "evil", ""]
)
def test_a_way_back_leads_nowhere_else(wanted):
    assert local_path(wanted) == "/"


def test_the_alarms_of_a_page(console_parts, office):
    protection, caseworker = office("noor@example.org", Role.PROTECTION), office("sami@example.org", Role.CASEWORKER)
    _, reference = open_case_of(console_parts, CRITICAL)
    told = protection.get("/live")
    assert told.headers["Content-Type"] == "application/json" and told.headers["Cache-Control"] == "no-store"
    assert (told.json["critical"], told.json["unclaimed"], told.json["mine"]) == (1, 1, 0)
    assert told.json["address"] == f"/cases/{reference}" and told.json["newest"] and told.json["as_of"]
    # Who may not see the case hears nothing of it
    assert (caseworker.get("/live").json["critical"], caseworker.get("/live").json["address"]) == (0, None)
    # Once claimed it rings for nobody else, and not for the one who claimed it either
    other = office("rima@example.org", Role.PROTECTION)
    post(protection, f"/queue/{reference}/claim")
    mine = protection.get("/live").json
    assert (other.get("/live").json["critical"], mine["critical"], mine["unclaimed"], mine["mine"]) == (0, 1, 0, 1)


def test_a_page_that_asks_by_itself_is_told_that_the_session_is_over(console_client):
    assert console_client.get("/live", headers={"X-Requested-With": "XMLHttpRequest"}).status_code == 401
    # Only pages ask for this address: whoever does is told the same.
    assert console_client.get("/live").status_code == 401
    assert console_client.get("/").status_code == 302


def test_every_page_can_show_alarms_and_keys(office):
    page = office("amal@example.org", Role.CASEWORKER).get("/directory").text
    assert "/alarm.js" in page and "/keys.js" in page and 'id="alarms"' in page and 'id="keys"' in page


def test_the_sound_is_offered_to_who_is_on_duty(office):
    client = office("amal@example.org", Role.CASEWORKER)
    assert "Sound is off" not in client.get("/").text
    page = post(client, "/duty", is_on_duty="1").text
    assert "Sound is off: click to hear alarms" in page and "data-on-duty" in page


def test_files_are_kept_for_a_year_under_an_address_of_their_state_and_pages_are_not(office):
    client = office("amal@example.org", Role.CASEWORKER)
    page = client.get("/")
    address = re.search(r'href="(/static/[0-9a-f]{10}/console\.css)"', page.text).group(1)
    file = client.get(address, headers={"Accept-Encoding": "br"})
    assert file.headers["Cache-Control"] == "public, max-age=31536000, immutable"
    assert "Cookie" not in file.headers["Vary"] and file.headers["Content-Encoding"] == "br"
    assert page.headers["Cache-Control"] == "no-store"
    assert client.get(address.replace("/console.css", "/none.css")).headers["Cache-Control"] == "no-store"


def test_a_first_page_is_light(console_parts, office):
    client = office("amal@example.org", Role.SUPERVISOR)
    for _ in range(50):
        open_case_of(console_parts, "talk_to_human")
    page = client.get("/", headers={"Accept-Encoding": "br"})
    assert page.headers["Content-Encoding"] == "br" and len(page.data) < 20_000
    assert len(client.get("/").data) < 150_000


def test_the_pages_of_the_navigation_are_those_that_a_role_may_open(console_app, office):
    for role in Role:
        client = office(f"{role.value}@example.org", role)
        page = client.get("/").text
        links = re.findall(r'href="([^"]+)"', page[page.index('class="side-pages"') : page.index('class="side-person"')])
        assert links[0] == "/" and len(links) == len(set(links))
        assert all(client.get(link).status_code == 200 for link in links), (role, links)
