"""Nothing listens where another user could use it; a cluster takes nobody without its certificate."""

from __future__ import annotations

import os
import signal
import socket
import ssl
import stat
import subprocess
import sys
import textwrap
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

import pytest
import short_study

from supercooled.cluster import Scheduler, certificates, executor, remote
from supercooled.cluster.certificates import Private
from supercooled.errors import ClusterError
from supercooled.simulation import lammps_library

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="sockets are read from /proc")

LISTENS, ACCEPTS = "0A", 0x10000


def address(hexadecimal: str) -> tuple[str, int]:
    """What /proc/net writes as words of the machine's byte order."""
    words, port = hexadecimal.split(":")
    raw = b"".join(bytes.fromhex(words[i : i + 8])[::-1] for i in range(0, len(words), 8))
    return socket.inet_ntop(socket.AF_INET if len(raw) == 4 else socket.AF_INET6, raw), int(port, 16)


def sockets_of(pid: int) -> set[str]:
    found = set()
    with suppress(OSError):
        for descriptor in Path(f"/proc/{pid}/fd").iterdir():
            with suppress(OSError):
                target = str(descriptor.readlink())
                if target.startswith("socket:["):
                    found.add(target[8:-1])
    return found


def private(path: str) -> bool:
    """Whether a folder above the socket is closed to other users."""
    return any(not stat.S_IMODE(folder.stat().st_mode) & 0o011 for folder in Path(path).resolve().parents)


def listening(pid: int) -> set[tuple[str, str, int]]:
    """Where a process takes what others send: (kind, address, port)."""
    ours, found = sockets_of(pid), set()
    for kind in ("tcp", "tcp6", "udp", "udp6", "udplite", "udplite6", "raw", "raw6"):
        with suppress(OSError):
            for line in Path(f"/proc/{pid}/net/{kind}").read_text().splitlines()[1:]:
                _, here, there, state, *rest = line.split()
                # A connected datagram socket hears its peer only.
                open_to_all = state == LISTENS if kind.startswith("tcp") else there.endswith(":0000")
                if rest[5] in ours and open_to_all:
                    found.add((kind, *address(here)))
    with suppress(OSError):
        for line in Path(f"/proc/{pid}/net/unix").read_text().splitlines()[1:]:
            _, _, _, flags, kind, _, inode, *path = line.split()
            named = " ".join(path)
            takes = int(flags, 16) & ACCEPTS or (kind == "0002" and named)
            if inode in ours and takes and (named.startswith("@") or not private(named)):
                found.add(("unix", named, 0))
    return found


def processes() -> list[int]:
    return [int(entry.name) for entry in Path("/proc").iterdir() if entry.name.isdigit()]


def tree(pid: int) -> list[int]:
    """A process and all that came from it."""
    children: dict[int, list[int]] = {}
    for one in processes():
        with suppress(OSError):
            parent = int(Path(f"/proc/{one}/stat").read_text().rpartition(")")[2].split()[1])
            children.setdefault(parent, []).append(one)
    found = [pid]
    for one in found:
        found.extend(children.get(one, []))
    return found


@dataclass
class Watched:
    """A program, where its processes listened while it ran, and what they show of themselves."""

    process: subprocess.Popen[str]
    heard: set[tuple[str, str, int]] = field(default_factory=set)
    shown: set[bytes] = field(default_factory=set)
    most: int = 0
    _over: threading.Event = field(default_factory=threading.Event)

    def look(self) -> None:
        pids = tree(self.process.pid)
        self.most = max(self.most, len(pids))
        for pid in pids:
            self.heard |= listening(pid)
            for what in ("cmdline", "environ"):
                with suppress(OSError):
                    self.shown.add(Path(f"/proc/{pid}/{what}").read_bytes())

    def keep_looking(self) -> None:
        while not self._over.wait(0.1):
            self.look()

    def until(self, word: str) -> str:
        """The rest of the line that begins so."""
        assert self.process.stdout is not None
        for line in self.process.stdout:
            if line.startswith(word):
                self.look()
                return line[len(word) :].strip()
        raise AssertionError(f"it ended before {word!r}")

    def go_on(self) -> None:
        assert self.process.stdin is not None
        self.process.stdin.write("\n")
        self.process.stdin.flush()


@contextmanager
def watched(folder: Path, program: str, **environment: str) -> Iterator[Watched]:
    """Run a program that imports `short_study`; it must end well."""
    file = folder / "program.py"
    file.write_text(textwrap.dedent(program))
    process = subprocess.Popen(
        [sys.executable, str(file)], cwd=folder, text=True, stdin=subprocess.PIPE, stdout=subprocess.PIPE,
        env={**os.environ, "PYTHONPATH": f"{Path(__file__).parent}:{os.environ.get('PYTHONPATH', '')}",
             "TMPDIR": str(folder), **environment},
    )  # fmt: skip
    seen = Watched(process)
    looking = threading.Thread(target=seen.keep_looking)
    looking.start()
    longest = threading.Timer(240, process.kill)
    longest.start()
    try:
        yield seen
        process.communicate()
        assert process.returncode == 0
    finally:
        longest.cancel()
        seen._over.set()
        looking.join()
        for pid in reversed(tree(process.pid)):
            with suppress(OSError):
                os.kill(pid, signal.SIGKILL)
        process.wait()


