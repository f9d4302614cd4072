import numpy as np
import pytest
import xarray as xr
from hypothesis import given, settings
from hypothesis import strategies as st
from oracles.relation import shares

from supercooled.errors import ParameterError
from supercooled.relation import (
    arrhenius,
    block_error,
    counted,
    distribution,
    onset,
    peak,
    rearrangement_probability,
    shallower_share,
    softer_share,
    steepness,
    straight_barriers,
)


def field(values, *, frames=None, interval=0.5, particles=None, name="softness"):
    values = np.asarray(values, dtype=float)
    frames = np.arange(len(values)) if frames is None else np.asarray(frames)
    coords = {"frame": frames, "time": ("frame", interval * frames)}
    if particles is not None:
        coords["particle"] = particles
    return xr.DataArray(values, coords, ("frame", "particle"), name=name)


def random_pair(seed, n_frames=12, n_particles=40):
    rng = np.random.default_rng(seed)
    return field(rng.gamma(4.0, size=(n_frames, n_particles))), field(
        rng.exponential(0.1, size=(n_frames, n_particles)), name="p_hop"
    )


def as_dict(data):
    particles = data["particle"].values if "particle" in data.coords else range(data.sizes["particle"])
    return {
        (int(f), int(i)): float(v)
        for f, row in zip(data["frame"].values, data.values, strict=True)
        for i, v in zip(particles, row, strict=True)
    }


def test_a_bin_that_one_block_fills_alone_takes_no_error_from_the_others():
    rng = np.random.default_rng(3)
    values = rng.random((50, 200)) * 3.0
    p_hop = field(rng.random((50, 200)), name="p_hop")
    asked = {"threshold": 0.9, "bins": [0.0, 1.0, 2.0, 3.0, 4.0], "lead": 0.0, "minimum_count": 50}
    without = rearrangement_probability(field(values), p_hop, **asked)
    values[:5, :20] = 3.5
    found = rearrangement_probability(field(values), p_hop, **asked)
    assert np.isfinite(found.rearrangement_probability_spread).all()
    assert found.dependence == pytest.approx(without.dependence, rel=0.5)
    alone = rearrangement_probability(field(values), p_hop, blocks=1, **asked)
    P, n = alone.rearrangement_probability, alone["count"]
    np.testing.assert_allclose(alone.rearrangement_probability_spread, np.sqrt(P * (1 - P) / n))
    assert np.isnan(alone.rearrangement_probability_error).all()
    assert "1 parts of the run are fewer than 4" in alone.no_error


@given(
    seed=st.integers(0, 999),
    lead=st.integers(-3, 3),
    frames=st.sets(st.integers(0, 9), min_size=4),
    particles=st.sets(st.integers(0, 9), min_size=3),
    edges=st.lists(st.integers(0, 8), min_size=2, max_size=5, unique=True),
)
@settings(deadline=None, max_examples=40)
def test_counts_equal_one_particle_at_a_time(seed, lead, frames, particles, edges):
    rng = np.random.default_rng(seed)
    frames, particles, edges = sorted(frames), list(particles), sorted(edges)
    values = rng.integers(0, 9, size=(len(frames), len(particles))).astype(float)
    values[rng.random(values.shape) < 0.2] = np.nan
    softness = field(values, frames=frames, particles=particles)
    p_hop = field(rng.random((10, 10)), particles=np.arange(10)[::-1], name="p_hop")
    everyone, rearranging = shares(as_dict(softness), as_dict(p_hop), 0.5, edges, lead)
    try:
        found = rearrangement_probability(
            softness, p_hop, threshold=0.5, bins=edges, lead=0.5 * lead, minimum_count=1
        )
    except ParameterError:
        assert sum(rearranging) == 0
        return
    assert found["count"].values.tolist() == everyone
    assert found["count_rearranging"].values.tolist() == rearranging
    for P, n, k in zip(found.rearrangement_probability.values, everyone, rearranging, strict=True):
        assert np.isnan(P) if n == 0 else pytest.approx(k / n) == P


