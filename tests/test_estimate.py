"""A number, its error and what is not known of them."""

from __future__ import annotations

import numpy as np
import pytest

import supercooled as sc
from supercooled.dynamics import Diffusion, HopThreshold
from supercooled.errors import ParameterError

NAN = float("nan")


@pytest.mark.parametrize(
    ("value", "error", "shown"),
    [
        (20.04, 0.31, "20.0(3) tau"),
        (0.14212, 0.00096, "0.142(1) tau"),
        (123456.0, 789.0, "123456(789) tau"),
        (-1.5, 0.5, "-1.5(5) tau"),
        (2.0, 0.0, "2(0) tau"),
    ],
)
def test_it_shows_as_many_digits_as_its_error_allows(value, error, shown):
    assert str(sc.Estimate(value, error, "tau")) == shown


def test_what_is_not_known_has_a_reason():
    for value, error in ((NAN, NAN), (1.0, NAN), (NAN, 0.1)):
        with pytest.raises(ParameterError, match="needs a reason"):
            sc.Estimate(value, error)
    nothing = sc.Estimate(NAN, NAN, "tau", "too <short>")
    assert (nothing.known, nothing.missing, nothing.no_error) == (False, "too <short>", "")
    assert "too &lt;short&gt;" in nothing._repr_html_()
    alone = sc.Estimate(2.0, NAN, "tau", "one block")
    assert (alone.known, alone.missing, alone.no_error) == (True, "", "one block")
    assert str(alone) == "2 tau, error not known: one block"
    both = sc.Estimate(2.0, 0.1)
    assert (both.missing, both.no_error, float(both)) == ("", "", 2.0)


@pytest.mark.parametrize("kind", [Diffusion, HopThreshold])
def test_what_says_more_is_an_estimate_too(kind):
    found = kind(1.0, 0.1, "1", "")
    assert isinstance(found, sc.Estimate)
    assert np.float64(found) == 1.0
    with pytest.raises(ParameterError, match="needs a reason"):
        kind(NAN, NAN)
