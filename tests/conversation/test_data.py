"""Whether domain, rules, training data, register and catalogues tell of the same topics, in every language."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from datetime import date
from functools import lru_cache
from math import ceil

import pytest
import yaml

from bot.commands.locales import check, sms_problems
from bot.domain import topics
from bot.domain.cases import CASE_OF_TOPIC
from bot.domain.contacts import LANGUAGES
from bot.domain.questions import FORM_OF, FormKind
from bot.language.catalogues import Catalogues, po_path, read_catalogue
from bot.language.normalise import normalise
from bot.settings import PROJECT
from bot.speaking.register import PARTS_OF_GROUP, load_register
from bot.wiring import LOCALES

SHARED = PROJECT.parent / "shared"
MIN_EXAMPLES = 100
MAX_LIKENESS = 0.9
"""Of the character 4-grams of two sentences: shared ones, as a part of all that either has."""
MIN_CHARACTERS = 12
"""Shorter sentences are alike by chance."""
MAX_REVIEW_DAYS = {"safety": 100, "faq": 200}

_ANNOTATION = re.compile(r"\[([^\]]+)\](?:\([^)]*\)|\{[^}]*\})")
_PHONE = re.compile(r"\+?[0-9٠-٩۰-۹](?:[\s\-./()]?[0-9٠-٩۰-۹]){5,}")
_EXAMPLE_DATE = re.compile(r"\b\d{1,2}/\d{1,2}/1998\b|\b1998 or 26\b|\b1998 ou 26\b|1998 أو 26")
"""A date of birth, to show how one may be written."""
_URL = re.compile(r"https?:|www\.|\b[\w-]+\.(?:org|com|int|net|ly|info)\b|@\w", re.IGNORECASE)


def action_of(topic):
    """Return the action that begins a topic's form: its own, or the one for all others."""
    kind = FORM_OF[topic]
    return kind.value if kind in (FormKind.RETURN_REQUEST, FormKind.ASSISTANCE_REQUEST) else "action_begin_form"


@lru_cache(maxsize=1)
def _examples():
    """Return the training sentences without annotations, by language and topic."""
    found = defaultdict(list)
    for path in sorted((PROJECT / "nlu_data").glob("*/*/*.yml")):
        language = path.parts[-3]
        if language not in LANGUAGES:
            continue
        for block in yaml.safe_load(path.read_text(encoding="utf-8"))["nlu"]:
            if "intent" not in block:
                continue
            for line in block["examples"].splitlines():
                assert line.startswith("- "), f"{path}: {line!r} is no example; Rasa would drop it with a warning only"
                text = _ANNOTATION.sub(r"\1", line[2:]).strip()
                found[language, topics.topic_of_intent(block["intent"])].append(text)
    return dict(found)


def _near_duplicates(sentences):
    """Yield pairs of sentences of different topics that are nearly the same, from pairs of topic and text.

    Two sets that are so alike share one of the rarest tenth of their members, so only sentences that do are compared.
    """
    evened = [(topic, text, even) for topic, text in sentences if len(even := normalise(text)) > MIN_CHARACTERS]
    grams_of = [{even[n : n + 4] for n in range(len(even) - 3)} for *_, even in evened]
    counts = Counter(gram for grams in grams_of for gram in grams)
    rarity = {gram: place for place, gram in enumerate(sorted(counts, key=counts.__getitem__))}
    known = [(topic, text, {rarity[gram] for gram in grams}) for (topic, text, _), grams in zip(evened, grams_of)]
    seen_with = defaultdict(list)
    for number, (topic, text, grams) in enumerate(known):
        rarest = sorted(grams)[: len(grams) - ceil(MAX_LIKENESS * len(grams)) + 1]
        for other in {earlier for gram in rarest for earlier in seen_with[gram]}:
            its_topic, its_text, its_grams = known[other]
            if its_topic != topic and len(grams & its_grams) > MAX_LIKENESS * len(grams | its_grams):
                yield (its_topic, its_text), (topic, text)
        for gram in rarest:
            seen_with[gram].append(number)


@lru_cache(maxsize=1)
def _rules():
    """Return the steps of each rule, by the intent that it starts from."""
    rules = {}
    for path in sorted((PROJECT / "nlu_data" / "rules").glob("*.yml")):
        for rule in yaml.safe_load(path.read_text(encoding="utf-8"))["rules"]:
            intent = rule["steps"][0]["intent"]
            assert intent not in rules, f"{path}: two rules for {intent}"
            rules[intent] = [step["action"] for step in rule["steps"][1:]]
    return rules


