"""The pages of requests: who sees and does what, what is masked, what is said where something is not open."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest

from bot.console import request_choices, request_fields, request_words
from bot.domain.audit import Act
from bot.domain.cases import Priority
from bot.domain.contacts import LANGUAGES
from bot.domain.errors import HotlineError
from bot.domain.questions import QUESTIONS, REQUEST_OF
from bot.domain.requests import HOTLINE, PERSON, RequestKind, Step
from bot.domain.requests import RequestStatus as S
from bot.domain.staff import Role
from bot.services.audit_ports import AuditFilter
from bot.services.requests import MAX_REASON
from bot.wiring import now
from tests.builders import NOON, make_case, make_request
from tests.integration.console_steps import token_on
from tests.integration.request_steps import add_request, stored

CASE_STAFF = (Role.CASEWORKER, Role.PROTECTION, Role.SUPERVISOR)
OTHERS = (Role.ADMINISTRATOR, Role.AUDITOR)
NAME, PHONE = "Amina Haddad", "+218910000012"
CHANGES = ("move", "clear-fear", "end-date", "duplicate", "merge", "attempt")


@pytest.fixture
def console_worker(console_staff):
    """A browser in which a caseworker is logged in."""
    return console_staff("amal@example.org", Role.CASEWORKER)


def press(client, request, path="", **data):
    """Send a form of a request's page, and follow to the page that answers."""
    address = f"/requests/{request.reference}"
    form = {"csrf_token": token_on(client, "/directory"), **data}
    return client.post(f"{address}/{path}" if path else address, data=form, follow_redirects=True)


def move(client, request, to, reason="as agreed", seen=None):
    """Press the button of a step."""
    return press(client, request, "move", to=to.value, seen=(seen or request.status).value, reason=reason).text


def offered(page):
    """Return the steps for which a page has buttons."""
    return {S(value) for value in re.findall(r'name="to" value="(\w+)"', page)}


def looks(parts):
    """Return the looks at requests that were recorded, the newest first."""
    acts = (Act.REQUEST_OPENED, Act.REQUEST_SHOWN)
    with parts.unit_of_work() as uow:
        entries = uow.audit.newest(AuditFilter(), before=None, limit=100)
    return [(entry.act, entry.subject) for entry in entries if entry.act in acts]


def text_of(page):
    """Return what a page says, without tags."""
    return " ".join(re.sub(r"<[^>]+>", " ", page).split())


# Who


@pytest.mark.parametrize("role", OTHERS)
def test_who_sees_no_cases_sees_no_requests(console_parts, console_staff, role):
    request = add_request(console_parts, fear_at=NOON)
    client = console_staff("amal@example.org", role)
    for path in ("/requests", f"/requests/{request.reference}"):
        assert client.get(path).status_code == 403
    for path in ("", *CHANGES):
        assert press(client, request, path).status_code == 403
    assert "/requests" not in client.get("/").text
    assert stored(console_parts, request) == (request, [])


@pytest.mark.parametrize("path", ["/requests", "/requests/R-7K3QF-W"])
def test_a_stranger_is_led_to_the_login_page(console_client, path):
    assert console_client.get(path).location.partition("?")[0] == "/login"


@pytest.mark.parametrize("role", CASE_STAFF)
def test_case_staff_find_a_request_in_the_list_and_open_it(console_parts, console_staff, role):
    request = add_request(console_parts)
    client = console_staff("amal@example.org", role)
    assert f'href="/requests/{request.reference}"' in client.get("/requests").text
    assert client.get(f"/requests/{request.reference.lower()}").status_code == 200
    assert client.get("/requests/R-00000-0").status_code == 404


@pytest.mark.parametrize("path", ["", *CHANGES])
def test_a_post_without_its_token_is_refused(console_parts, console_staff, path):
    request = add_request(console_parts, fear_at=NOON)
    client = console_staff("amal@example.org", Role.PROTECTION)
    answer = client.post(f"/requests/{request.reference}/{path}".rstrip("/"), data={"to": "screened", "reason": "x"})
    assert answer.status_code == 400 and not looks(console_parts)
    assert stored(console_parts, request) == (request, [])