SIMULATE = """
import sys
from pathlib import Path
from supercooled import store, systems
from supercooled.cluster import Scheduler, executor

def simulated(seed):
    # In a worker, which keeps LAMMPS loaded afterwards.
    (run,) = store.simulate_all(
        [store.request(systems.kob_andersen(density=1.2), temperature=2.0, n_particles=200, duration=0.1,
                       every=0.05, start="lattice", hold=0.1, seed=seed)],
        root="runs", workers=1, progress=False,
    )
    return len(run.read().positions)
"""


def test_a_simulation_listens_nowhere_in_this_process_or_in_workers(tmp_path):
    program = (
        SIMULATE
        + """
if __name__ == "__main__":
    simulated(1)
    with executor(2) as pool:
        assert list(pool.map(simulated, [2, 3])) == [3, 3]
        print("ready", flush=True)
        sys.stdin.readline()
"""
    )
    with watched(tmp_path, program) as seen:
        seen.until("ready")
        assert "liblammps" in Path(f"/proc/{seen.process.pid}/maps").read_text()
        assert not list(Path("/dev/shm").glob(f"mpich_shm_{seen.process.pid:x}_*"))  # noqa: S108
        seen.go_on()
    assert seen.heard == set()
    assert seen.most >= 3


def test_an_analysis_with_workers_listens_nowhere(tmp_path):
    files = [str(file) for file in short_study.write_runs(tmp_path)]
    program = f"""
        from pathlib import Path
        import short_study
        if __name__ == "__main__":
            short_study.analyse([Path(file) for file in {files!r}], Path("out"), workers=2)
    """
    with watched(tmp_path, program) as seen:
        pass
    assert (tmp_path / "out/comparison.json").exists()
    assert seen.heard == set()
    assert seen.most >= 3


def turned_away(host: str, port: int, folder: Path) -> None:
    """See that plain text, TLS without a certificate and one of another authority get nothing there."""
    other = Private(folder)
    for connects in (None, shows(None), shows(other)):
        received = b""
        with (
            socket.create_connection((host, port), timeout=20) as plain,
            suppress(ssl.SSLError, ConnectionError),
        ):
            talk = plain if connects is None else connects.wrap_socket(plain)
            talk.sendall(b"\0" * 64)
            while part := talk.recv(4096):
                received += part
        # An alert of TLS says that it is refused; nothing else may come.
        assert received[:1] in (b"", b"\x15")
    other.close()


def shows(certificate: Private | None) -> ssl.SSLContext:
    """A client that takes every server, and shows that certificate."""
    context = ssl.create_default_context()
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    if certificate is not None:
        context.load_cert_chain(certificate.certificate, certificate.key)
    return context


def no_client(address: str, folder: Path) -> None:
    """See that Dask's own client gets no answer from a scheduler."""
    from distributed import Client

    other = Private(folder)
    for stranger in (
        {"address": address.replace("tls://", "tcp://")},
        {"address": address, "security": remote._security(other.tls, Scheduler("local"))},
    ):
        with pytest.raises((OSError, TimeoutError)):
            Client(**stranger, timeout=1, set_as_default=False)
    other.close()


def ports(seen: Watched, host: str) -> list[int]:
    """Those that it listened on, all of them on that address."""
    assert {(kind, where) for kind, where, _ in seen.heard} == {("tcp", host)}
    return sorted(port for *_, port in seen.heard)


ON_A_CLUSTER = (
    SIMULATE
    + """
if __name__ == "__main__":
    with executor(Scheduler({where}, 1)) as pool:
        assert pool.submit(simulated, 1).result() == 3
        print("ready", pool._cluster.scheduler_address, flush=True)
        sys.stdin.readline()
"""
)


def keys(folder: Path) -> list[Path]:
    """Private keys of clusters, each of which only its owner may read."""
    found = list(folder.glob(f"{certificates._PREFIX}*/cluster.key"))
    for key in found:
        assert stat.S_IMODE(key.stat().st_mode) == 0o600
        assert stat.S_IMODE(key.parent.stat().st_mode) == 0o700
    return found


def test_a_local_cluster_listens_on_the_loopback_to_nobody_but_itself(tmp_path):
    with watched(tmp_path, ON_A_CLUSTER.replace("{where}", '"local"')) as seen:
        at = seen.until("ready")
        # The scheduler, a worker and its nanny, and no HTTP server beside them.
        found = ports(seen, "127.0.0.1")
        assert len(found) == 3
        assert int(at.rpartition(":")[2]) in found
        (key,) = keys(tmp_path)
        secret = key.read_bytes().splitlines()[1]
        for port in found:
            turned_away("127.0.0.1", port, tmp_path)
        no_client(at, tmp_path)
        assert not any(secret in shown for shown in seen.shown)
        seen.go_on()
    assert keys(tmp_path) == []


QUEUE = """#!/bin/sh
# A batch system of one node: it keeps the script, and the job runs beside whoever submits it.
cp "$1" job.sh
setsid sh job.sh > job.log 2>&1 &
echo "Submitted batch job $!"
"""


