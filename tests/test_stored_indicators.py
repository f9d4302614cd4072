"""What `sc.compute` stores: the same to the last bit, whatever stops it and whoever makes it."""

from __future__ import annotations

import shutil
from dataclasses import dataclass

import numpy as np
import pytest
import xarray as xr

import supercooled as sc
from supercooled.errors import ParameterError, StoreError
from supercooled.fields import is_lazy
from supercooled.indicators import BondOrder, Coordination, Features, Indicator, StructureFunctions
from supercooled.structure import Radial

FUNCTIONS = StructureFunctions((Radial(0.9, 0.2, 3, 0.2, cutoff=1.9),))
N_FRAMES = 70  # in chunks of three, the last of one


def liquid() -> sc.Trajectory:
    xyz = np.random.default_rng(3).uniform(-3.0, 3.0, (N_FRAMES, 60, 3))
    return sc.Trajectory.from_arrays(xyz, sc.Box.cube(6.0), species=np.arange(60) % 3 // 2, temperature=0.5)


RUN = liquid()
ASKED = (BondOrder(6), FUNCTIONS, Coordination(1.4))


@dataclass(frozen=True)
class Stops(Indicator):
    """Number of the frame; from some frame on the process is stopped."""

    def __call__(self, frame):
        MADE.append(frame.number)
        if len(MADE) > MOST[0]:
            raise KeyboardInterrupt
        return np.full(frame.n_particles, float(frame.number))


MADE: list[int] = []
MOST = [0]


@pytest.fixture(scope="module")
def whole():
    return sc.compute(RUN, ASKED, species="A")


@pytest.mark.parametrize("megabytes", [1e-3, 0.003, 16.0])
def test_storage_and_chunks_change_no_digit(tmp_path, whole, megabytes):
    found = sc.compute(RUN, ASKED, species="A", out=tmp_path / "out", megabytes=megabytes)
    assert all(is_lazy(one) for one in found.values())
    xr.testing.assert_identical(found.load(), whole)


def test_any_part_is_read_as_it_is(tmp_path, whole):
    found = sc.compute(RUN, ASKED, species="A", out=tmp_path / "out")
    name = str(FUNCTIONS)
    for frame in (5, slice(2, 9, 3), [40, 1, 1]):
        for particle in (0, slice(None, None, 7), [3, 2]):
            for feature in (1, slice(1, 3)):
                at = {"frame": frame, "particle": particle}
                xr.testing.assert_identical(
                    found[str(BondOrder(6))].isel(at).load(), whole[str(BondOrder(6))].isel(at)
                )
                at["feature of " + name] = feature
                xr.testing.assert_identical(found[name].isel(at).load(), whole[name].isel(at))


def test_what_was_stopped_goes_on_with_any_number_of_workers(tmp_path):
    MADE.clear()
    MOST[0] = 10
    with pytest.raises(KeyboardInterrupt):
        sc.compute(RUN, Stops(), out=tmp_path / "out")
    kept = sorted((tmp_path / "out" / "work").iterdir())
    assert len(kept) == 3
    MADE.clear()
    MOST[0] = 1000
    told: list[int] = []
    found = sc.compute(RUN, Stops(), out=tmp_path / "out", progress=lambda done, _: told.append(done))
    assert list(range(9, N_FRAMES)) == MADE
    assert told[-1] == N_FRAMES
    np.testing.assert_array_equal(found["stops"][:, 0], np.arange(N_FRAMES))
    MADE.clear()
    with sc.cluster.executor(1) as pool:
        sc.compute(RUN, Stops(), out=tmp_path / "out", executor=pool)
    assert MADE == []


def test_another_question_is_another_answer_and_takes_the_place_of_the_first(tmp_path):
    out = tmp_path / "out"
    for indicator, run, frames in (
        (Coordination(1.4), RUN, slice(None)),
        (Coordination(1.5), RUN, slice(None)),
        (Coordination(1.5), RUN, slice(0, 40)),
        (Coordination(1.5), RUN[3:], slice(0, 40)),
    ):
        found = sc.compute(run, indicator, frames=frames, out=out)
        xr.testing.assert_identical(found.load(), sc.compute(run, indicator, frames=frames))
        assert len(list((out / "work").glob("frames-*"))) <= 32


def test_a_damaged_block_is_made_again_and_one_that_changes_is_noticed(tmp_path, whole):
    out = tmp_path / "out"
    found = sc.compute(RUN, ASKED, species="A", out=out)
    chunk = sorted((out / "work").iterdir())[0]
    chunk = chunk / "values" / "c" / "0" / "0" / "0"
    data = bytearray(chunk.read_bytes())
    data[-1] ^= 1
    chunk.write_bytes(bytes(data))
    with pytest.raises(StoreError, match="has changed since it was opened"):
        found[str(BondOrder(6))].load()
    with pytest.warns(UserWarning, match="is damaged: it is kept as"):
        again = sc.compute(RUN, ASKED, species="A", out=out)
    xr.testing.assert_identical(again.load(), whole)


def test_what_somebody_has_put_among_the_chunks_stays(tmp_path):
    """A link, a folder, a file, and an output of ours by another function."""
    out, order = tmp_path / "out", BondOrder(4)
    sc.compute(RUN, [BondOrder(6)], out=out)
    order.of(RUN, out=tmp_path / "mine.zarr")
    parts = out / "work"
    made = sorted(parts.iterdir())
    (parts / "frames-1-linked.zarr").symlink_to(tmp_path / "mine.zarr")
    shutil.copytree(tmp_path / "mine.zarr", parts / "frames-2-copied.zarr")
    (parts / "frames-3-empty.zarr").mkdir()
    (parts / "frames-4-a-file.zarr").write_text("mine")
    put = set(parts.iterdir()) - set(made)
    held = {path: path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()}
    sc.compute(RUN, [order], out=out)
    assert put < set(parts.iterdir())
    assert not set(made) & set(parts.iterdir())
    for path, content in held.items():
        if not any(path.is_relative_to(one) for one in made) and path.parent != out:
            assert path.read_bytes() == content


def test_somebody_elses_folder_is_refused_and_one_frame_is_not_stored(tmp_path):
    (tmp_path / "notes.txt").write_text("mine")
    with pytest.raises(StoreError, match=r"holds notes\.txt, and is not a results folder"):
        sc.compute(RUN, BondOrder(6), out=tmp_path)
    with pytest.raises(ParameterError, match="a single frame are not stored"):
        sc.compute(RUN[0], BondOrder(6), out=tmp_path / "out")


def test_a_set_of_features_is_stored_alone_too(tmp_path):
    assert isinstance(FUNCTIONS, Features)
    found = FUNCTIONS.of(RUN, species="B", out=tmp_path / "out")
    xr.testing.assert_identical(found.load(), FUNCTIONS.of(RUN, species="B"))
