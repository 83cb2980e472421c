"""The fields of requests and their values in words, for the staff, in the language of the page."""

from __future__ import annotations

from flask_babel import pgettext


def labels() -> dict[str, str]:
    """Return what each field is called."""
    return {
        "birth": pgettext("request field", "Born"),
        "contact_phone": pgettext("request field", "Phone"),
        "counselling_way": pgettext("request field", "How to talk"),
        "current_place": pgettext("request field", "Place now"),
        "day_part": pgettext("request field", "Time of day"),
        "destination": pgettext("request field", "Town at home"),
        "full_name": pgettext("request field", "Name"),
        "group": pgettext("request field", "Group"),
        "in_detention": pgettext("request field", "In detention"),
        "last_contact": pgettext("request field", "Last heard of"),
        "last_place": pgettext("request field", "Last seen in"),
        "missing_relation": pgettext("request field", "Who is missing"),
        "nationality": pgettext("request field", "Nationality"),
        "need": pgettext("request field", "Most needed"),
        "needs": pgettext("request field", "Special needs"),
        "people": pgettext("request field", "Number of people"),
        "sex": pgettext("request field", "Sex"),
        "travel_document": pgettext("request field", "Travel document"),
    }


def choices() -> dict[str, dict[str, str]]:
    """Return the words of the values that can be picked, by field."""
    return {
        "sex": {
            "female": pgettext("sex", "Female"),
            "male": pgettext("sex", "Male"),
            "other": pgettext("sex", "Other"),
            "undisclosed": pgettext("sex", "Does not want to say"),
        },
        "travel_document": {
            "passport": pgettext("travel document", "Passport"),
            "expired": pgettext("travel document", "Expired passport"),
            "none": pgettext("travel document", "No document"),
            "other": pgettext("travel document", "Another document"),
        },
        "needs": {
            "medical": pgettext("special needs", "Medical care"),
            "pregnant": pgettext("special needs", "Pregnancy"),
            "disability": pgettext("special needs", "Disability"),
            "older_person": pgettext("special needs", "Older person"),
            "child_alone": pgettext("special needs", "Child alone"),
        },
        "need": {
            "food": pgettext("need", "Food or water"),
            "shelter": pgettext("need", "Shelter"),
            "items": pgettext("need", "Household items"),
            "medical": pgettext("need", "Medical care"),
            "cash": pgettext("need", "Cash"),
            "protection": pgettext("need", "Protection"),
            "other": pgettext("need", "Something else"),
        },
        "group": {
            "migrant": pgettext("group", "Migrant"),
            "displaced": pgettext("group", "Displaced"),
            "returnee": pgettext("group", "Returnee"),
            "host": pgettext("group", "Host community"),
        },
        "missing_relation": relations(),
        "counselling_way": {
            "message": pgettext("counselling", "By message"),
            "call": pgettext("counselling", "By phone"),
            "office": pgettext("counselling", "At the office"),
        },
        "day_part": {
            "morning": pgettext("counselling", "In the morning"),
            "afternoon": pgettext("counselling", "In the afternoon"),
            "any": pgettext("counselling", "At any time"),
        },
    }


def relations() -> dict[str, str]:
    """Return who somebody is to the person."""
    return {
        "spouse": pgettext("relation", "Wife or husband"),
        "child": pgettext("relation", "Son or daughter"),
        "parent": pgettext("relation", "Mother or father"),
        "sibling": pgettext("relation", "Brother or sister"),
        "grandparent": pgettext("relation", "Grandparent"),
        "other_relative": pgettext("relation", "Other relative"),
        "not_family": pgettext("relation", "Not family"),
    }


def safe_contacts() -> dict[str, str]:
    """Return the ways that can be picked in which it is safe to reach the person."""
    return {
        "message": pgettext("safe contact", "Write only, do not call"),
        "call_day": pgettext("safe contact", "Call in the day"),
        "call_evening": pgettext("safe contact", "Call in the evening"),
    }