def test_structure_leads_the_hop_by_the_time_asked_for():
    softness = field(np.zeros((6, 2)))
    softness.values[2, 0] = 5.0
    p_hop = field(np.zeros((6, 2)), name="p_hop")
    p_hop.values[4, 0] = 1.0
    asked = {"threshold": 0.5, "bins": [-1.0, 2.0, 6.0], "minimum_count": 1}
    right = rearrangement_probability(softness, p_hop, lead=1.0, **asked)
    assert right["count_rearranging"].values.tolist() == [0, 1]
    wrong = rearrangement_probability(softness, p_hop, lead=-1.0, **asked | {"threshold": -1.0})
    assert int(wrong["count"].sum()) == 8
    with pytest.raises(ParameterError, match=r"lead of 0\.7 is not a multiple.*0\.5"):
        rearrangement_probability(softness, p_hop, lead=0.7, **asked)


def test_shuffling_particles_and_splitting_into_replicas_change_nothing():
    softness, p_hop = random_pair(1)
    asked = {"threshold": 0.2, "bins": 7, "lead": 0.0, "minimum_count": 1}
    whole = rearrangement_probability(softness, p_hop, **asked)
    order = np.random.default_rng(2).permutation(40)
    shuffled = rearrangement_probability(softness[:, order], p_hop[:, order], **asked)
    xr.testing.assert_identical(shuffled, whole)
    assert softer_share(softness[:, order], p_hop[:, order], threshold=0.2, lead=0.0) == softer_share(
        softness, p_hop, threshold=0.2, lead=0.0
    )
    halves = rearrangement_probability(
        [softness[:6], softness[6:]], [p_hop[:6], p_hop[6:]], **asked | {"blocks": 1}
    )
    np.testing.assert_array_equal(halves.rearrangement_probability, whole.rearrangement_probability)
    assert halves.sizes["block"] == 2


def test_P_R_integrates_back_to_the_total_share():
    softness, p_hop = random_pair(3)
    found = rearrangement_probability(softness, p_hop, threshold=0.2, bins=11, lead=0.0, minimum_count=1)
    width = found.upper - found.lower
    total = float((found.rearrangement_probability.fillna(0) * found.probability_density * width).sum())
    assert total == pytest.approx(found.attrs["total_share"], rel=1e-12)
    assert total == pytest.approx(float((p_hop > 0.2).mean()), rel=1e-12)
    assert float((found.probability_density_rearranging * width).sum()) == pytest.approx(1.0)
    # Bayes: P_R(S) P(S) = P(S|R) P(R)
    left = found.rearrangement_probability.fillna(0) * found.probability_density
    np.testing.assert_allclose(left, found.probability_density_rearranging * total, atol=1e-12)


def test_bins_with_few_particles_have_no_probability():
    softness, p_hop = random_pair(4)
    found = rearrangement_probability(softness, p_hop, threshold=0.2, bins=8, lead=0.0, minimum_count=60)
    few = found["count"] < 60
    assert few.any()
    assert (np.isnan(found.rearrangement_probability) == few).all()
    assert (np.isnan(found.rearrangement_probability_error) == few).all()


