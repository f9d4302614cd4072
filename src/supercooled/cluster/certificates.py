"""Certificates of one cluster, made for it and taken away with it."""

from __future__ import annotations

import contextlib
import datetime
import fcntl
import os
import shutil
import stat
import tempfile
import time
from pathlib import Path

from supercooled.errors import ClusterError
from supercooled.extras import require

_PREFIX = ".supercooled-cluster-"
_LOCK = "lock"
# Nodes whose clocks differ still agree; a run that takes longer than a year gives certificates of its own.
_EARLIER = datetime.timedelta(days=1)
_VALID = datetime.timedelta(days=366)
# Seconds after which a folder that was never locked belongs to a process that died making it.
_NEVER_LOCKED = 3600.0


class Private:
    """Folder that only this user can open, with a certificate that is its own authority, and its key.

    Anybody who can read the key takes part in the cluster, and so runs code as this user: the key is never in
    an argument, in the environment or in a message.

    Parameters
    ----------
    parent
        where the folder lies; for batch jobs on the file system that the nodes share

    Raises
    ------
    ClusterError
        if the folder can't be made, or its file system lets others read it.

    Notes
    -----
    The folder is deleted by :meth:`close`, or when Python ends; that of a process that was killed by the next
    one that uses the same `parent`.
    """

    def __init__(self, parent: Path) -> None:
        try:
            self.folder = Path(tempfile.mkdtemp(prefix=_PREFIX, dir=parent))
        except OSError as error:
            raise ClusterError(
                f"{parent}: the folder for the cluster's certificates can't be made here ({error.strerror})"
            ) from error
        try:
            self._lock = _locked(self.folder)
            self.certificate, self.key = self.folder / "cluster.pem", self.folder / "cluster.key"
            certificate, key = _self_signed()
            _write(self.certificate, certificate)
            _write(self.key, key)
            for path in (self.folder, self.key):
                _see_private(path)
        except BaseException:
            shutil.rmtree(self.folder, ignore_errors=True)
            raise
        _remove_abandoned(parent)

    @property
    def tls(self) -> tuple[str, str, str]:
        """Files of the authority, the certificate and the key."""
        return str(self.certificate), str(self.certificate), str(self.key)

    def close(self) -> None:
        """Delete the folder."""
        shutil.rmtree(self.folder, ignore_errors=True)
        if self._lock is not None:
            os.close(self._lock)
            self._lock = None


def _self_signed() -> tuple[bytes, bytes]:
    """A certificate that signs itself, and its key, in PEM."""
    require("cryptography", doing="a cluster started by supercooled")
    from cryptography import x509
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.asymmetric import ec
    from cryptography.x509.oid import NameOID

    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "supercooled cluster")])
    now = datetime.datetime.now(tz=datetime.UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - _EARLIER)
        .not_valid_after(now + _VALID)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .sign(key, hashes.SHA256())
    )
    secret = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    return certificate.public_bytes(serialization.Encoding.PEM), secret


def _write(path: Path, content: bytes) -> None:
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        file.write(content)


def _see_private(path: Path) -> None:
    mode = path.stat().st_mode
    if stat.S_IMODE(mode) & 0o077:
        raise ClusterError(
            f"{path.parent}: others can read the cluster's key on this file system (mode "
            f"{stat.S_IMODE(mode):o}); start in a folder on a file system that keeps permissions"
        )


def _locked(folder: Path) -> int | None:
    """Hold a lock on a file in the folder while this process lives; None where locks are not to be had."""
    held = os.open(folder / f"{_LOCK}.new", os.O_WRONLY | os.O_CREAT, 0o600)
    try:
        fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        os.close(held)
        return None
    # It appears under its name when it is held, so that no other process takes it for abandoned.
    (folder / f"{_LOCK}.new").rename(folder / _LOCK)
    return held


def _remove_abandoned(parent: Path) -> None:
    """Delete folders of processes of this user that were killed."""
    for folder in parent.glob(f"{_PREFIX}*"):
        with contextlib.suppress(OSError):
            found = folder.lstat()
            if not stat.S_ISDIR(found.st_mode) or found.st_uid != os.getuid():
                continue
            if _abandoned(folder, found.st_mtime):
                shutil.rmtree(folder, ignore_errors=True)


def _abandoned(folder: Path, changed: float) -> bool:
    try:
        held = os.open(folder / _LOCK, os.O_WRONLY | os.O_NOFOLLOW)
    except FileNotFoundError:
        return time.time() - changed > _NEVER_LOCKED and not (folder / f"{_LOCK}.new").exists()
    try:
        fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return False
    finally:
        os.close(held)
    return True
