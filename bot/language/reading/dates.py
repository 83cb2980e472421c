"""Dates of birth as people write them: a whole date, a year, an age, in digits or words.

A month with a year keeps the year only: the form asks for a date or an age, and half a date would look like a whole one.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from bot.domain.readings import Read, Reading, Unclear, Unread
from bot.language.reading.birth_words import Atom, atoms_of

YEAR_RATHER_THAN_AGE = 80
"""From this number on, two digits alone are a year: many who write were born in 98, hardly any is 98 years old."""

OLDEST = 110
"""Nobody among those who write to us will be older; a higher age is a slip."""
HIJRI_YEARS = range(1300, 1500)
"""Years of the Islamic calendar, 1882 to 2076 of ours: asked back, since its days depend on a sighting of the moon."""
MOST_LEFT = 2
"""More unknown words than this around a bare number, and the number is about something else."""


@dataclass(frozen=True)
class _Birth:
    """What was told: a day, a year, or an age."""

    day: date | None = None
    year: int | None = None
    age: int | None = None


def read_birth(text: str, *, today: date) -> Reading:
    """Read when someone was born.

    Args:
        text: As typed.
        today: Ages count back from here.

    Returns:
        ``{"birth_date": "1998-05-03"}`` or ``{"birth_year": 1998}``; unread with ``not_a_date``, ``date_in_future``,
        ``age_too_high``, ``date_impossible`` (31 February) or ``date_hijri``.
    """
    births, problem, is_whole = _births(text, today=today)
    values = [_as_fields(birth, today=today) for birth in births]
    if not values:
        return Unread(problem)
    return Read(values[0], is_whole=is_whole) if len(values) == 1 else Unclear(tuple(values))


def read_birth_year(text: str, *, today: date) -> Reading:
    """Read the possible years of someone's birth, likeliest first: one from a date or year, two from an age.

    Unread with the codes of ``read_birth``.
    """
    births, problem, is_whole = _births(text, today=today)
    years: list[int] = []
    for birth in births:
        if birth.age is not None:
            years += [today.year - birth.age, today.year - birth.age - 1]
        else:
            years.append(birth.day.year if birth.day else birth.year or 0)
    return Read(tuple(dict.fromkeys(years)), is_whole=is_whole) if years else Unread(problem)


def _as_fields(birth: _Birth, *, today: date) -> dict[str, str | int]:
    if birth.day:
        return {"birth_date": birth.day.isoformat()}
    return {"birth_year": birth.year if birth.age is None and birth.year else today.year - (birth.age or 0)}


def _births(text: str, *, today: date) -> tuple[list[_Birth], str, bool]:
    """Return what may be meant, the reason why nothing is, and whether the whole text says it."""
    atoms, marks, left = atoms_of(text)
    if any(atom.value in HIJRI_YEARS and atom.digits == 4 for atom in atoms) or (atoms and marks & {"hijri", "hijri_months"}):
        return [], "date_hijri", False
    told = _told(atoms, today=today, has_or="or" in marks)
    if isinstance(told, str):
        return [], told, False
    is_plain = not any(atom.mark for atom in atoms) and not marks & {"born", "age_before"}
    is_bare = not any(birth.day for birth in told)
    if is_plain and ("elsewhere" in marks or (is_bare and left > MOST_LEFT)):
        return [], "not_a_date", False
    for birth in told:
        problem = _problem(birth, today=today)
        if problem:
            return [], problem, False
    return told, "", left == 0


def _problem(birth: _Birth, *, today: date) -> str | None:
    if birth.day and birth.day > today:
        return "date_in_future"
    year = birth.day.year if birth.day else birth.year
    age = birth.age if birth.age is not None else today.year - (year or 0)
    if age < 0:
        return "date_in_future" if (year or 0) <= today.year + 100 else "not_a_date"
    return "age_too_high" if age > OLDEST else None


def _told(atoms: Sequence[Atom], *, today: date, has_or: bool) -> list[_Birth] | str:
    """Return the births that numbers and months make together, or why they make none."""
    ages = [atom for atom in atoms if atom.mark == "age"]
    rest = [atom for atom in atoms if atom.mark != "age"]
    # "Born in 1998, 28 years old": the year is the better witness.
    if ages and rest and not any(atom.digits == 4 or atom.mark for atom in rest if not atom.is_month):
        rest = []
    numbers = [atom.value for atom in rest]
    if not rest:
        if len(ages) == 1 or (ages and has_or):
            return [_Birth(age=atom.value) for atom in ages] if all(atom.value for atom in ages) else "not_a_date"
        return "not_a_date"
    if len(rest) == 1:
        return _one(rest[0], today=today)
    if len(rest) == 2:
        return _two(rest, today=today, has_or=has_or)
    if len(rest) == 3:
        return _three(rest, today=today)
    # Each digit by itself ("1 9 9 8").
    if len(numbers) in (4, 8) and all(number < 10 for number in numbers):
        return _one(Atom(int("".join(map(str, numbers))), digits=len(numbers)), today=today)
    return "not_a_date"


def _one(atom: Atom, *, today: date) -> list[_Birth] | str:
    if atom.is_month:
        return "not_a_date"
    if atom.digits in (6, 8):
        return _run_together(str(atom.value).zfill(atom.digits), today=today)
    if atom.mark and atom.digits == 2:
        return [_Birth(year=_full_year(atom.value, today=today))]
    if atom.digits == 7:
        # The first zero of "03051998" is gone.
        return _run_together(str(atom.value).zfill(8), today=today)
    if atom.digits > 4 or atom.value == 0:
        return "not_a_date"
    if atom.digits == 2 and atom.value >= YEAR_RATHER_THAN_AGE:
        return [_Birth(year=_full_year(atom.value, today=today))]
    if atom.value < 200:
        return [_Birth(age=atom.value)]
    return [_Birth(year=atom.value)] if atom.value >= 1500 else "not_a_date"


def _two(atoms: Sequence[Atom], *, today: date, has_or: bool) -> list[_Birth] | str:
    first, second = atoms
    is_unmarked = not (first.mark or second.mark or first.is_month or second.is_month)
    ages = sorted((first.value, second.value))
    # "Between 30 and 35": two ages, though 35 could be a year.
    if has_or and is_unmarked and ages[0] > 0 and ages[1] <= OLDEST and ages[1] - ages[0] <= 10:
        return [_Birth(age=first.value), _Birth(age=second.value)]
    years = [atom.value for atom in atoms if _is_year(atom, today=today)]
    if len(years) == 2:
        return [_Birth(year=year) for year in years]
    if len(years) == 1:
        year, other = (first.value, second) if _is_year(first, today=today) else (second.value, first)
        full = year if year > 99 else _full_year(year, today=today)
        if other.is_month or 1 <= other.value <= 12 or abs(today.year - full - other.value) <= 1:
            return [_Birth(year=full)]
        return "date_impossible" if other.value <= 31 else "not_a_date"
    return "not_a_date"


def _three(atoms: Sequence[Atom], *, today: date) -> list[_Birth] | str:
    values = [atom.value for atom in atoms]
    months = [index for index, atom in enumerate(atoms) if atom.is_month]
    if len(months) > 1 or any(atom.digits == 3 or atom.digits > 4 for atom in atoms):
        return "not_a_date"
    is_year_first = atoms[0].digits == 4 or (values[0] > 31 and atoms[2].digits != 4)
    year, others = (atoms[0], atoms[1:]) if is_year_first else (atoms[2], atoms[:2])
    # A single digit is no year, and a second four-digit number no day.
    if year.is_month or year.digits < 2 or any(atom.digits == 4 for atom in others):
        return "not_a_date"
    if months:
        month, day = (others[0].value, others[1].value) if others[0].is_month else (others[1].value, others[0].value)
    else:
        month, day = (others[0].value, others[1].value) if is_year_first else (others[1].value, others[0].value)
        if month > 12 >= day:
            month, day = day, month
    return _dated(year.value, month, day, today=today, is_short=year.digits == 2)


def _dated(year: int, month: int, day: int, *, today: date, is_short: bool) -> list[_Birth] | str:
    full = _full_year(year, today=today) if is_short else year
    # Papers of people whose birth was never registered say 00/00/1990.
    if day == 0 or month == 0:
        return [_Birth(year=full)]
    if not 1000 <= full <= 9999:
        return "not_a_date"
    try:
        return [_Birth(day=date(full, month, day))]
    except ValueError:
        return "date_impossible"


def _run_together(digits: str, *, today: date) -> list[_Birth] | str:
    orders = ["dmy", "ymd"] if len(digits) == 8 else ["dmy", "ym"]
    possible: list[_Birth] = []
    problem = "not_a_date"
    for order in orders:
        if order == "ym":
            year, month = int(digits[:4]), int(digits[4:])
            if 1900 <= year <= today.year and 1 <= month <= 12:
                possible.append(_Birth(year=year))
            continue
        year_digits = len(digits) - 4
        parts = (digits[4:], digits[2:4], digits[:2]) if order == "dmy" else (digits[:4], digits[4:6], digits[6:])
        year, month, day = (int(part) for part in parts)
        if year_digits == 4 and not 1900 <= year <= today.year + 10:
            continue
        if month > 12 >= day:
            month, day = day, month
        told = _dated(year, month, day, today=today, is_short=year_digits == 2)
        if isinstance(told, str):
            # Six digits that are no date may be anything, eight with a year in them are a slip.
            problem = told if year_digits == 4 else problem
        else:
            possible += told
    return possible or problem


def _is_year(atom: Atom, *, today: date) -> bool:
    return not atom.is_month and (
        (atom.digits == 4 and 1500 <= atom.value <= today.year + 100)
        or (atom.digits == 2 and (31 < atom.value <= 99 or atom.mark == "year"))
    )


def _full_year(short: int, *, today: date) -> int:
    """Return the year of two digits: this century's unless that is still to come."""
    return 2000 + short if 2000 + short <= today.year else 1900 + short
