"""Gathers the people of one text word by word: which number is whose age, and which is a count."""

from __future__ import annotations

from bot.domain.readings import Read, Reading, Unread
from bot.language.reading.household_groups import MOST_MEMBERS, OLDEST, Group, age_of
from bot.language.reading.household_words import Token

YOUNGEST_ELDER = 12
"""Below, a number beside a wife or a parent is no age but a count of the next people: "wife 3 kids"."""
_ELDERS = frozenset({"spouse", "parent", "grandparent"})
_OFTEN_SEVERAL = frozenset({"child", "sibling"})
_PAUSES = frozenset({"and", "separator"})


class Household:
    """The people of one text, gathered word by word."""

    def __init__(self, tokens: list[Token]) -> None:
        self._tokens = tokens
        self._groups: list[Group] = []
        self._count: int | None = None
        self._next_age: int | None = None
        self._total: int | None = None
        self._bare: list[int] = []
        self._counts_first = False
        self._ages_first = False
        self._are_twins = False
        self._is_alone = False
        self._has_family = False
        self._is_denied = False
        index = 0
        while index < len(tokens):
            index = self._number(index) if tokens[index].kind in ("number", "whole_age") else self._word(index)
        if self._count is not None and self._groups:
            # "My wife, 2": two more, whose relation is asked for.
            self._groups.append(Group(None, self._count, is_plural=True))
        elif self._count is not None:
            self._bare.append(self._count)
        if self._groups and self._next_age is not None:
            # "My wife and a 2 year old": somebody, whose relation is asked for.
            self._groups.append(Group(None, 1, [self._next_age]))

    def reading(self, *, is_whole: bool) -> Reading:
        """Return the reading of all that was gathered."""
        self._drop_repeated()
        if not self._groups:
            return self._by_number(is_whole=is_whole)
        if self._is_alone:
            return Unread("not_a_household")
        if len(self._bare) == 1 and self._total is None:
            self._total = self._bare[0]
        unknown = [group for group in self._groups if group.count is None and not group.ages]
        known = sum(len(group.members()) for group in self._groups)
        if len(unknown) == 1 and self._total is not None and self._total - 1 > known:
            unknown[0].count = self._total - 1 - known
        elif unknown:
            return Unread("household_count")
        members = [member for group in self._groups for member in group.members()]
        if len(members) > MOST_MEMBERS:
            return Unread("household_too_many")
        if any(member["age"] is not None and member["age"] > OLDEST for member in members):
            return Unread("age_too_high")
        return Read(tuple(members), is_whole=is_whole)

    def _by_number(self, *, is_whole: bool) -> Reading:
        """Return the reading of a text that names nobody: a number, or the word for alone."""
        if self._is_alone and not self._bare and self._total is None and not self._is_denied:
            return Read((), is_whole=is_whole)
        numbers = self._bare if self._total is None else [self._total - 1]
        if len(numbers) == 1 and self._next_age is None and is_whole:
            if not 0 <= numbers[0] <= MOST_MEMBERS:
                return Unread("household_too_many" if 0 < numbers[0] < 1000 else "not_a_household")
            return Read(tuple({"relation": None, "age": None} for _ in range(numbers[0])))
        if self._next_age is not None and not numbers:
            code = "age_too_high" if self._next_age > OLDEST else None
            return Unread(code) if code else Read(({"relation": None, "age": self._next_age},), is_whole=is_whole)
        return Unread("household_count" if self._has_family and is_whole else "not_a_household")

    def _drop_repeated(self) -> None:
        """Drop "two kids" where "a boy 3 and a girl 5" follow, which are the same two."""
        for index, group in enumerate(self._groups):
            later = [other for other in self._groups[index + 1 :] if other.relation == group.relation]
            told = sum(len(other.members()) for other in later)
            if group.is_plural and not group.ages and later and (told == group.count or (group.count is None and told)):
                self._groups.remove(group)
                return

    def _peek(self, index: int, step: int = 1) -> Token:
        position = index + step
        return self._tokens[position] if 0 <= position < len(self._tokens) else Token("end")

    def _word(self, index: int) -> int:
        token = self._tokens[index]
        if token.kind in ("relation", "newborn", "twins"):
            self._person(index)
        elif token.kind == "alone":
            # "no wife" denies a wife; "alone with my son" is not alone.
            is_answer = self._peek(index).kind not in ("and", "with", "relation", "newborn", "twins")
            self._is_alone = self._is_alone or is_answer
            self._is_denied = self._peek(index).kind == "relation"
            return index + 1
        elif token.kind == "gone" and self._groups:
            self._groups.pop()
        elif token.kind == "both" and self._groups:
            self._groups[-1].have_one_age = True
        elif token.kind == "family":
            self._has_family = True
        self._is_denied = token.kind == "denied" or (self._is_denied and token.kind in ("with", "and"))
        return index + 1

    def _person(self, index: int) -> None:
        token = self._tokens[index]
        before = self._peek(index, -1)
        if token.relation is None and token.count == 1 and self._count is None:
            return
        if self._is_denied:
            self._count = None
            return
        if token.kind == "twins" and self._peek(index).relation == "child":
            # "Twin daughters" are two.
            self._count, self._are_twins = 2, True
            return
        same = self._groups[-1] if self._groups else None
        is_more = token.count is None and self._count is None and before.kind == "and"
        if is_more and same and same.relation == token.relation and same.is_plural and same.count and not same.ages:
            # "Three brothers and sisters" are three.
            return
        group = Group(token.relation, self._count or token.count, is_plural=token.count != 1)
        group.have_one_age, self._are_twins = token.kind == "twins" or self._are_twins, False
        if token.kind == "newborn":
            group.ages.append(0)
        if self._next_age is not None and not group.ages:
            group.ages.append(self._next_age)
        self._count, self._next_age = None, None
        self._groups.append(group)

    def _number(self, index: int) -> int:
        token, after, before = self._tokens[index], self._peek(index), self._peek(index, -1)
        following = index + 1
        is_age = token.kind == "whole_age" or after.kind == "age_unit" or before.kind == "age_marks"
        age = age_of(token.number, after)
        if after.kind == "age_unit":
            following += 1
            # "1 year 6 months": the months tell nothing more.
            if self._peek(following - 1).kind == "number" and self._peek(following).is_month:
                following += 2
        last = self._groups[-1] if self._groups and self._groups[-1].is_open else None
        next_token = self._peek(following - 1)
        names_next = next_token.kind in ("relation", "newborn", "twins")
        if before.kind == "self" and token.number > MOST_MEMBERS:
            # The writer's own age: "me 34, my wife 30".
            return following
        if is_age:
            is_too_young = last is not None and last.relation in _ELDERS and age < YOUNGEST_ELDER
            is_next = names_next and (last is None or before.kind in _PAUSES)
            self._take_age(age, last, is_next=is_next or is_too_young)
        elif names_next:
            self._before_person(token.number, last, next_token, before)
        elif before.kind == "total" or after.kind == "total":
            self._total = token.number
        elif last is not None and (last.is_plural and last.count is None):
            if last.ages or self._goes_on(following):
                last.ages.append(token.number)
            else:
                last.count = token.number
        elif last is not None:
            self._take_age(token.number, last, is_next=False)
        elif self._groups and self._groups[-1].ages and self._groups[-1].relation in _OFTEN_SEVERAL:
            # "My son 12 and 8" are two.
            self._groups[-1].ages.append(token.number)
        else:
            self._loose(token.number, following)
        return following

    def _goes_on(self, position: int) -> bool:
        """Say whether another number of a list follows, that is not the count of other people."""
        while self._peek(position - 1).kind in _PAUSES:
            position += 1
        if self._peek(position - 1).kind != "number":
            return False
        return self._peek(position).kind not in ("relation", "twins")

    def _take_age(self, age: int, last: Group | None, *, is_next: bool) -> None:
        if is_next or last is None:
            self._next_age = age
        elif last.relation in _ELDERS and age < YOUNGEST_ELDER:
            self._count = age
        else:
            last.ages.append(age)

    def _before_person(self, number: int, last: Group | None, person: Token, before: Token) -> None:
        """Take a number right before a person: a count, or the age of the one before ("son 5 daughter 3")."""
        is_pause = before.kind in _PAUSES
        is_count = person.count != 1 or person.kind == "twins"
        if before.kind == "total" and person.relation == "sibling":
            # "We are three brothers": the writer is one of them.
            self._total, self._count = number, number - 1
        elif is_count or number == 0:
            self._count = number
        elif last is not None and not self._counts_first and not (last.relation in _ELDERS and number < YOUNGEST_ELDER):
            # "Kids 3 and 5 and 1 brother": one is rather a count than an age.
            if is_pause and (not last.is_plural or not last.ages or number == 1):
                self._count = number
            else:
                last.ages.append(number)
        elif number > MOST_MEMBERS or self._ages_first:
            # "30 wife, 5 son": this writer puts each age first.
            self._next_age, self._ages_first = number, True
        else:
            self._counts_first = self._counts_first or not self._groups
            self._count = number

    def _loose(self, number: int, following: int) -> None:
        """Take a number that stands by itself: before a pause and a person it may be that person's age ("5, my son")."""
        if self._peek(following - 1).kind == "separator" and self._peek(following).kind == "relation" and not self._groups:
            single = self._peek(following).count == 1 and not any(t.kind == "relation" for t in self._tokens[following + 2 :])
            if single or number > MOST_MEMBERS:
                self._next_age = number
                return
        if self._groups and self._peek(following - 1, -2).kind == "and":
            # "My wife and 2": two more, whose relation is asked for.
            self._groups.append(Group(None, number, is_plural=True))
            return
        self._bare.append(number)