def _domain():
    return yaml.safe_load((PROJECT / "domain.yml").read_text(encoding="utf-8"))


def _needed(name):
    path = SHARED / name
    if not path.exists():
        pytest.skip(f"../shared/{name} is not beside this checkout")
    return path


# Topics


def test_the_topics_are_those_of_the_design_in_its_order():
    path = _needed("design/topics.yml")
    design = yaml.safe_load(path.read_text(encoding="utf-8"))
    assert {group: tuple(ids) for group, ids in design.items()} == topics.GROUPS
    assert list(design) == list(topics.GROUPS)


def test_every_topic_is_an_intent_in_the_order_of_the_design():
    expected = [*topics.SAFETY, *topics.TASK, "faq", *topics.CHAT]
    assert _domain()["intents"][: len(expected)] == expected


def test_every_intent_has_exactly_one_rule():
    assert set(_rules()) == set(_domain()["intents"])


def test_a_rule_says_the_answer_named_as_its_intent():
    own = (
        {"fallback": "action_fall_back", "inform": "action_continue_form"}
        | {topic: action_of(topic) for topic in FORM_OF}
        | {f"choose_language_{code}": "utter_change_language" for code in LANGUAGES}
    )
    for intent, actions in _rules().items():
        assert actions[0] == own.get(intent, f"utter_{intent}"), intent


def test_a_rule_opens_a_case_exactly_where_the_topic_calls_for_one():
    for intent, actions in _rules().items():
        if intent not in ("faq", "fallback"):
            assert ("action_open_case" in actions) == (intent in CASE_OF_TOPIC and intent not in FORM_OF), intent


# Training sentences


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("group", topics.GROUPS)
def test_every_topic_has_its_own_file_in_every_language(language, group):
    files = {path.stem for path in (PROJECT / "nlu_data" / language / group).glob("*.yml")}
    assert files == set(topics.GROUPS[group])


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_training_file_holds_only_its_topic_and_names_language_and_variety(language):
    for path in sorted((PROJECT / "nlu_data" / language).glob("*/*.yml")):
        if path.parent.name == "entities":
            continue
        for block in yaml.safe_load(path.read_text(encoding="utf-8"))["nlu"]:
            assert block["intent"] == topics.intent_of_topic(path.stem), path
            assert block["metadata"]["language"] == language, path
            assert block["metadata"]["variety"], path


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_topic_has_enough_examples(language):
    few = {topic: n for topic in topics.ALL if (n := len(_examples().get((language, topic), ()))) < MIN_EXAMPLES}
    assert few == {}


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_sentence_stands_twice_in_a_language(language):
    seen = defaultdict(list)
    for (code, topic), texts in _examples().items():
        for text in texts if code == language else ():
            seen[normalise(text)].append(topic)
    assert {text: where for text, where in seen.items() if len(where) > 1} == {}


def test_no_sentence_of_a_topic_is_nearly_one_of_another():
    sentences = [(topic, text) for (_, topic), texts in _examples().items() for text in texts]
    assert list(_near_duplicates(sentences)) == []


def test_the_search_for_near_duplicates_finds_them():
    first = ("cost", "how much does the flight home cost for me, my wife and our three children from Sabha")
    again = ("return_home", "HOW much does the flight home cost for me, my wife and our three children from Sabha!!")
    nearly = ("return_family", "how much does the flight home cost for me, my wife and our three children from Sebha")
    other = ("return_family", "how much does the flight home cost for my wife and me and our children")
    assert list(_near_duplicates([first, ("cost", nearly[1]), other, again])) == [(first, again), (("cost", nearly[1]), again)]
    assert list(_near_duplicates([first, nearly])) == [(first, nearly)]
    assert list(_near_duplicates([("greet", "good day"), ("goodbye", "good day")])) == []


def test_no_training_sentence_is_empty_once_evened_out():
    empty = [(where, text) for where, texts in _examples().items() for text in texts if not normalise(text)]
    assert empty == []


def test_no_training_sentence_is_a_held_out_message():
    folder = _needed("eval")
    held_out = {
        normalise(entry["text"]) for path in folder.glob("*.yml") for entry in yaml.safe_load(path.read_text(encoding="utf-8"))
    }
    assert held_out
    overlap = [(where, text) for where, texts in _examples().items() for text in texts if normalise(text) in held_out]
    assert overlap == []


