"""Fills a form in a conversation of the demo, question by question, and moves the request that comes of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from bot.demo.rows import plain
from bot.domain.audit import Act
from bot.domain.cases import CaseKind, Priority
from bot.domain.contacts import Channel
from bot.domain.form_replies import Asking, FormReply, Line
from bot.domain.forms import Form
from bot.domain.questions import REQUEST_OF, TOPIC_OF, FormKind, Question
from bot.domain.requests import JOURNEY, PERSON, Request, RequestKind, RequestStatus, adults_of, birth_year_of
from bot.services.form_asking import SAYS_HOW_LONG, fields_of, summary_of
from bot.services.form_endings import SENT, URGENT_NEEDS
from bot.services.requests import Note, needs_reason
from bot.speaking.case_words import case_answer
from bot.storage import tables as t

if TYPE_CHECKING:
    from bot.demo.scene import Scene

FORMS = {
    "return": FormKind.RETURN_REQUEST, "assistance": FormKind.ASSISTANCE_REQUEST,
    "missing_person": FormKind.MISSING_PERSON, "counselling": FormKind.COUNSELLING,
}  # fmt: skip
_REQUEST = tuple(field.name for field in fields(Request))
_FORM = tuple(field.name for field in fields(Form))
_FEAR_TOPIC = "fear_of_return"


class FormScene:
    """The forms and requests of one scene."""

    def __init__(self, scene: Scene) -> None:
        self._scene, self._world = scene, scene.world
        self.requests: list[Request] = []
        self._forms: list[Form] = []

    def fill(self, line: Mapping[str, Any], *, until: datetime) -> None:
        """Let the person fill a form until a moment; ``upto`` names the question at which they stop."""
        talk, kind = self._scene.talk, FORMS[line["form"]]
        if "them" in line:
            talk.hear(
                talk.fill(line["them"] if isinstance(line["them"], str) else line["them"][0]),
                topic=TOPIC_OF[kind], decision="answer", confidence=0.97,
            )  # fmt: skip
        answers = {**self._answers(kind), **line.get("answers", {})}
        form = Form(self._world.new_id(), talk.contact_id, talk.conversation.id, kind, {}, "", talk.at, talk.at)
        request = self._draft(kind)
        step = max((until - talk.at) / 20, timedelta(seconds=4))
        while True:
            question = form.next_question(talk.at.date())
            self._ask(form, question, channel=talk.channel)
            if question.id == line.get("upto"):
                return self._leave_open(form, request)
            talk.at += step
            if question.id == "confirm":
                break
            self._give(form, question, answers[question.id])
            if question.id.endswith("_consent"):
                request.give_consent(self._world.consent_version, talk.at, channel=talk.channel, language=talk.language)
            if question.id == "fear" and answers["fear"] != "no":
                self._fear(request)
        talk.hear(self._world.title("confirm__send", talk.language), pressed="confirm__send", topic="inform")
        self._send(request, form)
        return None

    def move(self, line: Mapping[str, Any]) -> None:
        """Move the last request on to a status, over all steps of the way; ``days`` is how long it takes."""
        request, to = self.requests[-1], RequestStatus(line["move"])
        case = next((one for one in self._scene.cases if one.reference == request.reference), self._scene.cases[-1])
        if request.has_open_fear and line.get("fear_cleared"):
            self._clear_fear(request, line["fear_cleared"])
        way = [to]
        if to in JOURNEY and request.status in JOURNEY and JOURNEY.index(to) > JOURNEY.index(request.status):
            way = list(JOURNEY[JOURNEY.index(request.status) + 1 : JOURNEY.index(to) + 1])
        talk, end = self._scene.talk, self._scene.talk.at
        pace = timedelta(days=line.get("days", 0)) / len(way)
        for number, status in enumerate(way, start=1):
            talk.at = max(end - pace * (len(way) - number), request.updated_at + timedelta(minutes=7))
            talk.at = min(talk.at, self._world.now)
            by = self._scene.by(line, case)
            actor = PERSON if line.get("by_person") else by.actor
            reason = line.get("why", "") if number == len(way) or needs_reason(request, status) else ""
            step = request.move(status, talk.at, actor=actor, reason=reason)
            self._scene.talk.batch.add(t.request_step, **vars(step))
            if not line.get("by_person"):
                self._scene.act(Act.REQUEST_MOVED, by, request.reference)
        talk.at = end

    def set_dates(self, days: Mapping[str, int]) -> None:
        """Note until when papers and checks hold, in days from now."""
        for which, count in days.items():
            setattr(self.requests[-1], f"{which}_until", self._world.now.date() + timedelta(days=count))

    def close(self) -> None:
        """Keep the rows of requests and forms."""
        batch = self._scene.talk.batch
        for request in self.requests:
            batch.add(t.request, **plain(request, _REQUEST))
            name = request.answers.get("full_name")
            for key_hash in self._world.name_hashes(name) if name and request.status is not RequestStatus.DRAFT else ():
                batch.add(t.request_name_key, request_id=request.id, key_hash=key_hash)
        for form in self._forms:
            batch.add(t.form, **plain(form, _FORM))

    def _ask(self, form: Form, question: Question, *, channel: Channel) -> None:
        talk = self._scene.talk
        form.asked = question.id
        values = question.values
        if question.reads == "phone" and channel is Channel.TELEGRAM:
            values = ()
        placeholders = {"months": str(self._world.months)} if question.id in SAYS_HOW_LONG else {}
        asking = Asking(question.id, question.words, values, question.may_skip, placeholders)
        lines = ()
        if question.id == "confirm":
            lines = (Line("summary_title"), Line("summary", {"fields": summary_of(form)}))
        talk.answer(self._world.ask(FormReply(lines, asking), talk.language, channel))

    def _give(self, form: Form, question: Question, value: Any) -> None:
        talk = self._scene.talk
        form.keep(question.id, value)
        pressed = None
        if question.reads in ("choice", "place", "country") and value in question.values and talk.channel is not Channel.SMS:
            pressed = f"{question.id}__{value}"
        said = value
        if question.reads == "place":
            form.keep(question.id, {"id": value})
        if question.words == "yes_no" or (question.reads == "choice" and not question.is_kept):
            said = self._world.title(f"{question.words}__{value}", talk.language)
        elif value is not None:
            said = self._world.forms.field_value(question.id, form.answers[question.id], talk.language)
        else:
            said = self._world.title("value__skipped", talk.language)
        talk.hear(said, pressed=pressed, topic="inform", decision="answer", confidence=1.0)
        form.updated_at = talk.at

    def _draft(self, kind: FormKind) -> Request:
        talk = self._scene.talk
        request = Request(
            id=self._world.new_id(), kind=REQUEST_OF[kind], reference=self._world.reference(), contact_id=talk.contact_id,
            conversation_id=talk.conversation.id, channel=talk.channel, language=talk.language,
            status=RequestStatus.DRAFT, answers={}, created_at=talk.at, updated_at=talk.at,
        )  # fmt: skip
        self.requests.append(request)
        return request

    def _fear(self, request: Request) -> None:
        talk = self._scene.talk
        request.raise_fear(talk.at)
        asking = Asking("go_on_with_fear", "go_on_with_fear", ("stop", "go_on"))
        self._scene.open_case(_FEAR_TOPIC)
        talk.answer(self._world.ask(FormReply((Line("fear_first"),), asking), talk.language, talk.channel))
        talk.at += timedelta(seconds=40)
        talk.hear(self._world.title("go_on_with_fear__go_on", talk.language), pressed="go_on_with_fear__go_on", topic="inform")

    def _clear_fear(self, request: Request, reason: str) -> None:
        by = self._world.colleague(CaseKind.PROTECTION, self._scene.team)
        at = min(request.updated_at + timedelta(days=1), self._world.now)
        request.clear_fear(by.actor, at)
        self._scene.act(Act.FEAR_CLEARED, by, request.reference, at=at)
        self._scene.talk.batch.add(
            t.request_step, request_id=request.id, from_status=request.status, to_status=request.status, by=str(by.id),
            at=at, reason=f"{Note.FEAR_CLEARED.value}: {reason}",
        )  # fmt: skip

    def _send(self, request: Request, form: Form) -> None:
        talk, person = self._scene.talk, self._scene.talk.person
        request.answers = fields_of(form)
        phone, name, year = (
            request.answers.get("contact_phone"),
            request.answers.get("full_name"),
            birth_year_of(request.answers),
        )
        key = self._world.name_key(name) if name else ""
        request.phone_hash = self._world.hash(f"phone:{phone}") if phone else None
        request.identity_hash = self._world.hash(f"person:{key}:{year}") if key and year else None
        step = request.move(RequestStatus.SUBMITTED, talk.at, actor=PERSON, reason="sent")
        talk.batch.add(t.request_step, **vars(step))
        answers = request.answers
        is_urgent = (
            request.has_open_fear
            or bool(answers.get("in_detention"))
            or bool(URGENT_NEEDS & set(answers.get("needs") or ()))
            or answers.get("need") in ("medical", "protection")
        )
        priority = Priority.HIGH if is_urgent else Priority.NORMAL
        opened = self._scene.add_case(request.kind.case_kind, priority, TOPIC_OF[form.kind], request.reference)
        lines = [Line(SENT[request.kind])]
        if request.kind is RequestKind.RETURN and adults_of(person.household):
            lines.append(Line("household_consent"))
        lines.append(Line(case_answer(TOPIC_OF[form.kind], opened), {"reference": request.reference}))
        talk.answer(self._world.ask(FormReply(tuple(lines)), talk.language, talk.channel))

    def _leave_open(self, form: Form, request: Request) -> None:
        form.request_id = request.id
        request.answers = fields_of(form)
        form.parked_at = self._scene.talk.at
        self._forms.append(form)

    def _answers(self, kind: FormKind) -> dict[str, Any]:
        person, rng, place = self._scene.talk.person, self._world.rng, self._scene.place
        year = self._world.now.year - person.age
        phone = person.phone
        household = person.household or []
        yes = {question: "yes" for question in ("understood", "return_consent", "assistance_consent", "missing_consent")}
        return {
            **yes, "counselling_consent": "yes", "fear": "no", "full_name": person.name, "sex": person.sex,
            "birth": {"birth_year": year}, "accompanied": "yes", "nationality": person.nationality, "current_place": place,
            "in_detention": "no", "household": household, "travel_document": person.document, "needs": person.needs,
            "contact_phone": phone, "safe_contact": rng.choice(("message", "call_day", "call_evening")),
            "destination": person.destination, "need": rng.choice(("food", "shelter", "items", "medical")),
            "people": len(household) + 1, "group": "displaced" if person.nationality == "LY" else "migrant",
            "missing_relation": "sibling", "last_place": "kufra", "last_contact": "", "counselling_way": "call",
            "day_part": rng.choice(("morning", "afternoon", "any")),
        }  # fmt: skip
