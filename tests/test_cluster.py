"""Two hosts with only an address between them do what one does; what is wrong with them is said."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest
import short_study

from supercooled import cluster, store, systems
from supercooled.analysis.inputs import Given
from supercooled.cli.options import placed
from supercooled.cluster import Scheduler, remote
from supercooled.cluster.certificates import Private
from supercooled.errors import ClusterError, MissingExtraError, MixtureError, ParameterError


@dataclass
class Hosts:
    """A Dask scheduler and workers as processes of their own."""

    folder: Path
    port: int
    private: Private
    processes: dict[str, subprocess.Popen[bytes]] = field(default_factory=dict)

    @property
    def address(self) -> str:
        return f"tls://127.0.0.1:{self.port}"

    @property
    def cluster(self) -> Scheduler:
        return Scheduler(self.address, tls=self.private.tls)

    def begin(self, name: str, *words: str) -> None:
        names = ("--tls-ca-file", "--tls-cert", "--tls-key")
        shown = [word for pair in zip(names, self.private.tls, strict=True) for word in pair]
        command = [sys.executable, "-m", f"distributed.cli.dask_{words[0]}", *words[1:], *shown]
        with (self.folder / f"{name}.log").open("wb") as log:
            self.processes[name] = subprocess.Popen(
                command,
                cwd=self.folder,
                stderr=log,
                stdout=log,
                env={
                    **os.environ,
                    "PYTHONPATH": f"{Path(__file__).parent}:{os.environ.get('PYTHONPATH', '')}",
                },
            )

    def scheduler(self) -> None:
        self.begin(
            "scheduler", "scheduler", "--protocol", "tls", "--host", "127.0.0.1", "--port", str(self.port),
            "--no-dashboard",
        )  # fmt: skip

    def worker(self, name: str, *options: str) -> None:
        # Each on an address of its own, as on a host of its own.
        own = f"127.0.0.{len(self.processes) + 1}"
        self.begin(
            name, "worker", self.address, "--nthreads", "1", "--no-nanny", "--no-dashboard", "--host", own,
            *options,
        )  # fmt: skip

    def kill(self, name: str) -> None:
        process = self.processes.pop(name)
        process.kill()
        process.wait()


@pytest.fixture(scope="module")
def hosts(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Hosts]:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    folder = tmp_path_factory.mktemp("hosts")
    made = Hosts(folder, port, Private(folder))
    made.scheduler()
    made.worker("one")
    made.worker("two")
    with cluster.executor(made.cluster) as pool:
        deadline = time.monotonic() + 60
        while pool._client.scheduler_info(n_workers=-1)["n_workers"] < 2 and time.monotonic() < deadline:
            time.sleep(0.1)
    yield made
    for name in list(made.processes):
        made.kill(name)
    made.private.close()


def busy(pool: remote.Remote) -> dict[str, bool]:
    """Which hosts have measured cages."""
    return pool._client.run(lambda: "supercooled.cage.local" in sys.modules)


def test_two_hosts_finish_an_analysis_together_to_the_same_bytes(hosts, tmp_path):
    files = short_study.write_runs(tmp_path)
    alone = short_study.analyse(files, tmp_path / "alone")
    # Relative paths begin where the command was given.
    where = Path.cwd()
    os.chdir(tmp_path)
    try:
        short_study.analyse([Path(f.name) for f in files], Path("together"), workers=hosts.cluster)
    finally:
        os.chdir(where)
    assert (tmp_path / "together/comparison.json").read_bytes() == (alone / "comparison.json").read_bytes()
    with cluster.executor(hosts.cluster) as pool:
        assert pool.cores == 2
        assert list(busy(pool).values()) == [True, True]


def test_frames_of_one_run_are_shared_between_hosts(hosts, tmp_path):
    (file, *_) = short_study.write_runs(tmp_path)
    options = {"given": Given([0.5]), "thresholds": [0.1]}
    alone = short_study.analyse([file], tmp_path / "alone", **options)
    with cluster.executor(hosts.cluster) as pool:
        assert pool.cores == 2
    both = short_study.analyse([file], tmp_path / "both", workers=hosts.cluster, **options)
    for one, other in zip(alone.glob("*.gsd"), both.glob("*.gsd"), strict=True):
        assert one.read_bytes() == other.read_bytes()


def test_simulations_are_tasks_on_the_hosts(hosts, tmp_path):
    liquid = systems.kob_andersen(density=1.2)
    asked = [
        store.request(
            liquid,
            temperature=2.0,
            n_particles=200,
            duration=0.1,
            every=0.05,
            start="lattice",
            hold=0.1,
            seed=s,
        )
        for s in (1, 2)
    ]
    far = store.simulate_all(asked, root=tmp_path / "far", workers=hosts.cluster, progress=False)
    near = store.simulate_all(asked, root=tmp_path / "near", workers=1, progress=False)
    for one, other in zip(far, near, strict=True):
        assert (one.read().positions == other.read().positions).all()


def test_a_killed_host_is_made_good_by_another(hosts, tmp_path):
    with cluster.executor(hosts.cluster) as pool:
        done = list(pool.map(short_study.die_once, [tmp_path / "note"] * 6))
    assert len(done) == 6
    assert len(set(done)) == 1
    gone = next(name for name in ("one", "two") if hosts.processes[name].poll() is not None)
    hosts.processes.pop(gone)
    hosts.worker(gone)


def test_a_lost_scheduler_is_said_and_started_again_the_same_command_goes_on(hosts, tmp_path):
    def lose_it() -> None:
        with cluster.executor(hosts.cluster) as pool:
            waiting = pool.submit(short_study.wait_for, tmp_path)
            while not list(tmp_path.iterdir()):
                time.sleep(0.05)
            hosts.kill("scheduler")
            waiting.result(timeout=60)

    with pytest.raises(ClusterError, match=r"scheduler at tls.* is lost .*; start it again"):
        lose_it()
    for name in list(hosts.processes):
        hosts.kill(name)
    hosts.scheduler()
    hosts.worker("one")
    (tmp_path / "go").touch()
    with cluster.executor(hosts.cluster) as pool:
        assert pool.submit(short_study.wait_for, tmp_path).result() == "done"


def test_no_scheduler_no_worker_or_the_wrong_ones_are_refused(hosts, monkeypatch):
    monkeypatch.setattr(remote, "ANSWERS_WITHIN", 1)
    with pytest.raises(ClusterError, match="no Dask scheduler answers"):
        cluster.executor(Scheduler("tcp://127.0.0.1:9", encrypted=False))
    monkeypatch.setattr(remote, "ANSWERS_WITHIN", 10)
    monkeypatch.setattr(remote.metadata, "version", lambda _: "0.0")
    with pytest.raises(ClusterError, match=r"has supercooled .*, this is 0\.0"):
        cluster.executor(hosts.cluster)


def test_an_error_on_a_host_is_that_of_the_call(hosts):
    with cluster.executor(hosts.cluster) as pool:
        wrong = pool.submit(systems.named, "none", density=1.2)
        with pytest.raises(MixtureError, match="no system 'none'"):
            wrong.result()


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"address": "http://somewhere"}, "must be tcp://HOST:PORT"),
        ({"address": "tcp://a:1", "workers": 3}, "its own workers"),
        ({"address": "local", "workers": 0}, "at least 1"),
        ({"address": "tcp://a:1", "tls": ("ca", "cert", "key")}, "certificates need"),
        ({"address": "slurm", "dashboard": ":8787"}, "a local cluster only"),
        ({"address": "tls://a:1", "encrypted": False}, "is encrypted"),
        ({"address": "local", "interface": "ib0"}, "is for batch jobs"),
    ],
)
def test_an_address_that_makes_no_sense_is_refused(wrong, said):
    with pytest.raises(ParameterError, match=said):
        Scheduler(**wrong)


@pytest.fixture
def private(tmp_path):
    made = Private(tmp_path)
    yield made
    made.close()


def test_a_batch_job_is_one_core_and_its_keys_are_files(private):
    pytest.importorskip("dask_jobqueue", reason="the extra jobqueue is not installed")
    security = remote._security(private.tls, Scheduler("slurm"))
    for kind, line in (("slurm", "#SBATCH --cpus-per-task=1"), ("pbs", "#PBS -l select=1:ncpus=1")):
        with remote.batch_jobs(Scheduler(kind, interface="lo"), security, private.folder) as jobs:
            script = jobs.job_script()
            assert jobs.scheduler.address.startswith("tls://127.0.0.1:")
            assert "dashboard" not in jobs.scheduler.services
        assert line in script
        for words in (
            "--nthreads 1", "--protocol tls://", "--interface lo", f"--tls-key {private.key}",
            f"--local-directory {private.folder}", "--worker-class supercooled.cluster.servers.QuietWorker",
        ):  # fmt: skip
            assert words in script


def test_batch_jobs_without_a_batch_system_are_refused(monkeypatch):
    monkeypatch.setenv("PATH", "")
    with pytest.raises(ClusterError, match="slurm needs the command sbatch"):
        cluster.executor(Scheduler("slurm"))


def test_batch_jobs_without_the_extra_say_what_to_install(monkeypatch, private):
    monkeypatch.setitem(sys.modules, "dask_jobqueue", None)
    with pytest.raises(MissingExtraError, match=r"pip install \"supercooled\[cluster\]\""):
        remote.batch_jobs(Scheduler("pbs"), None, private.folder)


def test_processes_are_no_more_than_tasks_and_a_cluster_is_left_alone():
    assert cluster.at_most(8, 3) == 3
    assert cluster.at_most(8, 0) == 1
    assert cluster.at_most(Scheduler("tcp://a:1"), 3) == Scheduler("tcp://a:1")


def test_certificates_are_those_of_all_roles_and_encryption_is_asked_for(private):
    security = remote._security(private.tls, Scheduler("tls://a:1"))
    assert security.require_encryption
    for role in ("client", "scheduler", "worker"):
        assert security.get_tls_config_for_role(role) == {
            "ca_file": str(private.certificate), "cert": str(private.certificate),
            "key": str(private.key), "ciphers": None,
        }  # fmt: skip


def test_the_command_line_names_a_place():
    assert placed(3, None) == 3
    assert placed(None, "tcp://a:1") == Scheduler("tcp://a:1")
    assert placed(3, "slurm") == Scheduler("slurm", 3)
    with pytest.raises(ParameterError, match="scheduler must be"):
        placed(None, "somewhere")
