"""Identity numbers of nobody."""

from __future__ import annotations

from datetime import date

import pytest

from coding_rules.identity import birth_of, checksum_holds, sex_of


def test_a_right_number() -> None:
    assert checksum_holds("110101198001050020")
    assert birth_of("110101198001050020") == date(1980, 1, 5)
    assert sex_of("110101198001050020") == "2"


def test_an_old_number_has_no_check_character() -> None:
    assert not checksum_holds("110101800105002")
    assert birth_of("110101800105002") == date(1980, 1, 5)
    assert sex_of("110101800105003") == "1"


@pytest.mark.parametrize(
    "number", ["", "-", "110101198001050021", "11010119800105002x0", "A10101198001050020"]
)
def test_wrong_numbers(number: str) -> None:
    assert not checksum_holds(number)


def test_digits_that_are_no_date() -> None:
    assert birth_of("110101198013050020") is None
    assert birth_of("护照E123") is None
    assert sex_of("护照E123") is None