def test_training_sentences_hold_no_phone_numbers_and_no_addresses():
    found = [(where, t) for where, texts in _examples().items() for t in texts if re.search(r"\+?\d{8,}|https?:|@\w+\.", t)]
    assert found == []


# Register


def test_every_topic_has_an_answer_in_the_register_of_its_group():
    register = load_register()
    for group, ids in topics.GROUPS.items():
        assert [answer.id for answer in register.values() if answer.group == group] == list(ids)


def test_an_answer_with_facts_has_sources_and_a_review_date():
    for answer in load_register().values():
        if answer.group not in ("safety", "faq"):
            continue
        assert answer.sources, f"{answer.id} has no source"
        assert all(s.url and s.as_of and s.basis for s in answer.sources), answer.id
        assert isinstance(answer.reviewed, date) and isinstance(answer.review_due, date), answer.id
        assert 0 < (answer.review_due - answer.reviewed).days <= MAX_REVIEW_DAYS[answer.group], answer.id


def test_every_choice_that_may_follow_has_a_title_in_every_language():
    catalogues, register = Catalogues.load(LOCALES), load_register()
    for answer in register.values():
        for choice in answer.next:
            assert choice in register, f"{answer.id} offers {choice}, which is not in the register"
            for language in LANGUAGES:
                for part in ("title", "title_sms"):
                    assert catalogues.has(language, choice, part), f"{language}: {choice} has no {part}"


def test_every_choice_that_may_follow_is_an_intent_that_can_be_picked():
    intents = set(_domain()["intents"]) | set(topics.FAQ)
    offered = {choice for answer in load_register().values() for choice in answer.next}
    assert offered <= intents


def test_every_suggestion_can_have_a_title():
    catalogues = Catalogues.load(LOCALES)
    for topic in [*topics.SAFETY, *topics.TASK, *topics.FAQ, "menu", "change_language"]:
        assert all(catalogues.has(language, topic, "title") for language in LANGUAGES), topic


def test_at_most_nine_choices_follow_so_that_one_digit_picks():
    assert [answer.id for answer in load_register().values() if len(answer.next) > 9] == []


# Catalogues


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_part_of_every_answer_is_translated_and_none_is_fuzzy(language):
    catalogues = Catalogues.load(LOCALES)
    missing = [(a.id, p) for a in load_register().values() for p in a.parts if not catalogues.has(language, a.id, p)]
    assert missing == []
    assert [entry.context for entry in read_catalogue(po_path(LOCALES, language), language) if entry.id and entry.fuzzy] == []


def test_the_catalogues_are_in_step_with_register_and_console():
    assert check() == []


def test_every_sms_and_every_button_fits():
    assert list(sms_problems(Catalogues.load(LOCALES))) == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_catalogue_text_holds_a_phone_number_or_a_link(language):
    entries = [e for e in read_catalogue(po_path(LOCALES, language), language) if e.id]
    assert entries
    texts = [(e.context, e.id, _EXAMPLE_DATE.sub("", str(e.string))) for e in entries]
    found = [(context, part) for context, part, text in texts if _PHONE.search(text) or _URL.search(text)]
    assert found == [], "what changes comes from the directory, never from a catalogue"


def test_the_search_for_numbers_and_links_finds_them():
    assert all(_PHONE.search(text) for text in ("call +218 21 000 00 00", "1415-1515", "٠٩١ ٢٣٤ ٥٦٧٨"))
    assert all(_URL.search(text) for text in ("https://x", "www.iom.int", "libya.iom.int", "write to a@b"))
    assert not _PHONE.search("within 72 hours, 3 to 5 people")


@pytest.mark.parametrize("answer_id", [*topics.SAFETY, *topics.FAQ])
def test_an_answer_said_again_has_other_words(answer_id):
    catalogues = Catalogues.load(LOCALES)
    for language in LANGUAGES:
        assert catalogues.text(language, answer_id, "again") != catalogues.text(language, answer_id, "text")


def test_no_language_repeats_anothers_text():
    catalogues = Catalogues.load(LOCALES)
    same = [
        answer.id
        for answer in load_register().values()
        if "text" in answer.parts and answer.group != "line"
        and len({catalogues.text(language, answer.id) for language in LANGUAGES}) < len(LANGUAGES)
    ]  # fmt: skip
    assert same == []


def test_every_group_of_answers_has_its_parts():
    assert {answer.group for answer in load_register().values()} <= set(PARTS_OF_GROUP)
