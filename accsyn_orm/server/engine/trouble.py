"""What keeps a task from moving, with accsyn's codes.

`TransferError` fails it, `Held` lets it wait.
"""

from __future__ import annotations

import contextlib
import logging
from collections.abc import Generator, Mapping
from enum import Enum

from accsyn_orm.errors import AccsynError
from accsyn_orm.server.disk.refusal import DiskRefusal, Reason, reason_of
from accsyn_orm.server.provenance import DOCUMENTED, behaviour
from accsyn_orm.server.refusals import Refusal

_log = logging.getLogger(__name__)


@behaviour(DOCUMENTED, "transfers/problems", "why a job waits or failed is told with accsyn's code")
class Code(str, Enum):
    """The codes of accsyn that this engine uses: errors, then warnings."""

    FILE_NOT_FOUND = "E#J001"
    READ = "E#J005"
    INIT = "E#J010"
    CRASH = "E#J020"
    USER_DISABLED = "E#J051"
    SIZE_MISMATCH = "E#J054"
    IS_A_DIRECTORY = "E#J055"
    WRITE = "E#J057"
    FILE_VERSUS_DIRECTORY = "E#J058"
    MAKE_DIRECTORY = "E#J060"
    USER_GONE = "E#J065"
    NO_SPACE = "E#J066"
    NO_CLIENT = "W#J050"
    UNAVAILABLE = "W#J055"
    QUEUE_STATUS = "W#J067"


class _Trouble(Exception):  # noqa: N818  # the base of an error and of what is none
    def __init__(self, code: Code, what: str) -> None:
        self.code = code
        super().__init__(f"{what} ({code.value})")


class TransferError(_Trouble):
    """A task failed; retrying may help.

    Attributes:
        code: which of accsyn's errors it is. The text ends in it.
    """


class Held(_Trouble):
    """A job cannot run now, and will when what is in its way is gone.

    Attributes:
        code: which of accsyn's warnings it is. The text ends in it.
    """


def crash(job: str, error: AccsynError | OSError) -> TransferError:
    """Make an error of what nobody expected of a job, given by its id; tell the program's log all.

    What is wrong with one job must not keep the others.
    """
    _log.error("job %s failed", job, exc_info=error)
    # What the system says may name paths of this machine.
    what = f"a disk {reason_of(error).value}" if isinstance(error, OSError) else str(error)
    return TransferError(Code.CRASH, f"the engine failed: {what}")


_READING: Mapping[Reason, Code] = {
    Reason.MISSING: Code.FILE_NOT_FOUND,
    Reason.NOT_A_DIRECTORY: Code.FILE_NOT_FOUND,
    Reason.LINK: Code.FILE_NOT_FOUND,
    Reason.SPECIAL: Code.FILE_NOT_FOUND,
}
_WRITING: Mapping[Reason, Code] = {
    Reason.NO_SPACE: Code.NO_SPACE,
    Reason.IS_A_DIRECTORY: Code.IS_A_DIRECTORY,
    Reason.NOT_A_DIRECTORY: Code.FILE_VERSUS_DIRECTORY,
    Reason.EXISTS: Code.FILE_VERSUS_DIRECTORY,
}


@contextlib.contextmanager
def reading(shown: str) -> Generator[None, None, None]:
    """Turn what goes wrong with a source into the error that accsyn tells.

    Raises:
        TransferError: something went wrong.
    """
    with _translated(shown, _READING, Code.READ):
        yield


@contextlib.contextmanager
def writing(shown: str, otherwise: Code = Code.WRITE) -> Generator[None, None, None]:
    """Turn what goes wrong with a destination into the error that accsyn tells.

    Args:
        shown: the destination, as users write it.
        otherwise: the code of what has none of its own.

    Raises:
        TransferError: something went wrong.
    """
    with _translated(shown, _WRITING, otherwise):
        yield


@contextlib.contextmanager
def _translated(
    shown: str, codes: Mapping[Reason, Code], otherwise: Code
) -> Generator[None, None, None]:
    try:
        yield
    except DiskRefusal as refusal:
        raise TransferError(codes.get(refusal.reason, otherwise), refusal.message) from refusal
    except Refusal as refusal:
        raise TransferError(otherwise, refusal.message) from refusal
    except OSError as error:
        reason = reason_of(error)
        what = f"{shown!r} {reason.value}"
        raise TransferError(codes.get(reason, otherwise), what) from error
