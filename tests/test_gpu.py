"""The engine on a graphics card: on one that numba simulates, unless there is one."""

import dataclasses
import os
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path
from typing import ClassVar

import pytest

from supercooled import store, systems
from supercooled.errors import MissingExtraError, ParameterError, SimulationError
from supercooled.simulation import LammpsEngine, chosen_engine
from supercooled.simulation.engine_choice import ENGINE

INSIDE = Path(__file__).parent / "gpu" / "on_card.py"
installed = pytest.mark.skipif(find_spec("gamdpy") is None, reason="needs the extra 'gpu'")


@installed
def test_the_card_computes_what_the_potentials_say():
    # numba reads these when it is imported, which this process has done.
    environment = {**os.environ, "NUMBA_ENABLE_CUDASIM": "1", "NUMBA_DISABLE_JIT": "1"}
    command = [sys.executable, "-m", "pytest", "-p", "no:xdist", "-x", str(INSIDE)]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout[-4000:] + done.stderr[-2000:]
    assert " passed, 5 skipped" in done.stdout


def test_an_engine_is_chosen_by_name_by_setting_or_given(monkeypatch):
    monkeypatch.delenv(ENGINE, raising=False)
    assert chosen_engine() == LammpsEngine()
    own = LammpsEngine()
    assert chosen_engine(own) is own
    with pytest.raises(ParameterError, match=r"no engine 'gromacs'; known are lammps, gamdpy"):
        chosen_engine("gromacs")
    for odd in (0, 3.5, LammpsEngine, Path("lammps")):
        with pytest.raises(ParameterError, match=r"must be text, or an Engine, or None, not"):
            chosen_engine(odd)
    monkeypatch.setenv(ENGINE, "hoomd")
    with pytest.raises(ParameterError, match=r"no engine 'hoomd' \(from SUPERCOOLED_ENGINE\)"):
        chosen_engine()
    assert chosen_engine("lammps") == LammpsEngine()


@installed
def test_gamdpy_is_named_and_without_a_card_it_says_so(monkeypatch, tmp_path):
    monkeypatch.setenv(ENGINE, "gamdpy")
    engine = chosen_engine()
    assert engine.version().startswith("gamdpy 0.")
    from numba import cuda

    if cuda.is_available():
        pytest.skip("there is a card")
    with pytest.raises(SimulationError, match="needs an NVIDIA card with its driver, but none was found"):
        store.simulate(
            systems.kob_andersen(density=1.2), temperature=1.0, n_particles=1000, duration=0.1, every=0.1,
            root=tmp_path, progress=False,
        )  # fmt: skip


def test_without_gamdpy_its_extra_is_named_and_only_what_it_made_elsewhere_is_read(monkeypatch, tmp_path):
    asked = {
        "temperature": 1.0, "n_particles": 200, "every": 0.05, "start": "lattice", "hold": 0.1,
        "root": tmp_path, "progress": False,
    }  # fmt: skip
    liquid = systems.kob_andersen(density=1.2)
    monkeypatch.delenv(ENGINE, raising=False)
    made = store.simulate(liquid, duration=0.1, **asked)
    monkeypatch.setitem(sys.modules, "gamdpy", None)
    with pytest.raises(MissingExtraError, match=r"pip install \"supercooled\[gpu\]\""):
        chosen_engine("gamdpy").version()
    monkeypatch.setenv(ENGINE, "gamdpy")
    # LAMMPS made that one.
    with pytest.raises(MissingExtraError):
        store.simulate(liquid, duration=0.1, **asked)
    # As a card elsewhere would have named it.
    gamdpy = chosen_engine("gamdpy")
    with monkeypatch.context() as elsewhere:
        elsewhere.setattr(type(gamdpy), "version", lambda _: "gamdpy 0.8.3, NVIDIA H200")
        for does in ("prepare", "advance"):
            elsewhere.setattr(
                type(gamdpy), does, lambda _, *given, _does=does: getattr(LammpsEngine(), _does)(*given)
            )
        theirs = store.simulate(liquid, duration=0.1, **asked)
    assert theirs.n_frames == made.n_frames
    assert (store.simulate(liquid, duration=0.1, **asked).positions() == theirs.positions()).all()
    with pytest.raises(MissingExtraError):
        store.simulate(liquid, duration=0.2, **asked)


@dataclasses.dataclass(frozen=True)
class Alone(LammpsEngine):
    alone: ClassVar[bool] = True


@pytest.mark.parametrize(
    ("engine", "asked", "taken"), [(Alone(), None, 1), (Alone(), 2, 2), (None, None, None)]
)
def test_a_card_has_one_run_at_a_time_unless_more_are_asked_for(monkeypatch, tmp_path, engine, asked, taken):
    found = []
    monkeypatch.setattr(store.simulating.cluster, "at_most", lambda workers, _: found.append(workers) or 1)
    wanted = [
        store.request(
            systems.kob_andersen(density=1.2), temperature=1.0, n_particles=200, duration=0.05, every=0.05,
            start="lattice", hold=0.1, seed=seed,
        )
        for seed in (1, 2)
    ]  # fmt: skip
    store.simulate_all(wanted, root=tmp_path, engine=engine, workers=asked, progress=False)
    assert found == [taken]