def test_a_request_is_never_changed_by_a_link(console_app):
    methods = {rule.rule.rpartition("/")[2]: rule.methods for rule in console_app.url_map.iter_rules()}
    for path in CHANGES:
        assert methods[path] == {"POST", "OPTIONS"}


# Masking


def test_names_and_phones_are_masked_until_they_are_asked_for(console_parts, console_worker, process_log):
    request = add_request(console_parts)
    for path in ("/requests", f"/requests/{request.reference}"):
        page = console_worker.get(path).text
        assert ("A••• H•••" in page) == (path != "/requests")
        assert not any(secret in page for secret in (NAME, "Amina", "Haddad", PHONE, "0000012"))
    assert looks(console_parts) == [(Act.REQUEST_OPENED, request.reference)]
    page = press(console_worker, request).text
    assert NAME in page and PHONE in page and "Hide again" in page
    # Then the look is recorded, nothing of the person is in the log, and the next page is masked again
    assert looks(console_parts)[0] == (Act.REQUEST_SHOWN, request.reference)
    assert not any(secret in process_log.getvalue() for secret in (NAME, PHONE, request.reference, "sabha"))
    assert PHONE not in console_worker.get(f"/requests/{request.reference}").text


def test_a_look_at_likely_repeats_is_recorded_for_each(console_parts, console_worker):
    first, second = add_request(console_parts, phone_hash="p"), add_request(console_parts, phone_hash="p")
    press(console_worker, second)
    assert set(looks(console_parts)) == {(Act.REQUEST_SHOWN, one.reference) for one in (first, second)}


def test_safe_contact_stands_before_the_phone(console_parts, console_worker):
    request = add_request(console_parts, answers={"safe_contact": "after the evening prayer"})
    page = console_worker.get(f"/requests/{request.reference}").text
    assert page.index("after the evening prayer") < page.index("•••12")
    quiet = add_request(console_parts, answers={"safe_contact": None, "contact_phone": None}, is_shared=True)
    page = console_worker.get(f"/requests/{quiet.reference}").text
    assert "The person did not say" in page and "none given" in page and "More than one person uses this number" in page


def test_what_people_wrote_is_shown_as_text(console_parts, console_worker):
    answers = {"full_name": "<b>Eve</b>", "destination": "<script>x</script>", "safe_contact": "<i>"}
    request = add_request(console_parts, answers=answers)
    page = press(console_worker, request).text
    assert "<script>x" not in page and "<b>Eve" not in page and "&lt;script&gt;x" in page


# What is shown


def test_the_fields_are_in_words(console_parts, console_worker):
    household = [
        {"relation": "spouse", "age": 40},
        {"relation": "child", "age": 3},
        {"relation": "sibling", "age": 12},
        {"relation": None, "age": None},
    ]
    answers = {"household": household, "needs": ["medical", "pregnant"], "sex": None, "current_place": "Umm al Aranib"}
    request = add_request(console_parts, answers=answers, channel=make_request().channel)
    page = text_of(console_worker.get(f"/requests/{request.reference}").text)
    for words in (
        "1998, the day is not known (age at least",
        "Sudan",
        "Umm al Aranib",
        "No document",
        "Medical care, Pregnancy",
        "Sex not answered",
        "Wife or husband age 40 own consent: open",
        "Son or daughter age 3 Brother or sister age 12 child without a parent",
        "relation not known age not known own consent: open",
        "2026-11",
        "Write only, do not call",
    ):
        assert words in page, words


def test_who_travels_alone_and_who_did_not_say_are_told_apart(console_parts, console_worker):
    for household, words in (([], "travels alone"), (None, "Who travels along not answered")):
        request = add_request(console_parts, answers={"household": household})
        assert words in text_of(console_worker.get(f"/requests/{request.reference}").text)


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({}, "Consent Given"),
        ({"consented_at": None, "consent_version": None, "consent_channel": None, "consent_language": None}, "Consent None"),
        ({"consent_ended_at": NOON}, "Consent Taken back on"),
    ],
)
def test_consent_is_given_taken_back_or_none(console_parts, console_worker, changes, words):
    request = add_request(console_parts, **changes)
    assert words in text_of(console_worker.get(f"/requests/{request.reference}").text)


