"""Escape from the cage: closed forms, limits and what must not matter."""

import numpy as np
import pytest
import xarray as xr
from hypothesis import given, settings
from hypothesis import strategies as st
from oracles import first_passage as oracle

from supercooled import cage
from supercooled.cage.examples import bump
from supercooled.errors import ParameterError


def parabola(depth, r_max):
    return lambda r: depth * (r / r_max) ** 2


def gaussian(depth, width):
    return lambda r: -depth * np.exp(-0.5 * (r / width) ** 2)


@pytest.mark.parametrize("r_max", [0.1, 1.0, 7.0])
def test_free_diffusion_takes_half_the_distance_squared(r_max):
    found = cage.first_passage_time(np.zeros_like, r_max=r_max)
    assert float(np.exp(found)) == pytest.approx(0.5 * r_max**2, rel=1e-12)


@pytest.mark.parametrize("slope", [-40.0, -1.0, 2.0, 60.0, 900.0])
def test_a_straight_slope_has_a_closed_form(slope):
    # the double integral of e^(s y) e^(-s z) is (e^s - 1 - s) / s^2 at r_max = 1
    expected = (
        slope - 2 * np.log(slope) + np.log1p(-(1 + slope) * np.exp(-slope))
        if slope > 0
        else np.log((np.exp(slope) - 1 - slope) / slope**2)
    )
    found = cage.first_passage_time(lambda r: slope * r, r_max=1.0)
    assert float(found) == pytest.approx(expected, rel=1e-9)


@pytest.mark.parametrize("depth", [1e-3, 1.0, 10.0, 100.0, 1000.0])
def test_a_parabola_has_a_closed_form_at_any_depth(depth):
    found = float(cage.first_passage_time(parabola(depth, 0.7), r_max=0.7))
    assert found == pytest.approx(oracle.log_time_of_a_parabola(depth, 0.7), abs=1e-8)


@settings(max_examples=20, deadline=None)
@given(
    depth=st.floats(-20.0, 60.0),
    width=st.floats(0.15, 1.0),
    tilt=st.floats(-5.0, 5.0),
    r_max=st.floats(0.3, 2.0),
)
def test_quadrature_agrees_with_midpoints(depth, width, tilt, r_max):
    def potential(r):
        return gaussian(depth, width)(r) + tilt * r**3

    found = float(cage.first_passage_time(potential, r_max=r_max))
    coarse, fine = (oracle.log_time(potential, r_max, n) for n in (300, 600))
    # the midpoints' error falls as the square of the step, so what is left of it is extrapolated
    assert found == pytest.approx(fine + (fine - coarse) / 3, abs=2e-3 + abs(fine - coarse))


@settings(max_examples=15, deadline=None)
@given(depth=st.floats(0.0, 3000.0), shift=st.floats(-500.0, 500.0), scale=st.floats(0.1, 10.0))
def test_neither_the_zero_of_energy_nor_the_unit_of_length_matters(depth, shift, scale):
    well = gaussian(depth, 0.2)
    plain = float(cage.first_passage_time(well, r_max=1.0))
    moved = cage.first_passage_time(lambda r: well(r / scale) + shift, r_max=scale)
    assert float(moved) == pytest.approx(plain + 2 * np.log(scale), abs=1e-6)


def test_a_potential_on_a_grid_gives_what_its_function_gives():
    r = np.linspace(0.0, 1.2, 241)
    well = gaussian(150.0, 0.25)
    sampled = xr.DataArray(well(r), {"displacement": r}, ("displacement",))
    exact = float(cage.first_passage_time(well, r_max=1.1))
    assert float(cage.first_passage_time(sampled, r_max=1.1)) == pytest.approx(exact, abs=1e-4)


def cosine(depth):
    return lambda r: -0.5 * depth * (1.0 + np.cos(np.pi * r))


@pytest.mark.parametrize(
    ("well", "top"),
    [
        (cosine, "parabola"),
        (lambda depth: parabola(depth, 1.0), "edge"),
        (lambda depth: gaussian(depth, 0.3), "integral"),
    ],
)
def test_the_ratio_to_kramers_tends_to_one_as_wells_deepen(well, top):
    def off(depth):
        exact = cage.first_passage_time(well(depth), r_max=1.0)
        return abs(float(np.exp(cage.kramers_time(well(depth), r_max=1.0, top=top) - exact)) - 1.0)

    shallow, deep, deepest = off(15.0), off(60.0), off(240.0)
    assert shallow < 0.15
    assert deepest < 5e-3
    # corrections are of first order in 1/depth
    assert deep / shallow == pytest.approx(0.25, rel=0.5)
    assert deepest / deep == pytest.approx(0.25, rel=0.5)


