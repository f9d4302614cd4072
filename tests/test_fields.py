"""Fields by chunks: any division into chunks and any workers give the same, and damage is noticed."""

from __future__ import annotations

import pickle
import shutil
import tempfile
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from functools import partial
from pathlib import Path

import numpy as np
import pytest
import xarray as xr
from asked import local_depth
from corpus.hostile import OLD
from hypothesis import given, settings
from hypothesis import strategies as st

import supercooled as sc
from supercooled import fields, report
from supercooled.cage import Calibration
from supercooled.chunks import ROUNDS, shared_out
from supercooled.errors import StoreError
from supercooled.fields import lazy, quantiles
from supercooled.relation import autocorrelation, pairing
from supercooled.structure import factor, radial

POTENTIALS = tuple(sc.LennardJones(e, s, 2.5 * s) for e, s in ((1.0, 1.0), (1.5, 0.8), (0.5, 0.88)))
MIXTURE = sc.Mixture("ka-lj", ("A", "B"), (0.8, 0.2), (1.0, 1.0), POTENTIALS)
N, FRAMES, EDGE = 60, 150, 5.2
MEGABYTES = 24 * N / 2**20  # of one frame


def walk(seed: int = 1) -> sc.Trajectory:
    rng = np.random.default_rng(seed)
    paths = rng.uniform(0, EDGE, (1, N, 3)) + np.cumsum(rng.normal(0, 0.05, (FRAMES, N, 3)), axis=0)
    box = sc.Box.cube(EDGE)
    folded, images = box.wrap(paths)
    return sc.Trajectory.from_arrays(
        folded, box, images=images, species=np.arange(N) % 5 == 4, names=("A", "B")
    )


RUN = walk()


def depth(**how: object) -> xr.DataArray:
    return local_depth(
        RUN, mixture=MIXTURE, temperature=0.6, species="A", width=0.09, dr=0.02, direct_correlation="local",
        cutoffs={"AA": (0.9, 1.4), "AB": (0.75, 1.25)}, normalisation="total", **how,
    )  # fmt: skip


def hops(**how: object) -> xr.DataArray:
    return sc.dynamics.hops(RUN, window=8.0, species="A", **how)


def curves(**how: object) -> xr.Dataset:
    return sc.dynamics.displacements(RUN, lags=[1.0, 3.0, 40.0], overlap_radius=0.3, blocks=3, **how)


WHOLE = {"depth": depth(), "hops": hops(), "curves": curves()}
WORKERS = st.sampled_from([None, 1, 2, 3])


def on(workers: int | None) -> ThreadPoolExecutor | None:
    return None if workers is None else ThreadPoolExecutor(workers)


@settings(max_examples=12, deadline=None)
@given(frames=st.integers(1, FRAMES + 9), workers=WORKERS, stored=st.booleans())
def test_neither_chunks_nor_workers_nor_a_store_change_a_field(*, frames, workers, stored):
    with tempfile.TemporaryDirectory() as folder:
        for name, make in (("depth", depth), ("hops", hops)):
            out = Path(folder, name) if stored else None
            found = make(megabytes=frames * MEGABYTES, executor=on(workers), out=out)
            assert fields.is_lazy(found) == stored
            xr.testing.assert_identical(found.load(), WHOLE[name])


class Cores(ThreadPoolExecutor):
    def __init__(self, cores: int) -> None:
        super().__init__(1)
        self.cores = cores


