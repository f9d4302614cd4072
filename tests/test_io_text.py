"""Numbers in text are what Python says they are, and lines end where it says they end."""

import math
import struct

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from oracles import io as oracle

from supercooled.io.text_source import unpacked_word
from supercooled.kernels import text as kernels


def parsed(text: bytes, roles: list[int], n_rows: int) -> tuple[np.ndarray, np.ndarray, tuple[int, int]]:
    numbers = np.zeros((n_rows, max([*roles, 0]) + 1))
    words = np.zeros((n_rows, max([-r - 1 for r in roles if r <= -2], default=1)), np.int64)
    buffer = np.frombuffer(bytearray(text), np.uint8)
    status = kernels.parse_rows(buffer, np.array(roles), kernels.HIGH, kernels.LOW, numbers, words)
    return numbers, words, status


def one(word: str) -> float:
    numbers, _, status = parsed(f"{word}\n".encode(), [0], 1)
    assert status == (-1, -1), word
    return float(numbers[0, 0])


def apart(a: float, b: float) -> int:
    """Doubles between two doubles."""
    first, second = (struct.unpack("<q", struct.pack("<d", abs(x)))[0] for x in (a, b))
    return abs(first - second) if math.copysign(1, a) == math.copysign(1, b) else 2**62


@settings(deadline=None, max_examples=150)
@given(st.floats(allow_nan=False, allow_infinity=False, min_value=-1e280, max_value=1e280), st.integers(0, 3))
@example(0.1, 0)
@example(-0.0, 0)
@example(9007199254740993.0, 0)
def test_every_double_survives_being_printed(value: float, style: int) -> None:
    word = (f"{value!r}", f"{value:.17g}", f"{value:.16e}", f"{value:+.17E}")[style]
    if abs(value) > 1e-260 or value == 0:
        assert one(word) == float(word)
    assert apart(one(word), float(word)) <= 1


@settings(deadline=None, max_examples=150)
@given(st.from_regex(r"[+-]?([0-9]{1,25}\.?[0-9]{0,25}|\.[0-9]{1,25})([eE][+-]?[0-9]{1,3})?", fullmatch=True))
@example("0." + "0" * 40 + "123456789")
@example("1" * 40)
@example("00000000000000000000000000001.5")
@example("123456789012345678901234567890e-30")
@example("4.9e-324")
@example("2.2250738585072011e-308")
@example("1.7976931348623157e308")
def test_any_decimal_is_within_one_unit_of_the_last_place(word: str) -> None:
    exact = float(word)
    value = one(word)
    if math.isinf(exact) or math.isinf(value):
        assert abs(exact) > 1e308
        return
    assert apart(value, exact) <= 1


def test_printed_simulation_numbers_are_exact() -> None:
    random = np.random.default_rng(0).normal(scale=10, size=3000)
    for form in ("%g", "%.8f", "%.15g", "%.10e"):
        words = [form % v for v in random]
        numbers, _, status = parsed("\n".join([*words, ""]).encode(), [0], len(words))
        assert status == (-1, -1)
        np.testing.assert_array_equal(numbers[:, 0], [float(w) for w in words])


@pytest.mark.parametrize(
    "word", ["nan", "-nan", "inf", "1.2.3", "1e", "1e+", "-", ".", "+.e3", "0x10", "1,5", "--1", "1_0", "é"]
)
def test_what_is_no_number_is_told_apart(word: str) -> None:
    *_, status = parsed(f"1 2 3\n4 {word} 6\n".encode(), [0, 1, 2], 2)
    assert status == (1, 1)


@pytest.mark.parametrize(("line", "status"), [("4 5", (1, 2)), ("4 5 6 7", (1, 3)), ("", (1, 0))])
def test_short_and_long_rows_are_told_apart(line: str, status: tuple[int, int]) -> None:
    assert parsed(f"1 2 3\n{line}\n1 2 3\n".encode(), [0, 1, 2], 3)[2] == status


cells = st.one_of(st.floats(-1e3, 1e3).map("{:.8f}".format), st.integers(-99, 99).map(str))


@settings(deadline=None, max_examples=60)
@given(st.data())
def test_columns_in_any_order_parse_as_the_slow_twin(data: st.DataObject) -> None:
    roles = data.draw(st.permutations([0, 1, 2, -1, -2, -1]))
    n = data.draw(st.integers(1, 5))
    gap = data.draw(st.sampled_from([" ", "\t", "   "]))
    end = data.draw(st.sampled_from(["\n", " \n", "\r\n"]))
    word = st.text("ABab019_", min_size=1, max_size=7)
    rows = [[data.draw(word if role < 0 else cells) for role in roles] for _ in range(n)]
    text = "".join(gap.join(row) + end for row in rows).encode()
    numbers, words, status = parsed(text, roles, n)
    expected_numbers, expected_words = oracle.parse_rows(text, roles, n)
    assert status == (-1, -1)
    assert {(i, c): numbers[i, c] for i, c in expected_numbers} == expected_numbers
    assert {(i, c): unpacked_word(words[i, c]) for i, c in expected_words} == expected_words


@settings(deadline=None, max_examples=100)
@given(st.lists(st.integers(0, 150), max_size=12), st.integers(0, 14), st.integers(0, 40), st.booleans())
def test_lines_end_where_the_slow_twin_says(lengths: list[int], n: int, start: int, ended: bool) -> None:
    text = b"\n".join(b"x" * k for k in lengths) + (b"\n" if ended else b"")
    start = min(start, len(text))
    assert kernels.end_of_lines(np.frombuffer(text, np.uint8), start, n) == oracle.end_of_lines(
        text, start, n
    )


@settings(deadline=None, max_examples=60)
@given(st.data(), st.integers(1, 6), st.sampled_from([2, 3]), st.booleans())
def test_rows_go_where_the_slow_twin_puts_them(data: st.DataObject, n: int, axes: int, crossed: bool) -> None:
    place = data.draw(st.permutations(range(n)))
    shift = data.draw(st.lists(st.floats(-9, 9), min_size=axes, max_size=axes))
    row = st.tuples(*[st.floats(-99, 99)] * 3, *[st.integers(-9, 9).map(float)] * 3).map(list)
    rows = data.draw(st.lists(row, min_size=n, max_size=n))
    positions = np.zeros((n, 3))
    images = np.zeros((n if crossed else 0, 3), np.int32)
    kernels.place_rows(np.array(rows), np.array(place), np.array(shift), 3, positions, images)
    expected, expected_images = oracle.place_rows(rows, place, shift, 3)
    assert {p: positions[p, :axes].tolist() for p in range(n)} == expected
    assert (positions[:, axes:] == 0).all()
    if crossed:
        assert {p: images[p, :axes].tolist() for p in range(n)} == expected_images
        assert (images[:, axes:] == 0).all()