def test_a_draft_is_a_draft_and_nothing_else(console_parts, console_worker):
    request = add_request(console_parts, status=S.DRAFT, submitted_at=None, fear_at=NOON)
    assert request.reference not in console_worker.get("/requests?status=all").text
    for page in (console_worker.get(f"/requests/{request.reference}").text, press(console_worker, request).text):
        assert "not sent yet" in page
        assert not any(word in page for word in ("A•••", NAME, "Sudan", "afraid", "Consent", 'name="to"'))


@pytest.mark.parametrize("kind", list(RequestKind))
def test_each_kind_has_a_page_and_a_filter(console_parts, console_worker, kind):
    for one in RequestKind:
        add_request(console_parts, one)
    page = console_worker.get(f"/requests?kind={kind.value}").text
    assert page.count("cell-status") == 1
    (reference,) = re.findall(r'href="/requests/(R-[^"]+)"', page)
    assert console_worker.get(f"/requests/{reference}").status_code == 200


def test_the_list_is_filtered_by_status(console_parts, console_worker):
    for status in S:
        add_request(console_parts, status=status, status_before=S.MEDICAL if status is S.ON_HOLD else None)
    counts = {"": 9, "all": 15, "withdrawn": 1, "draft": 9, "nonsense": 9}
    found = {status: console_worker.get(f"/requests?status={status}").text.count("cell-status") for status in counts}
    assert found == counts


def test_a_sign_of_fear_stands_out_in_the_list(console_parts, console_worker):
    add_request(console_parts, submitted_at=NOON - timedelta(days=9))
    afraid = add_request(console_parts, fear_at=NOON)
    page = console_worker.get("/requests").text
    assert re.findall(r'href="/requests/(R-[^"]+)"', page)[0] == afraid.reference
    assert page.count("Sign of fear") == 1


def test_the_overview_and_the_case_lead_to_the_request(console_parts, console_worker):
    request = add_request(console_parts, fear_at=NOON)
    ids = {"contact_id": request.contact_id, "conversation_id": request.conversation_id}
    with console_parts.unit_of_work() as uow:
        message = uow.messages.in_conversation(request.conversation_id, after=0)[0]
        case = make_case(
            Priority.HIGH, kind=request.kind.case_kind, reference=request.reference, opened_by_message_id=message.id, **ids
        )
        uow.cases.add(case)
        uow.commit()
    for path in ("/", f"/cases/{request.reference}"):
        page = console_worker.get(path).text
        assert f'href="/requests/{request.reference}"' in page and "Submitted" in page and "Sign of fear" in page
    assert f'href="/cases/{request.reference}"' in console_worker.get(f"/requests/{request.reference}").text
    # When the person withdraws, then both say so at once
    with console_parts.unit_of_work() as uow:
        uow.requests.add_step(uow.requests.get(request.id).move(S.WITHDRAWN, now(), actor=PERSON, reason="by_message"))
        uow.commit()
    for path in ("/", f"/cases/{request.reference}"):
        assert "Withdrawn" in console_worker.get(path).text
    page = text_of(console_worker.get(f"/requests/{request.reference}").text)
    assert "Stop every preparation" in page and "No step is open" in page
    assert "the person" in page and "by_message" not in page


# Steps


@pytest.mark.parametrize("changes", [{}, {"fear_at": NOON}], ids=["calm", "afraid"])
def test_there_are_buttons_for_the_open_steps_and_no_other(console_parts, console_worker, changes):
    for status in S:
        request = add_request(console_parts, status=status, **changes)
        expected = set() if status is S.DRAFT else set(request.allowed_steps()) - {S.UNREACHABLE}
        assert offered(console_worker.get(f"/requests/{request.reference}").text) == expected, status


def test_a_step_is_taken_and_told_in_the_history(console_parts, console_worker):
    request = add_request(console_parts)
    page = text_of(move(console_worker, request, S.SCREENED, reason="papers are complete"))
    assert "stands at “Screened” now" in page
    assert "Submitted Screened" in page and "Amal" in page and "papers are complete" in page
    assert stored(console_parts, request)[0].status is S.SCREENED