@given(
    n=st.integers(0, 5000), most=st.integers(1, 300), cores=st.integers(1, 64), multiple=st.integers(1, 50)
)
def test_chunks_fit_into_memory_and_give_every_core_as_much(n, most, cores, multiple):
    most *= multiple
    size = shared_out(n, most=most, executor=Cores(cores), multiple=multiple)
    assert 1 <= size <= most
    assert size % multiple == 0
    sizes = [min(size, n - start) for start in range(0, n, size)]
    longest = max((sum(sizes[k::cores]) for k in range(cores)), default=0)
    # No more than a chunk of the smallest kind above an equal part for each time that a core is asked.
    assert longest <= n / cores + multiple * -(-len(sizes) // cores)
    if multiple == 1 and ROUNDS**2 * cores <= n <= ROUNDS * most * cores and cores > 1:
        assert longest <= (1 + 1 / ROUNDS) * n / cores


def test_one_core_has_chunks_as_large_as_memory_allows():
    assert shared_out(1600, most=174, executor=None) == 160
    assert shared_out(5, most=174, executor=None) == 5


def test_workers_change_no_bit_of_hops_without_image_counts():
    folded = sc.Trajectory.from_arrays(RUN.positions(), sc.Box.cube(EDGE), species=RUN.species)
    for drift in (False, True):
        alone = sc.dynamics.hops(folded, window=8.0, remove_drift=drift)
        shared = sc.dynamics.hops(folded, window=8.0, remove_drift=drift, executor=Cores(4))
        xr.testing.assert_identical(alone, shared)


@settings(max_examples=8, deadline=None)
@given(frames=st.integers(1, FRAMES), workers=WORKERS)
def test_neither_memory_nor_workers_change_a_correlator(frames, workers):
    found = curves(megabytes=frames * MEGABYTES, executor=on(workers))
    for name, curve in found.data_vars.items():
        np.testing.assert_allclose(curve, WHOLE["curves"][name], rtol=1e-12, atol=1e-13)


@settings(max_examples=6, deadline=None)
@given(frames=st.integers(1, 40), workers=WORKERS)
def test_neither_chunks_nor_workers_change_structure(frames, workers):
    some = RUN[::4]

    def both(executor: ThreadPoolExecutor | None) -> tuple[xr.DataArray, xr.DataArray]:
        sq = sc.structure.structure_factor(some, q_max=6.0, dq=0.5, blocks=3, executor=executor)
        g = sc.structure.radial_distribution(some, r_max=2.5, dr=0.1, executor=executor)
        return sq.structure_factor_jackknife, g.radial_distribution

    expected = both(None)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(factor, "FRAMES_AT_ONCE", frames)
        patch.setattr(radial, "frames_within", lambda *_: frames)
        for one, other in zip(both(on(workers)), expected, strict=True):
            np.testing.assert_allclose(one, other, rtol=1e-12, atol=1e-12)


@settings(max_examples=6, deadline=None)
@given(frames=st.integers(9, 200), lead=st.sampled_from([0.0, 3.0]))
def test_relations_of_a_stored_field_are_those_of_one_in_memory(frames, lead):
    softness = Calibration(10.0, 2.0, 0.0, 0.0, (0.5, 0.6), "local-mean", 0.0).softness
    options = {"threshold": 0.03, "lead": lead, "blocks": 3}

    def all_of(deep: xr.DataArray, hopping: xr.DataArray) -> tuple[object, ...]:
        return (
            sc.relation.rearrangement_probability(
                softness(deep), hopping, bins=8, minimum_count=1, **options
            ),
            sc.relation.softer_share(softness(deep), hopping, **options),
            sc.relation.distribution(deep, bins=7),
        )

    expected = all_of(WHOLE["depth"], WHOLE["hops"])
    with tempfile.TemporaryDirectory() as folder, pytest.MonkeyPatch.context() as patch:
        deep, hopping = depth(out=Path(folder, "depth")), hops(out=Path(folder, "hops"))
        patch.setattr(pairing, "KEPT", 0)
        patch.setattr(pairing, "CHUNK", frames * 8 * N / 2**20)
        found = all_of(deep, hopping)
        assert fields.is_lazy(softness(deep))
    xr.testing.assert_allclose(found[0], expected[0], rtol=1e-12)
    for name in ("value", "peak", "of_all", "n_rearranging"):
        assert float(getattr(found[1], name)) == pytest.approx(float(getattr(expected[1], name)), rel=1e-12)
    xr.testing.assert_allclose(found[2], expected[2], rtol=1e-12)


@pytest.mark.parametrize("frames", [1, 7, 64])
def test_memory_ranking_and_propagation_of_a_stored_field_are_those_of_one_in_memory(
    tmp_path, monkeypatch, frames
):
    def all_of(deep: xr.DataArray, hopping: xr.DataArray) -> list[xr.Dataset]:
        ahead = sc.relation.within_horizon(hopping, threshold=0.05, horizon=4.0)
        low, high = np.quantile(WHOLE["depth"].values, [0.0, 0.4])
        return [
            sc.relation.memory(deep, lags=[1.0, 9.0, 40.0], blocks=3),
            sc.relation.ranking(deep, hopping, threshold=0.05, lead=0.0, bins=6),
            sc.relation.ranking(deep, ahead, threshold=0.05, lead=3.0, bins=6),
            sc.relation.propagation(
                deep, RUN, ranges=[(low, high)], lags=[1.0, 9.0], bins=5,
                stay=sc.relation.StayRule(within=0.5, overlap_radius=0.3, origins=7)),
        ]  # fmt: skip

    expected = all_of(WHOLE["depth"], WHOLE["hops"])
    deep, hopping = depth(out=tmp_path / "depth"), hops(out=tmp_path / "hops")
    monkeypatch.setattr(pairing, "KEPT", 0)
    chunk = frames * 8 * N / 2**20
    monkeypatch.setattr(pairing, "CHUNK", chunk)
    monkeypatch.setattr(autocorrelation, "chunks_of", partial(lazy.chunks_of, megabytes=chunk))
    for one, other in zip(all_of(deep, hopping), expected, strict=True):
        xr.testing.assert_allclose(one, other, rtol=1e-12, atol=1e-12)


@settings(max_examples=60, deadline=None)
@given(
    values=st.lists(st.floats(-1e300, 1e300) | st.just(np.nan) | st.sampled_from([0.0, 1.0]), min_size=1),
    q=st.lists(st.floats(0.0, 1.0), min_size=1, max_size=4),
    size=st.integers(1, 20),
)
def test_quantiles_by_chunks_are_numpys_to_the_last_bit(values, q, size):
    x = np.array(values)
    parts = [x[i : i + size] for i in range(0, len(x), size)]
    known = x[~np.isnan(x)]
    with pytest.MonkeyPatch.context() as patch, np.errstate(over="ignore", invalid="ignore"):
        patch.setattr("supercooled.fields.exact_quantiles.IN_MEMORY", 3)
        patch.setattr("supercooled.fields.exact_quantiles._BINS", 4)
        found = quantiles(lambda: iter(parts), q)
        expected = np.quantile(known, q) if len(known) else np.full(len(q), np.nan)
    np.testing.assert_array_equal(found, expected)


def test_a_stored_field_goes_to_another_process_as_a_path_and_reads_only_what_is_asked(tmp_path):
    stored = depth(out=tmp_path / "depth", megabytes=20 * MEGABYTES)
    sent = pickle.dumps(stored.isel(frame=slice(30, 40)))
    assert len(sent) < 8 * 48 * FRAMES / 2
    np.testing.assert_array_equal(pickle.loads(sent).values, WHOLE["depth"].values[30:40])
    np.testing.assert_array_equal(
        stored.isel(particle=[3, 1], frame=slice(None, None, -7)).values, WHOLE["depth"].values[::-7, [3, 1]]
    )
    assert [b.stop for b, _ in lazy.chunks_of(stored, 8 * 48 * 60 / 2**20)] == [60, 120, 150]


def damage(folder: Path, how: str) -> None:
    chunk = sorted((folder / "values" / "c").rglob("*"))[-1]
    if how == "missing":
        chunk.unlink()
    elif how == "cut":
        chunk.write_bytes(chunk.read_bytes()[:-8])
    elif how == "flipped":
        data = bytearray(chunk.read_bytes())
        data[len(data) // 2] ^= 4
        chunk.write_bytes(data)
    else:
        labels = folder / "labels" / "time" / "zarr.json"
        labels.write_text(labels.read_text().replace('"shape": [\n    150', '"shape": [\n    151'))


@pytest.mark.parametrize("how", ["missing", "cut", "flipped", "labels"])
def test_a_damaged_field_is_an_error_and_never_nan(tmp_path, how):
    depth(out=tmp_path / "depth", megabytes=20 * MEGABYTES)
    damage(tmp_path / "depth", how)
    with pytest.raises(StoreError, match=r"depth.* run it again"):
        fields.opened(tmp_path / "depth").load()


def test_a_field_that_fails_halfway_leaves_nothing(tmp_path):
    def broken(frames: list[int]) -> np.ndarray:
        if frames[0] > 0:
            raise RuntimeError("stop")
        return np.zeros((len(frames), 2))

    coords = {"frame": np.arange(4), "particle": np.arange(2)}
    with pytest.raises(RuntimeError, match="stop"):
        fields.field(
            "depth",
            broken,
            [[0, 1], [2, 3]],
            [2, 2],
            coords=coords,
            executor=None,
            out=tmp_path / "d",
            by="me",
        )
    assert list(tmp_path.iterdir()) == []


def test_a_peak_among_strays_takes_little_memory():
    rng = np.random.default_rng(1)
    values = rng.normal(3.0, 1.0, (10, 1000))
    values[:, :5] = 1e12
    field = xr.DataArray(values, dims=("frame", "particle"), name="depth")
    assert sc.relation.peak(field).value == pytest.approx(3.0, abs=0.3)


def test_hops_of_one_species_are_those_of_all_picked():
    both = sc.dynamics.hops(RUN, window=8.0)
    np.testing.assert_array_equal(WHOLE["hops"], both.sel(particle=RUN.of_species("A")))


def test_no_code_in_a_folder_of_results_is_run(tmp_path, monkeypatch):
    """A pickle where version 2 of Zarr allows one, and a numcodecs that would run it."""
    monkeypatch.setattr("numcodecs.pickles.ALLOW_UNSAFE_PICKLE_DECODE", True)
    ran = tmp_path / "ran"

    class Harm:
        def __reduce__(self):
            return Path.touch, (ran,)

    def planted(folder, group):
        shutil.rmtree(folder / "sealed")
        (folder / group / "zarr.json").unlink()
        (folder / group / ".zgroup").write_text('{"zarr_format": 2}')
        array = folder / group / "g"
        shutil.rmtree(array, ignore_errors=True)
        array.mkdir(exist_ok=True)
        (array / ".zarray").write_bytes(OLD)
        (array / ".zattrs").write_text('{"_ARRAY_DIMENSIONS": ["r"]}')
        (array / "0").write_bytes(pickle.dumps([Harm(), [1], (1,)]))
        return folder

    results = tmp_path / "results.zarr"
    curve = xr.Dataset({"g": ("r", np.ones(1))})
    report.save_results(results, {"radial": curve})
    planted(results, "radial")
    with suppress(Exception):
        xr.open_zarr(results, group="radial", consolidated=False).load()
    assert ran.exists(), "the bait is harmless, and this test shows nothing"
    ran.unlink()
    for seal_again in (False, True):
        if seal_again:
            fields.seal(results)
        with pytest.raises(StoreError):
            report.load_results(results)
        with pytest.raises(StoreError):
            fields.opened(results)
    assert not ran.exists()
