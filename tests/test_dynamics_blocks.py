from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from supercooled.blocks import (
    block_of,
    error_of_mean,
    interval_of,
    jackknife_error,
    jackknife_variance,
    leave_one_out,
    memory_of,
)
from supercooled.chunks import map_add, spans


@given(
    start=st.integers(0, 20),
    length=st.integers(0, 30),
    size=st.integers(1, 40),
    before=st.integers(0, 9),
    after=st.integers(0, 9),
    beyond=st.integers(0, 9),
)
def test_spans_answer_for_every_frame_once_and_read_what_lies_around(
    *, start, length, size, before, after, beyond
):
    stop, end = start + length, start + length + beyond
    parts = spans(start, stop, size=size, before=before, after=after, end=end)
    answered = [f for s in parts for f in range(s.start, s.stop)]
    assert answered == list(range(start, stop))
    for s in parts:
        assert s.stop - s.start <= size
        read = list(range(end))[s.read]
        assert read[s.own] == list(range(s.start, s.stop))
        assert read == [f for f in range(end) if s.start - before <= f < s.stop + after]


def test_an_executor_adds_in_the_order_of_the_items():
    with ThreadPoolExecutor(3) as executor:
        assert map_add(lambda n: [n], range(20), executor) == list(range(20))
    assert map_add(lambda n: [n], range(20)) == list(range(20))


def test_blocks_are_contiguous_and_nearly_equal():
    labels = block_of(17, 5)
    assert (np.diff(labels) >= 0).all()
    assert sorted(np.bincount(labels)) == [3, 3, 3, 4, 4]
    assert set(block_of(3, 5)) == {0, 1, 2}


def test_the_jackknife_of_a_mean_is_the_textbook_standard_error_times_students_t():
    x = np.random.default_rng(1).normal(size=(8, 3))
    replicates = leave_one_out(x) / 7
    textbook = x.std(axis=0, ddof=1) / np.sqrt(8)
    np.testing.assert_allclose(np.sqrt(jackknife_variance(replicates, fewest=4)), textbook)
    low, high = stats.t.interval(stats.norm.cdf(1) - stats.norm.cdf(-1), 7, scale=textbook)
    np.testing.assert_allclose(jackknife_error(replicates), (high - low) / 2)
    np.testing.assert_allclose(error_of_mean(x), (high - low) / 2)
    assert np.isnan(error_of_mean(x[:3])).all()


@pytest.mark.parametrize("n", [4, 5, 10])
def test_plus_and_minus_the_error_of_a_few_parts_holds_their_mean_in_68_percent(n):
    x = np.random.default_rng(n).normal(size=(n, 40_000))
    inside = np.abs(x.mean(axis=0)) < jackknife_error(leave_one_out(x) / (n - 1))
    # One standard error of 40 000 yes and no is 0.2 %.
    assert inside.mean() == pytest.approx(0.6827, abs=0.01)
    inside = np.abs(x.mean(axis=0)) < error_of_mean(x)
    assert inside.mean() == pytest.approx(0.6827, abs=0.01)
    assert (np.abs(x.mean(axis=0)) < error_of_mean(x) / interval_of(n)).mean() < 0.665


def test_what_never_changes_is_not_known_to_be_forgotten():
    still, noise = np.full(40, 0.3), np.random.default_rng(1).normal(size=40)
    assert memory_of([[still], [np.zeros(40)]]) == np.inf
    assert memory_of([[still], [noise]]) < 2


def test_the_jackknife_leaves_out_blocks_without_data_and_says_nothing_of_one():
    replicates = np.array([[1.0, 1.0], [2.0, np.nan], [4.0, np.nan], [5.0, 1.0], [3.0, 2.0]])
    held = np.array([[5.0, 5.0], [5.0, 0.0], [5.0, 0.0], [5.0, 5.0], [5.0, 5.0]])
    error = jackknife_error(replicates, held)
    assert error[0] == jackknife_error(replicates[:, :1]).item()
    assert np.isnan(error[1])


def test_blocks_of_unequal_length_give_the_error_of_their_mean():
    # As many independent numbers as a block is long: the mean of all has the variance 1 / 240.
    rng = np.random.default_rng(2)
    lengths = np.array([180.0, 20.0, 20.0, 20.0])
    sums = rng.normal(size=(4, 20_000)) * np.sqrt(lengths)[:, None]
    replicates = leave_one_out(sums) / leave_one_out(lengths)[:, None]
    variance = jackknife_variance(replicates, lengths[:, None], fewest=4).mean()
    assert variance == pytest.approx(1.0 / 240.0, rel=0.03)
    alike = jackknife_error(replicates, np.full((4, 1), 7.0))
    np.testing.assert_allclose(alike, jackknife_error(replicates))
    # Counted as equal ones they would seem much worse known.
    assert ((alike / interval_of(4)) ** 2).mean() > 2.0 / 240.0


def test_sums_of_arrays_add_elementwise():
    total = map_add(lambda n: np.array([n, 2 * n]), [1, 2, 3])
    assert total.tolist() == [6, 12]