def test_batch_jobs_and_their_scheduler_listen_on_one_address_to_nobody_but_themselves(tmp_path):
    pytest.importorskip("dask_jobqueue", reason="the extra jobqueue is not installed")
    from distributed.utils import get_ip

    for name, text in (("sbatch", QUEUE), ("scancel", "#!/bin/sh\nkill -- -$1\n")):
        (tmp_path / name).write_text(text)
        (tmp_path / name).chmod(0o755)
    program = ON_A_CLUSTER.replace("{where}", '"slurm"')
    with watched(tmp_path, program, PATH=f"{tmp_path}:{os.environ['PATH']}") as seen:
        seen.until("ready")
        assert len(ports(seen, get_ip())) == 1
        (key,) = keys(tmp_path)
        secret = key.read_bytes().splitlines()[1]
        jobs = [pid for pid in processes() if str(tmp_path) in command(pid)]
        workers = {place for pid in jobs if pid not in tree(seen.process.pid) for place in listening(pid)}
        # The worker and its nanny.
        assert sorted((kind, where) for kind, where, _ in workers) == [("tcp", get_ip())] * 2
        assert not any(secret.decode() in command(pid) for pid in jobs)
        assert not any(secret in shown for shown in seen.shown)
        for *_, port in workers | seen.heard:
            turned_away(get_ip(), port, tmp_path)
        seen.go_on()
    assert keys(tmp_path) == []


def command(pid: int) -> str:
    with suppress(OSError):
        folder = Path(f"/proc/{pid}/cwd").readlink()
        return f"{folder} {Path(f'/proc/{pid}/cmdline').read_text()}"
    return ""


def test_a_scheduler_without_encryption_is_refused_unless_that_is_asked_for(monkeypatch):
    monkeypatch.setattr(remote, "ANSWERS_WITHIN", 1)
    with pytest.raises(
        ClusterError, match=r"is not encrypted: anyone who can reach that port can run code as you"
    ):
        executor(Scheduler("tcp://127.0.0.1:9"))
    with pytest.raises(ClusterError, match="no Dask scheduler answers"):
        executor(Scheduler("tcp://127.0.0.1:9", encrypted=False))
    import dask

    with (
        dask.config.set({"distributed.comm.require-encryption": False}),
        pytest.raises(ClusterError, match="no Dask scheduler answers"),
    ):
        executor(Scheduler("tcp://127.0.0.1:9"))


def test_keys_of_a_process_that_was_killed_are_deleted_by_the_next(tmp_path):
    program = "from supercooled.cluster.certificates import Private; from pathlib import Path; import time\n"
    program += "own = Private(Path('.')); print('made', flush=True); time.sleep(60)"
    first = subprocess.Popen([sys.executable, "-c", program], cwd=tmp_path, stdout=subprocess.PIPE)
    assert first.stdout is not None
    first.stdout.readline()
    (left,) = keys(tmp_path)
    second = Private(tmp_path)
    assert left.exists()  # of one that lives
    first.kill()
    first.wait()
    third = Private(tmp_path)
    assert sorted(keys(tmp_path)) == sorted([second.key, third.key])
    second.close()
    third.close()
    assert list(tmp_path.iterdir()) == []


def test_keys_that_others_could_read_are_not_used(tmp_path, monkeypatch):
    write = certificates._write

    def as_on_a_file_system_without_permissions(path: Path, content: bytes) -> None:
        write(path, content)
        path.chmod(0o644)

    monkeypatch.setattr(certificates, "_write", as_on_a_file_system_without_permissions)
    with pytest.raises(ClusterError, match="others can read the cluster's key"):
        Private(tmp_path)
    assert list(tmp_path.iterdir()) == []
    with pytest.raises(ClusterError, match="the folder for the cluster's certificates can't be made"):
        Private(tmp_path / "none")


@pytest.mark.parametrize(
    ("environment", "company"),
    [
        ({}, False),
        ({"SLURM_NTASKS": "8"}, False),  # the script of a batch job
        ({"PMI_RANK": "0", "PMI_SIZE": "1"}, False),
        ({"PMI_RANK": "1", "PMI_SIZE": "4"}, True),
        ({"PMIX_RANK": "0"}, True),
        ({"PMIX_RANK": "0", "SLURM_STEP_NUM_TASKS": "1"}, False),
        ({"OMPI_COMM_WORLD_RANK": "0", "OMPI_COMM_WORLD_SIZE": "2"}, True),
    ],
)
def test_processes_that_mpirun_started_together_keep_their_transport(environment, company):
    assert lammps_library._has_company(environment) is company


def test_the_environment_is_what_it_was_once_lammps_is_loaded(monkeypatch):
    monkeypatch.setenv("UCX_TLS", "sm,tcp")
    monkeypatch.delenv("FI_PROVIDER", raising=False)
    lammps_library.open_lammps().close()
    assert os.environ["UCX_TLS"] == "sm,tcp"
    assert not {"FI_PROVIDER", "OMPI_MCA_btl", "OMPI_MCA_pml"} & set(os.environ)