@pytest.mark.parametrize("persistence", [1, 8])
def test_errors_cover_the_scatter_of_many_runs(persistence):
    # A hop that stays above the threshold for 8 frames is one event, not 8.
    rng = np.random.default_rng(5)
    values, errors = [], []
    for _ in range(60):
        softness = field(rng.random((1, 300)).repeat(640, axis=0))
        hop = (rng.random((640 // persistence, 300)) < 0.1).repeat(persistence, axis=0)
        found = rearrangement_probability(
            softness,
            field(hop, name="p_hop"),
            threshold=0.5,
            bins=np.linspace(0, 1, 6),
            lead=0.0,
            minimum_count=1,
        )
        values.append(found.rearrangement_probability.values)
        errors.append(found.rearrangement_probability_error.values)
    scatter = np.std(values, axis=0, ddof=1).mean()
    assert np.isfinite(errors).all(axis=1).sum() > 50
    assert np.nanmean(errors) == pytest.approx(scatter, rel=0.25)


def test_a_run_that_forgets_too_slowly_has_no_error_of_its_probabilities_barriers_and_onset():
    """From runs of half of what the structure remembers an error would be what one window says of itself."""
    rng = np.random.default_rng(8)

    def at(T, slow):
        frames = np.arange(400)[:, None]
        drift = np.sin(2 * np.pi * frames / 800.0) if slow else rng.normal(size=(400, 1))
        softness = rng.random((400, 200)) + 0.05 * drift
        chance = np.exp(1.0 + softness - 2.0 * (2.0 - softness) / T)
        hop = field((rng.random((400, 200)) < chance).astype(float), name="p_hop")
        return rearrangement_probability(
            field(softness), hop, threshold=0.5, bins=np.linspace(0.1, 0.9, 5), lead=0.0, minimum_count=1
        ).assign_coords(temperature=T)

    quick, slow = ([at(T, slow) for T in (0.4, 0.5, 0.6, 0.8)] for slow in (False, True))
    for several, known in ((quick, True), (slow, False)):
        fits = arrhenius(several, weighting="errors")
        crossed = onset(fits)
        errors = [
            *(one.rearrangement_probability_error.values for one in several),
            *(fits[f"{name}_error"].values for name in ("barrier", "entropy", "barrier_base10")),
            steepness(several).steepness_error.values,
            crossed.temperature.error,
            block_error(several, lambda p: onset(arrhenius(p, weighting="errors")).temperature.value),
        ]
        assert all(np.isfinite(error).all() == known for error in errors)
        assert np.isfinite(fits.barrier).all()
        assert np.isfinite(crossed.temperature.value)
        assert straight_barriers(fits).e1 > 0
        reasons = [*(one.no_error for one in several), fits.no_error, crossed.temperature.no_error]
        assert all(("not independent" in why) != known for why in reasons)


def test_a_bin_without_rearrangements_has_the_error_of_one():
    noise = np.random.default_rng(1).uniform(-0.5, 0.5, (10, 5))
    softness = field(np.tile([1.0, 1.0, 1.0, 1.0, 3.0], (10, 1)) + noise)
    p_hop = field(np.tile([0.0, 0.0, 0.0, 0.0, 1.0], (10, 1)), name="p_hop")
    found = rearrangement_probability(
        softness, p_hop, threshold=0.5, bins=[0.0, 2.0, 4.0], lead=0.0, minimum_count=1
    )
    assert found.rearrangement_probability.values.tolist() == [0.0, 1.0]
    assert float(found.rearrangement_probability_error[0]) == pytest.approx(1 / 40)


def test_the_temperature_of_the_hops_goes_along():
    softness, p_hop = random_pair(6)
    asked = {"threshold": 0.2, "bins": 5, "lead": 0.0, "minimum_count": 1}
    assert "temperature" not in rearrangement_probability(softness, p_hop, **asked).coords
    found = rearrangement_probability(softness, p_hop.assign_coords(temperature=0.47), **asked)
    assert float(found.temperature) == 0.47


def test_a_density_is_normalised_and_knows_its_unit():
    softness, _ = random_pair(7)
    found = distribution(softness, bins=9)
    assert float((found.probability_density * (found.upper - found.lower)).sum()) == pytest.approx(1.0)
    assert found.probability_density.attrs["units"] == "1/(sigma_AA^(d+2))"
    assert found.softness.attrs["units"] == "sigma_AA^(d+2)"
    volume = softness.rename("a volume of mine").assign_attrs(units="sigma_AA^3")
    own = distribution(volume, bins=9)
    assert own.probability_density.attrs["units"] == "1/(sigma_AA^3)"
    assert own["a volume of mine"].attrs["units"] == "sigma_AA^3"
    assert distribution(softness.rename("x"), bins=9).probability_density.attrs["units"] == "1/unit"
    inner = distribution(softness, bins=[2.0, 3.0])
    assert float(inner.probability_density[0]) == pytest.approx(
        float(((softness >= 2) & (softness <= 3)).mean())
    )


def test_the_peak_of_a_skewed_distribution_is_its_mode_within_the_error():
    rng = np.random.default_rng(8)
    found = [peak(field(rng.gamma(4.0, size=(20, 2000)))) for _ in range(12)]
    values = np.array([p.value for p in found])
    # Gamma(4) has its mode at 3, its mean at 4; smoothing shifts it up a little.
    assert values.mean() == pytest.approx(3.0, abs=0.12)
    assert np.sqrt(np.mean([p.error**2 for p in found])) == pytest.approx(values.std(ddof=1), rel=0.6)


def test_the_bandwidth_follows_its_rule():
    softness = field(np.random.default_rng(14).normal(2.0, 3.0, size=(10, 1000)))
    assert peak(softness).bandwidth == pytest.approx((4 / 5e4) ** (1 / 7) * 3.0, rel=0.03)


@given(shift=st.floats(-5, 5), scale=st.floats(1e-3, 1e3))
@settings(deadline=None, max_examples=10)
def test_the_peak_moves_with_the_field(shift, scale):
    softness, _ = random_pair(9)
    assert peak(scale * softness + shift).value == pytest.approx(
        scale * peak(softness).value + shift, abs=1e-3 * scale
    )


def test_hops_that_know_nothing_of_structure_have_the_share_of_all():
    rng = np.random.default_rng(10)
    softness = field(rng.gamma(4.0, size=(50, 2000)))
    p_hop = field(rng.random((50, 2000)), name="p_hop")
    found = softer_share(softness, p_hop, threshold=0.9, lead=0.0)
    assert found.of_all == pytest.approx(float((softness > found.peak.value).mean()), abs=0.002)
    chance = np.sqrt(found.of_all * (1 - found.of_all) / found.n_rearranging)
    assert abs(found.value - found.of_all) < 4 * chance
    assert found.n_rearranging == int((p_hop > 0.9).sum())


def test_shares_of_softness_and_of_depth_add_up_and_see_the_side():
    rng = np.random.default_rng(11)
    softness = field(rng.normal(size=(20, 1000)))
    p_hop = field(softness.values + rng.normal(size=(20, 1000)), name="p_hop")
    soft = softer_share(softness, p_hop, threshold=1.0, lead=0.0)
    shallow = shallower_share(softness, p_hop, threshold=1.0, lead=0.0)
    assert soft.value + shallow.value == pytest.approx(1.0)
    mirrored = shallower_share((-softness).rename("depth"), p_hop, threshold=1.0, lead=0.0)
    assert mirrored.value == pytest.approx(soft.value, abs=1e-3)
    exact = (p_hop.values > 1.0) & (softness.values > soft.peak.value)
    assert soft.value == pytest.approx(exact.sum() / soft.n_rearranging, abs=0.003)
    assert 0 < soft.error < 0.05


def test_particles_without_a_value_do_not_count():
    softness, p_hop = random_pair(12)
    masked = softness.where(np.arange(40) % 2 == 0)
    even = {"threshold": 0.2, "bins": np.linspace(0, 20, 6), "lead": 0.0, "minimum_count": 1}
    xr.testing.assert_identical(
        rearrangement_probability(masked, p_hop, **even),
        rearrangement_probability(softness[:, ::2], p_hop[:, ::2], **even),
    )


def test_particles_whose_hop_is_unknown_do_not_count():
    softness, p_hop = random_pair(13)
    known = p_hop[2:-2]
    filled = xr.align(softness, known, join="outer")[1]
    assert np.isnan(filled.values).any()
    asked = {"threshold": 0.2, "bins": 6, "lead": 0.0, "minimum_count": 1}
    xr.testing.assert_identical(
        rearrangement_probability(softness[2:-2], filled[2:-2], **asked),
        rearrangement_probability(softness[2:-2], known, **asked),
    )
    cut = {"bins": np.linspace(0, 30, 6)}
    np.testing.assert_array_equal(
        rearrangement_probability(softness, filled, **asked | cut)["count"],
        rearrangement_probability(softness, known, **asked | cut)["count"],
    )


@pytest.mark.parametrize("threshold", [None, np.nan])
def test_a_threshold_must_be_named_and_the_error_shows_how(threshold):
    softness, p_hop = random_pair(1)
    with pytest.raises(ParameterError, match=r"threshold=0\.115"):
        softer_share(softness, p_hop, threshold=threshold, lead=0.0)
    with pytest.raises(ParameterError, match=r"threshold=0\.115"):
        rearrangement_probability(softness, p_hop, threshold=threshold, bins=5, lead=0.0, minimum_count=1)


def test_fields_that_do_not_belong_together_are_refused():
    softness, p_hop = random_pair(1)
    asked = {"threshold": 0.2, "lead": 0.0}
    far = softness.assign_coords(frame=softness.frame + 100)
    with pytest.raises(
        ParameterError, match="frames 100 to 111, p_hop has 0 to 11: they have no frame in common"
    ):
        softer_share(far, p_hop, **asked)
    with pytest.raises(ParameterError, match="39 particles, p_hop 40"):
        softer_share(softness[:, 1:], p_hop, **asked)
    with pytest.raises(ParameterError, match="no particle in common"):
        softer_share(
            softness.assign_coords(particle=np.arange(40)),
            p_hop.assign_coords(particle=np.arange(40) + 40),
            **asked,
        )
    with pytest.raises(ParameterError, match="2 fields for 1 p_hop"):
        softer_share([softness, softness.copy()], p_hop, **asked)
    # Without numbers of frames their times tell; without either nothing does, were they ever so many.
    by_time = softer_share(softness.drop_vars("frame"), p_hop, **asked)
    assert by_time == softer_share(softness, p_hop, **asked)
    with pytest.raises(ParameterError, match="numbers its frames"):
        softer_share(softness.drop_vars(["frame", "time"]), p_hop, **asked)
    with pytest.raises(ParameterError, match="dimensions frame and particle"):
        softer_share(softness[0], p_hop, **asked)
    with pytest.raises(ParameterError, match=r"above the threshold of 99 \(the largest p_hop is"):
        softer_share(softness, p_hop, threshold=99.0, lead=0.0)
    with pytest.raises(ParameterError, match="blocks"):
        softer_share(softness, p_hop, **asked, blocks=0)


def test_values_that_have_no_place_are_refused():
    softness, p_hop = random_pair(1)
    infinite = softness.copy()
    infinite.values[3, 5] = np.inf
    with pytest.raises(ParameterError, match="particle 5 in frame 3 is infinite"):
        distribution(infinite, bins=5)
    with pytest.raises(ParameterError, match="NaN for every particle"):
        peak(softness * np.nan)
    with pytest.raises(ParameterError, match="hardly varies"):
        peak(softness * 0.0 + 1.0)
    for bins in (0, [1.0], [1.0, 1.0], [2.0, 1.0], [0.0, np.nan]):
        with pytest.raises(ParameterError, match="bin"):
            distribution(softness, bins=bins)
    with pytest.raises(ParameterError, match="field is empty"):
        distribution([], bins=5)
    with pytest.raises(ParameterError, match="lead must be"):
        softer_share(softness, p_hop, threshold=0.2, lead=np.nan)


def test_fields_whose_frames_are_of_other_times_are_refused():
    """As those of a file that holds some frames of a run, numbered from 0."""
    softness, p_hop = random_pair(5)
    some = softness[4:].assign_coords(frame=np.arange(8))
    with pytest.raises(ParameterError, match=r"frame 0 of softness is at 2, .* in p_hop at 0: .*laid_on"):
        softer_share(some, p_hop, threshold=0.2, lead=0.0)
    asked = {"threshold": 0.2, "lead": 0.0}
    numbered = some.assign_coords(frame=np.arange(4, 12))
    assert softer_share(numbered, p_hop, **asked).value == softer_share(softness[4:], p_hop, **asked).value
    # a lead is a difference of times
    assert softer_share(softness, p_hop, threshold=0.2, lead=1.0).value > 0
    with pytest.raises(ParameterError, match="frame 0 of softness is at 2, but in p_hop at 0"):
        softer_share(some, p_hop, threshold=0.2, lead=1.0)
    # without times nothing can be held against each other
    assert softer_share(some.drop_vars("time"), p_hop, **asked).value > 0


def test_times_are_held_against_each_other_where_frames_have_them():
    softness, p_hop = random_pair(5)
    asked = {"threshold": 0.2, "lead": 0.0}
    late = p_hop.assign_coords(time=("frame", 2e6 + p_hop["time"].values))
    # one frame off, at large times
    off = softness.assign_coords(time=("frame", 2e6 + 0.5 + softness["time"].values))
    with pytest.raises(ParameterError, match="drop_vars"):
        softer_share(off, late, **asked)
    rounded = late.assign_coords(time=("frame", late["time"].values + 1e-4))
    assert softer_share(rounded.rename("softness"), late, **asked).value > 0
    single = softness.isel(frame=[5]).squeeze("frame").expand_dims(frame=[5])
    assert single["time"].dims == ()
    assert softer_share(single, p_hop, threshold=0.1, lead=0.0, blocks=1).value >= 0


def test_runs_of_two_temperatures_are_no_replicas():
    softness, p_hop = random_pair(5)
    cold, hot = (p_hop.assign_coords(temperature=T) for T in (0.5, 0.9))
    asked = {"threshold": 0.1, "bins": 3, "lead": 0.0, "minimum_count": 1}
    with pytest.raises(ParameterError, match=r"T = 0\.5, but the p_hop given with it is at T = 0\.9"):
        rearrangement_probability([softness, softness.copy()], [cold, hot], **asked)
    with pytest.raises(ParameterError, match=r"softness is at T = 0\.9"):
        softer_share(softness.assign_coords(temperature=0.9), cold, threshold=0.1, lead=0.0)
    again, later = softness.copy(), cold.copy()
    assert float(rearrangement_probability([softness, again], [cold, later], **asked).temperature) == 0.5
    # Single precision is no other temperature, and one that is not known hides none.
    single = softness.assign_coords(temperature=np.float32(0.47))
    rearrangement_probability(single, p_hop.assign_coords(temperature=0.47), **asked)
    unknown = softness.assign_coords(temperature=np.nan)
    with pytest.raises(ParameterError, match=r"T = 0\.5"):
        rearrangement_probability([unknown, softness], [cold, hot], **asked)
    close = p_hop.assign_coords(temperature=0.51)
    with pytest.raises(ParameterError, match=r"T = 0\.51"):
        rearrangement_probability([softness, softness.copy()], [cold, close], **asked)


@pytest.mark.parametrize("count", ["event", "peak"])
def test_a_rearrangement_counts_once_in_its_first_frame_or_its_highest(count):
    random = np.random.default_rng(4)
    values = np.where(random.random((60, 7)) < 0.6, random.integers(1, 5, (60, 7)) / 10.0, 0.0)
    p_hop = field(values, name="p_hop")
    found = counted(p_hop, threshold=0.15, count=count)
    expected = np.zeros(values.shape, bool)
    for particle in range(7):
        row = 0
        while row < 60:
            end = row
            while end < 60 and values[end, particle] > 0.15:
                end += 1
            if end > row:
                best = row if count == "event" else row + int(np.argmax(values[row:end, particle]))
                expected[best, particle] = True
            row = end + 1
    assert ((found.values > 0.15) == expected).all()
    np.testing.assert_array_equal(found.values[expected], values[expected])
    turned = counted(p_hop.transpose("particle", "frame"), threshold=0.15, count=count)
    xr.testing.assert_identical(turned.transpose("frame", "particle"), found)
    assert counted(p_hop, threshold=9.0, count=count).values.max() == values.max()
    xr.testing.assert_identical(counted(p_hop, threshold=0.15, count="frame"), p_hop)