@pytest.mark.parametrize(
    ("changes", "to", "reason", "words"),
    [
        ({"status": S.SCREENED, "fear_at": NOON}, S.DOCUMENTS, "x", "A sign of fear is open"),
        ({"status": S.SCREENED, "consented_at": None}, S.DOCUMENTS, "x", "consent is missing"),
        ({}, S.BOOKED, "x", "This step is not open"),
        ({}, S.WITHDRAWN, " ", "Write the reason"),
        ({}, S.SCREENED, "x" * (MAX_REASON + 1), "too long"),
        ({"status": S.DRAFT}, S.SUBMITTED, "x", "has not sent this request yet"),
    ],
)
def test_what_is_not_open_is_refused_in_words(console_parts, console_worker, changes, to, reason, words):
    request = add_request(console_parts, **changes)
    assert words in move(console_worker, request, to, reason)
    assert stored(console_parts, request) == (request, [])


def test_a_button_of_a_page_that_is_out_of_date_does_nothing(console_parts, console_worker):
    request = add_request(console_parts, status=S.BOOKED)
    move(console_worker, request, S.WITHDRAWN)
    assert "Somebody changed this request meanwhile" in move(console_worker, request, S.DEPARTED, seen=S.BOOKED)
    assert stored(console_parts, request)[0].status is S.WITHDRAWN


@pytest.mark.parametrize("data", [{"to": "moon", "seen": "submitted"}, {"to": "screened"}, {}])
def test_a_form_that_is_not_ours_is_refused(console_parts, console_worker, data):
    request = add_request(console_parts)
    assert press(console_worker, request, "move", **data).status_code == 400
    assert press(console_worker, request, "end-date", which="status").status_code == 400
    assert stored(console_parts, request) == (request, [])


@pytest.mark.parametrize("role", [Role.CASEWORKER, Role.SUPERVISOR])
def test_only_protection_clears_fear(console_parts, console_staff, role):
    request = add_request(console_parts, fear_at=NOON)
    client = console_staff("amal@example.org", role)
    page = client.get(f"/requests/{request.reference}").text
    assert "may be afraid" in page and "clear-fear" not in page
    assert press(client, request, "clear-fear", reason="x").status_code == 403
    assert stored(console_parts, request) == (request, [])


def test_protection_clears_fear_with_a_reason(console_parts, console_staff):
    request = add_request(console_parts, status=S.SCREENED, fear_at=NOON)
    client = console_staff("huda@example.org", Role.PROTECTION)
    assert "Write the reason" in press(client, request, "clear-fear", reason="").text
    page = text_of(press(client, request, "clear-fear", reason="she wants to go").text)
    assert "A sign of fear was cleared by Amal on" in page and "Sign of fear cleared" in page and "she wants to go" in page
    assert "Documents" in page and "may be afraid" not in page
    assert "No sign of fear is open" in press(client, request, "clear-fear", reason="again").text


def test_end_dates_are_kept_and_removed(console_parts, console_worker):
    request = add_request(console_parts, status=S.MEDICAL)
    until = (now() + timedelta(days=90)).date()
    page = press(console_worker, request, "end-date", which="medical_until", until=until.isoformat()).text
    assert f'value="{until}"' in page and "Medical check holds until" in page
    for wrong in ("soon", (now() - timedelta(days=3)).date().isoformat()):
        assert (
            "Choose a day from today on" in press(console_worker, request, "end-date", which="medical_until", until=wrong).text
        )
    assert stored(console_parts, request)[0].medical_until == until
    assert "removed" in press(console_worker, request, "end-date", which="medical_until", until="").text
    assert stored(console_parts, request)[0].medical_until is None


