"""Locks between processes: a file that one process holds until it ends."""

import errno
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from modelzoo.base.install import install_command
from modelzoo.base.paths import shown
from modelzoo.base.text import reason
from modelzoo.errors import ZooError

_NO_FLOCK = (errno.ENOSYS, errno.ENOTSUP, errno.EOPNOTSUPP, errno.EINVAL)


@contextmanager
def lock_file(path: Path, busy: str, *, wait: Callable[[], None] | None = None) -> Iterator[None]:
    """Lock a file for this process.

    A file system may lack `flock`. The lock is then a file with the number of its process. The next process removes the
    file of a process that is gone.

    Parameters
    ----------
    wait : called if another process has the lock; the lock is then waited for

    Raises
    ------
    ZooError
        With the text `busy` if another process has the lock, without `wait`. If the file cannot be made, or is a
        symbolic link, or the package filelock is missing.
    """
    try:
        from filelock import BaseFileLock, FileLock, SoftFileLock, Timeout
    except ImportError:
        raise ZooError(f"locks need filelock; {install_command('bench')}") from None

    lock: BaseFileLock = FileLock(path)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # filelock warns of its own fallback, which is for ENOSYS alone
        try:
            try:
                lock.acquire(timeout=0)
            except OSError as error:
                if error.errno not in _NO_FLOCK:
                    raise
                lock = SoftFileLock(path.with_name(f"{path.name}.soft"))
                lock.acquire(timeout=0)
        except Timeout:
            if wait is None:
                raise ZooError(busy) from None
            wait()
            lock.acquire()
        except OSError as error:
            raise ZooError(
                f"cannot write {shown(path.parent)}: {reason(error)}; choose a folder that can be written and has space"
            ) from error
    try:
        yield
    finally:
        lock.release()
