"""Expected digits were taken from `terraform console`, version 1.11."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from towpath.hcl.numbers import (
    NumberRangeError,
    add,
    divide,
    modulo,
    multiply,
    negate,
    number_text,
    parse_number,
    subtract,
)


@pytest.mark.parametrize(
    ("above", "below", "digits"),
    [
        (10, 3, "3." + "3" * 153 + "2"),
        (1, 3, "0." + "3" * 154 + "5"),
        (22, 7, "3." + "142857" * 25 + "1428"),
        (-1, 8, "-0.125"),
        (6, 3, "2"),
    ],
)
def test_divides_to_the_last_digit(above: int, below: int, digits: str) -> None:
    assert number_text(divide(above, below)) == digits


@pytest.mark.parametrize(
    ("left", "right", "quotient_remainder"),
    [(5, 3, 2), (-5, 3, -2), (5, -3, 2), (Decimal("5.5"), 2, Decimal("1.5")), (7, 0, 7), (10**60, 7, 10**60 % 7)],
)
def test_the_remainder_has_the_sign_of_the_dividend(
    left: int | Decimal, right: int, quotient_remainder: int | Decimal
) -> None:
    assert modulo(left, right) == quotient_remainder


def test_whole_numbers_are_exact_up_to_512_bits() -> None:
    largest = 2**512 - 1
    assert add(largest - 1, 1) == largest
    assert subtract(-largest, -1) == 1 - largest
    assert multiply(2**256, 2**255) == 2**511


def test_larger_numbers_are_rounded_and_written_with_few_digits() -> None:
    assert number_text(multiply(10**200, 10**200)) == "1" + "0" * 400
    assert add(10**200, 1) == 10**200


@pytest.mark.parametrize(
    ("result", "digits"),
    [
        (subtract(Decimal("1.000001"), 1), "0.000000" + "9" * 149 + "37278"),
        (add(1, Decimal("0.245423")), "1.245422" + "9" * 148),
        (subtract(Decimal("0.245423"), 1), "-0.754577"),
        (add(Decimal("1.1"), Decimal("2.2")), "3.3" + "0" * 152 + "2"),
        (multiply(Decimal("1.1"), Decimal("1.1")), "1.21" + "0" * 151 + "1"),
        (multiply(Decimal("0.7"), 100), "70"),
        (divide(Decimal("3.3"), Decimal("1.1")), "3"),
    ],
)
def test_shows_the_binary_rounding_as_terraform_does(result: int | Decimal, digits: str) -> None:
    assert number_text(result) == digits


def test_rounding_makes_thirds_whole_again() -> None:
    assert multiply(divide(1, 3), 3) == 1
    assert add(Decimal("0.1"), Decimal("0.2")) == Decimal("0.3")


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("12", 12),
        ("012", 12),
        (".5", Decimal("0.5")),
        ("5.", 5),
        ("+5", 5),
        ("-1.50", Decimal("-1.5")),
        ("1e5", 100000),
        ("25e-1", Decimal("2.5")),
        ("-0", negate(0)),
    ],
)
def test_reads_decimal_texts(text: str, number: int | Decimal) -> None:
    read = parse_number(text)
    assert read == number
    assert type(read) is type(number)


@pytest.mark.parametrize("text", ["", " 1", "1 ", "0x10", "1_0", "Inf", "NaN", "1e", "e5", ".", "-", "1.2.3", "\u0661"])
def test_reads_nothing_else(text: str) -> None:
    assert parse_number(text) is None


@pytest.mark.parametrize("text", ["1e999999999", "1e-999999999", "9" * 9000])
def test_refuses_numbers_that_only_fill_the_memory(text: str) -> None:
    with pytest.raises(NumberRangeError):
        parse_number(text)


def test_refuses_results_that_only_fill_the_memory() -> None:
    huge = parse_number("1e3000")
    assert huge is not None
    with pytest.raises(NumberRangeError):
        multiply(huge, huge)


NUMBERS = st.one_of(
    st.integers(-(10**40), 10**40),
    st.decimals(-(10**12), 10**12, places=6).map(lambda number: parse_number(str(number)) or 0),
)


@given(NUMBERS)
@settings(max_examples=50)
def test_what_is_written_reads_back(number: int | Decimal) -> None:
    assert parse_number(number_text(number)) == number


@given(NUMBERS, NUMBERS)
@settings(max_examples=50)
def test_sums_are_those_of_arithmetic_but_for_the_last_bits(left: int | Decimal, right: int | Decimal) -> None:
    exact = Fraction(left) + Fraction(right)
    assert abs(Fraction(add(left, right)) - exact) <= (abs(Fraction(left)) + abs(Fraction(right))) / 2**510
    assert subtract(left, right) == multiply(-1, subtract(right, left))