def test_likely_repeats_stand_side_by_side_and_are_decided(console_parts, console_worker):
    first = add_request(console_parts, phone_hash="p", answers={"full_name": "Amina Hadad"})
    second = add_request(console_parts, phone_hash="p")
    page = console_worker.get(f"/requests/{second.reference}").text
    assert first.reference in page and "Perhaps the same person" in page
    # Nationality, place, phone, birth and sex are equal; the names are not, although their masks are
    assert page.count('class="same"') == 5
    # The same name in another script is known by its hash
    for kind_of_name in ({"full_name": "أمينة حداد"}, {}):
        add_request(console_parts, id=f"in-script-{len(kind_of_name)}", identity_hash="i", answers=kind_of_name)
    with console_parts.unit_of_work() as uow:
        reference = uow.requests.get("in-script-1").reference
    assert console_worker.get(f"/requests/{reference}").text.count('class="same"') == 6
    page = press(console_worker, second, "duplicate", of=first.reference, reason="same voice").text
    assert f"This request is marked as a repeat of {first.reference}" in page and "same voice" in page
    assert "marked as a repeat of this one" in console_worker.get(f"/requests/{first.reference}").text
    assert "cannot repeat the other one" in press(console_worker, first, "duplicate", of=second.reference).text
    press(console_worker, second, "duplicate", reason="another voice")
    assert stored(console_parts, second)[0].duplicate_of is None


# Words and look


@pytest.mark.parametrize("path", ["/requests", "/requests/{reference}"])
@pytest.mark.parametrize("language", LANGUAGES)
def test_nothing_is_inline_and_the_page_has_its_direction(console_parts, console_staff, path, language):
    request = add_request(console_parts, fear_at=NOON, phone_hash="p", answers={"household": [{"relation": None, "age": 9}]})
    add_request(console_parts, phone_hash="p")
    client = console_staff("huda@example.org", Role.PROTECTION)
    client.post("/language", data={"csrf_token": token_on(client, "/"), "language": language})
    page = client.get(path.format(reference=request.reference)).text
    assert f'<html lang="{language}" dir="{"rtl" if language == "ar" else "ltr"}">' in page
    assert not re.search(r"<script(?![^>]*\bsrc=)|<style|\sstyle=|\son\w+=", page)
    ids = re.findall(r'\sid="([^"]+)"', page)
    assert len(ids) == len(set(ids))


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_status_error_and_value_has_words_in_each_language(console_app, language):
    codes = (
        "changed_meanwhile", "consent_missing", "date_invalid", "duplicate_invalid", "fear_open", "no_duplicate",
        "no_open_fear", "reason_missing", "reason_too_long", "request_is_draft", "step_not_allowed", "attempts_missing",
        "merge_ended", "merge_invalid", "request_merged",
    )  # fmt: skip
    with console_app.test_request_context(headers={"Accept-Language": language}):
        assert len({request_words.status_name(status) for status in S}) == len(S)
        said = {request_words.error_words(HotlineError(code)) for code in codes}
        assert len(said | {request_words.error_words(HotlineError("else"))}) == len(codes) + 1
        labels, choices = request_choices.labels(), request_choices.choices()
        assert all(labels[name] for names in request_fields.FIELDS.values() for name in names)
        assert all(word for words in choices.values() for word in words.values())


def test_every_kept_answer_of_the_forms_is_shown(console_app):
    with console_app.test_request_context():
        choices = request_choices.choices() | {"safe_contact": request_choices.safe_contacts()}
    elsewhere = {"household", "contact_phone", "safe_contact"}
    for form, kind in REQUEST_OF.items():
        kept = [question for question in QUESTIONS[form] if question.is_kept]
        assert {question.id for question in kept} - elsewhere == set(request_fields.FIELDS[kind])
        # Then what can be picked has words here, unless it is a country, a place or the like
        for question in kept:
            if question.id in choices:
                assert set(question.values) <= set(choices[question.id]), question.id


def test_a_rules_code_is_told_in_words_or_not_at_all(console_app):
    with console_app.test_request_context():
        for by, reason, words in (
            (HOTLINE.id, "documents_expired", "run out has passed"),
            (HOTLINE.id, "some_new_rule", ""),
            ("8", "not_a_code", "not_a_code"),
        ):
            entry = request_words.entry_of(Step("r", S.BOOKED, S.DOCUMENTS, by, NOON, reason), {})
            assert words in entry.reason and bool(entry.reason) == bool(words)
        assert request_words.name_of("8", {}) == "somebody who has no account any more"