def test_kramers_of_a_cosine_is_the_printed_formula():
    # both curvatures are depth pi^2/2, so the prefactor is pi / (2 depth pi^2/2)
    depth = 80.0
    found = float(cage.kramers_time(cosine(depth), r_max=1.0, top="parabola"))
    assert found == pytest.approx(np.log(1.0 / (np.pi * depth)) + depth, abs=1e-4)


def test_a_cage_without_a_maximum_is_no_parabola_at_the_top():
    with pytest.raises(ParameterError, match="no maximum at r_max=1"):
        cage.kramers_time(gaussian(50.0, 0.4), r_max=1.0, top="parabola")
    with pytest.raises(ParameterError, match="has no minimum at 0"):
        cage.kramers_time(lambda r: -10.0 * r**2, r_max=1.0, top="integral")


def test_the_time_rises_with_the_depth_of_the_mean_field_cage_and_kramers_follows():
    r = np.linspace(0.0, 3.0, 601)
    gap = []
    for height in (2.0, 4.0, 8.0):
        sq = bump(height=height)
        phi = cage.potential(sq, q_max=24.0, displacement=r)
        r_max = float(cage.cage_range(phi, share=0.05))
        depth = cage.softness(sq, q_max=24.0).depth.item()
        time = float(cage.first_passage_time(phi, r_max=r_max))
        gap.append(time - depth)
        assert float(cage.kramers_time(phi, r_max=r_max, top="integral")) == pytest.approx(time, abs=0.2)
    assert np.ptp(gap) < 3.0


def test_the_range_of_a_gaussian_follows_from_the_share_alone():
    r = np.linspace(0.0, 3.0, 3001)
    for depth in (5.0, 90.0):
        phi = xr.DataArray(gaussian(depth, 0.3)(r), {"displacement": r}, ("displacement",))
        expected = 0.3 * np.sqrt(2 * np.log(100.0))
        assert float(cage.cage_range(phi, share=0.01)) == pytest.approx(expected, rel=1e-5)
    with pytest.raises(ParameterError, match="give it at larger displacements"):
        cage.cage_range(phi.isel(displacement=slice(0, 300)), share=0.01)


@pytest.mark.parametrize("r_max", [0.0, -1.0, np.inf, np.nan])
def test_a_range_that_is_none_is_refused(r_max):
    with pytest.raises(ParameterError, match="r_max must be"):
        cage.first_passage_time(np.zeros_like, r_max=r_max)


def test_a_potential_that_ends_too_early_is_refused():
    phi = cage.potential(bump(height=1.0), q_max=20.0, displacement=np.linspace(0.0, 0.5, 51))
    with pytest.raises(ParameterError, match="from 0 to 1"):
        cage.first_passage_time(phi, r_max=1.0)
    with pytest.raises(ParameterError, match="not finite"):
        cage.first_passage_time(lambda r: np.full_like(r, np.nan), r_max=1.0)


# --- one component, and what the softness says of its own convention


def test_the_matrix_form_of_one_component_is_the_scalar_one():
    # SI Eq. 6: C (S - 1) = (S - 1)^2 / S, integrated by hand.
    sq = bump(height=1.7)
    q, S = sq.q.values, sq.structure_factor.values[0]
    inside = q <= 18.0
    f = q**2 / (2 * np.pi**2) * (S - 1.0) ** 2 / S
    r = np.array([0.0, 0.1, 0.4])
    expected = [-np.trapezoid((f * np.exp(-(q**2) * x**2 / 6))[inside], q[inside]) for x in r]
    found = cage.potential(sq, q_max=18.0, displacement=r).values
    assert found == pytest.approx(expected, rel=1e-6)


def test_the_convention_goes_with_the_number():
    attrs = cage.softness(bump(height=1.0), q_max=20.0, fit_range=(0.0, 0.05)).attrs
    assert attrs["q_max"] == 20.0
    assert "1 - 1/S" in attrs["convention"]
    assert attrs["reading"] == "harmonic fit from 0.0 to 0.05"
