from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tutor_bot.domain.dates import EitherDay, NoSuchDay, next_year, parse_date
from tutor_bot.wording.voice import voice

TODAY = date(2026, 11, 23)
MONTHS = voice("ru").months


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2027-01-20", date(2027, 1, 20)),
        ("2027/1/20", date(2027, 1, 20)),
        ("20.1.2027", date(2027, 1, 20)),
        ("20.01.", date(2027, 1, 20)),
        ("24.12", date(2026, 12, 24)),
        ("20/01/2027", date(2027, 1, 20)),
        ("01/20/2027", date(2027, 1, 20)),
        ("03/04/2027", EitherDay(date(2027, 4, 3), date(2027, 3, 4))),
        ("5/5/2027", date(2027, 5, 5)),
        ("20 January 2027", date(2027, 1, 20)),
        ("20th jan", date(2027, 1, 20)),
        ("January 20, 2027", date(2027, 1, 20)),
        ("dec 24", date(2026, 12, 24)),
        ("20 января", date(2027, 1, 20)),
        ("20 янв. 2027 г.", date(2027, 1, 20)),
        ("2027-02-30", NoSuchDay(date(2027, 2, 28))),
        ("2027-02-29", NoSuchDay(date(2027, 2, 28))),
        ("2028-02-29", date(2028, 2, 29)),
        ("29 February", date(2028, 2, 29)),
        ("31.4.2027", NoSuchDay(date(2027, 4, 30))),
        ("2027-13-40", NoSuchDay(date(2027, 12, 31))),
        ("32.1.2027", NoSuchDay(date(2027, 1, 31))),
        ("99999-01-01", None),
        ("soon", None),
        ("20 nonsense", None),
        ("", None),
        ("٣.٤.2027", date(2027, 4, 3)),
    ],
)
def test_dates_as_people_write_them(text: str, expected: object) -> None:
    """Day first, month first, in words; a day that there is not comes with the nearest that there is."""
    assert parse_date(text, TODAY, MONTHS) == expected


@given(st.text(max_size=20))
def test_anything_can_be_written(text: str) -> None:
    """No text makes it fail."""
    parse_date(text, TODAY, MONTHS)


@given(st.from_regex(r"\d{1,4}[-./ ]\d{1,2}[-./ ]\d{0,4}", fullmatch=True))
def test_any_numbers_can_be_written(text: str) -> None:
    """No numbers make it fail, and a suggestion is a real day."""
    found = parse_date(text, TODAY, MONTHS)
    assert found is None or isinstance(found, date | NoSuchDay | EitherDay)


@given(st.dates(date(2026, 11, 24), date(2030, 1, 1)))
def test_every_day_is_read_back(day: date) -> None:
    """In the forms in which we write it ourselves."""
    assert parse_date(day.isoformat(), TODAY, MONTHS) == day
    assert parse_date(f"{day.day} {day:%B %Y}", TODAY, MONTHS) == day


@given(st.dates(date(1999, 1, 1), TODAY))
def test_a_past_day_comes_again(day: date) -> None:
    """The same day in the next year that has it."""
    again = next_year(day, TODAY)
    assert TODAY < again <= TODAY + timedelta(days=366 * 8)
    assert (again.month, again.day) == (day.month, day.day)
