"""The process beside the server that makes uploaded sounds a telephone's: a WAV file on its standard input, u-law on its output.

Resampling takes seconds of a processor, which would keep calls waiting.
"""

import asyncio
import json
import os
import resource
import sys
from contextlib import suppress

from config.errors import Kind, Refused, Unavailable
from crm_core.flows.sound import look, telephone

WITHIN_S = 60.0
MOST_MEMORY = 1024**3
_GOOD, _BAD = b"+", b"-"


async def converted(content: bytes) -> bytes:
    """`Refused` as of `sound.look`; `Unavailable` when it takes too long."""
    look(content)
    worker = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "crm_core.flows.sound_worker",
        stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.DEVNULL,
    )  # fmt: skip
    try:
        async with asyncio.timeout(WITHIN_S):
            told, _ = await worker.communicate(content)
    except TimeoutError as problem:
        raise Unavailable("sound converter", f"not done within {WITHIN_S:.0f} s") from problem
    finally:
        if worker.returncode is None:
            with suppress(ProcessLookupError):
                worker.kill()
            await worker.wait()
    if told[:1] == _GOOD:
        return told[1:]
    if told[:1] == _BAD:
        fault = json.loads(told[1:])
        raise Refused(fault["code"], Kind.INVALID, **fault["params"])
    raise Unavailable("sound converter", f"ended with {worker.returncode}")


def main() -> None:
    """Convert one."""
    os.nice(10)
    _, hard = resource.getrlimit(resource.RLIMIT_AS)
    resource.setrlimit(resource.RLIMIT_AS, (MOST_MEMORY, hard))
    out = sys.stdout.buffer
    try:
        sound = telephone(sys.stdin.buffer.read())
    except Refused as refusal:
        out.write(_BAD + json.dumps({"code": refusal.code, "params": dict(refusal.params)}).encode())
    else:
        out.write(_GOOD + sound)


if __name__ == "__main__":
    main()
