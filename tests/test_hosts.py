"""Two hosts with networks of their own, and connections that only certificates open."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
import short_study

from supercooled import cluster
from supercooled.cluster import Scheduler, remote
from supercooled.errors import ClusterError

DASK = "distributed.cli.dask_"


def ip(*words: str) -> None:
    subprocess.run(["ip", *words], check=True, capture_output=True, text=True, timeout=10)


def begin(running: ExitStack, folder: Path, name: str, *command: str) -> None:
    """A process that ends with the test."""
    with (folder / f"{name}.log").open("wb") as log:
        process = subprocess.Popen(
            command,
            cwd=folder,
            stdout=log,
            stderr=log,
            env={**os.environ, "PYTHONPATH": f"{Path(__file__).parent}:{os.environ.get('PYTHONPATH', '')}"},
        )
    running.callback(process.wait)
    running.callback(process.kill)


def free_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])


@pytest.fixture
def networks() -> Iterator[tuple[str, str]]:
    """Two network namespaces with a wire between them; their addresses are known in them only."""
    if os.geteuid() != 0:
        pytest.skip("network namespaces need root")
    if shutil.which("ip") is None:
        pytest.skip("network namespaces need the command ip")
    names = (f"supercooled-{os.getpid()}-a", f"supercooled-{os.getpid()}-b")
    with ExitStack() as made:
        for name in names:
            try:
                ip("netns", "add", name)
            except subprocess.CalledProcessError as error:
                pytest.skip(f"network namespaces are not permitted here: {error.stderr.strip()}")
            made.callback(ip, "netns", "delete", name)
        # Made inside, so that the network of the machine never has either end.
        ip("-n", names[0], "link", "add", "wire", "type", "veth", "peer", "name", "wire", "netns", names[1])
        for number, name in enumerate(names, start=1):
            ip("-n", name, "address", "add", f"10.99.0.{number}/24", "dev", "wire")
            ip("-n", name, "link", "set", "wire", "up")
            ip("-n", name, "link", "set", "lo", "up")
        yield names


def test_two_networks_finish_an_analysis_together_to_the_same_bytes(networks, tmp_path):
    files = short_study.write_runs(tmp_path)
    alone = short_study.analyse(files, tmp_path / "alone")
    first, second = networks
    address = "tcp://10.99.0.1:8786"
    asks = (
        "import sys, short_study; from pathlib import Path; from supercooled.cluster import Scheduler\n"
        "out, *files = map(Path, sys.argv[1:])\n"
        f"short_study.analyse(files, out, workers=Scheduler({address!r}, encrypted=False))"
    )
    with ExitStack() as running:
        begin(
            running, tmp_path, "scheduler", "ip", "netns", "exec", first, sys.executable, "-m",
            f"{DASK}scheduler", "--host", "10.99.0.1", "--port", "8786", "--no-dashboard",
        )  # fmt: skip
        begin(
            running, tmp_path, "worker", "ip", "netns", "exec", second,
            sys.executable, "-m", f"{DASK}worker", address, "--host", "10.99.0.2", "--nthreads", "1",
            "--no-nanny", "--no-dashboard",
        )  # fmt: skip
        asked = subprocess.run(
            ["ip", "netns", "exec", first, sys.executable, "-c", asks, "together", *map(str, files)],
            cwd=tmp_path, capture_output=True, text=True, timeout=180, check=False,
            env={**os.environ, "PYTHONPATH": f"{Path(__file__).parent}:{os.environ.get('PYTHONPATH', '')}"},
        )  # fmt: skip
    assert asked.returncode == 0, asked.stderr
    assert "tcp://10.99.0.2" in (tmp_path / "worker.log").read_text()
    assert (tmp_path / "together/comparison.json").read_bytes() == (alone / "comparison.json").read_bytes()


def certificates(folder: Path) -> tuple[Path, Path, Path]:
    """An authority that signs itself, and a certificate for the loopback with its key."""
    if shutil.which("openssl") is None:
        pytest.skip("certificates are made with the command openssl")
    authority, certificate, key = (folder / name for name in ("ca.pem", "cert.pem", "key.pem"))
    (folder / "names").write_text("subjectAltName=IP:127.0.0.1\n")
    for command in (
        "req -x509 -newkey rsa:2048 -nodes -days 1 -subj /CN=authority -keyout ca.key -out ca.pem",
        "req -newkey rsa:2048 -nodes -subj /CN=host -keyout key.pem -out host.csr",
        "x509 -req -days 1 -in host.csr -CA ca.pem -CAkey ca.key -set_serial 1 -extfile names -out cert.pem",
    ):
        subprocess.run(["openssl", *command.split()], cwd=folder, check=True, capture_output=True, timeout=30)
    return authority, certificate, key


def test_an_encrypted_cluster_works_for_who_has_a_certificate_and_for_nobody_else(tmp_path, monkeypatch):
    files = certificates(tmp_path)
    port = free_port()
    address = f"tls://127.0.0.1:{port}"
    shown = [
        word
        for option, file in zip(("--tls-ca-file", "--tls-cert", "--tls-key"), files, strict=True)
        for word in (option, str(file))
    ]
    with ExitStack() as running:
        begin(
            running, tmp_path, "scheduler", sys.executable, "-m", f"{DASK}scheduler", "--protocol", "tls",
            "--host", "127.0.0.1", "--port", str(port), "--no-dashboard", *shown,
        )  # fmt: skip
        begin(
            running, tmp_path, "worker", sys.executable, "-m", f"{DASK}worker", address, "--host",
            "127.0.0.1", "--nthreads", "1", "--no-nanny", "--no-dashboard", *shown,
        )  # fmt: skip
        with cluster.executor(Scheduler(address, tls=files)) as pool:
            assert list(pool.map(abs, [-1, 2])) == [1, 2]
            assert pool.submit(os.getpid).result() != os.getpid()
        monkeypatch.setattr(remote, "ANSWERS_WITHIN", 3)
        strangers = tmp_path / "stranger"
        strangers.mkdir()
        for wrong, said in (
            (Scheduler(address), "requires a certificate"),
            (Scheduler(address, tls=certificates(strangers)), "accepts these certificates"),
            (Scheduler(address, tls=(*files[:2], tmp_path / "none")), "can't be read"),
            (Scheduler(f"tcp://127.0.0.1:{port}"), "is not encrypted"),
            (Scheduler(f"tcp://127.0.0.1:{port}", encrypted=False), "no Dask scheduler answers"),
        ):
            with pytest.raises(ClusterError, match=said):
                cluster.executor(wrong)
