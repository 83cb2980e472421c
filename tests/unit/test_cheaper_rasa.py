"""What is made cheaper in Rasa has the outcome that it had."""

from __future__ import annotations

import copy

from rasa.shared.core.domain import Domain
from rasa.shared.core.slots import CategoricalSlot, ListSlot, Slot, TextSlot

from bot.delivery.cheaper_rasa import make_cheaper

_DOMAIN = {"version": "3.1", "intents": ["greet"], "slots": {"language": {"type": "text", "mappings": [{"type": "custom"}]}}}


def test_a_slots_copy_is_another_slot_with_the_same_attributes(monkeypatch):
    slots = [
        TextSlot("language", mappings=[{"type": "custom"}], initial_value="fr"),
        ListSlot("topics", mappings=[]),
        CategoricalSlot("place", mappings=[], values=["tripoli", "misrata"]),
    ]
    plain = [copy.copy(slot) for slot in slots]
    monkeypatch.setattr(Slot, "__copy__", None, raising=False)
    make_cheaper(Domain.from_dict(_DOMAIN))
    copied = [copy.copy(slot) for slot in slots]
    assert [(type(slot), vars(slot)) for slot in copied] == [(type(slot), vars(slot)) for slot in plain]
    copied[0].value = "ar"
    assert slots[0].value == "fr"


def test_a_domain_still_says_whether_it_is_empty(monkeypatch):
    monkeypatch.setattr(Slot, "__copy__", None, raising=False)
    loaded, empty = Domain.from_dict(_DOMAIN), Domain.empty()
    for domain in (loaded, empty):
        make_cheaper(domain)
    assert (loaded.is_empty(), empty.is_empty()) == (False, True)
