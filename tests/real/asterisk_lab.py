"""A real Asterisk for one test session: our own configuration on free ports, and SIPp to call it and to be called.

    async with asterisk_lab(tmp_path) as lab:
        phone = await stack.enter_async_context(lab.phone("1001", answer_after_s=0.1))
        caller = await stack.enter_async_context(lab.caller(to="100", number="+886912345678"))
        await caller.see("ANSWERED")

No server of ours is started here; `lab.settings()` is what one needs to find this Asterisk.
"""

import asyncio
import secrets
import shutil
import signal
import tempfile
from collections.abc import AsyncIterator, Iterator
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager, contextmanager
from dataclasses import replace
from pathlib import Path

from pydantic import SecretStr

from config.asterisk.launch import Launch
from config.asterisk.layout import AsteriskLayout, Peer
from config.asterisk.render import render
from config.settings import Asterisk, FurtherAsterisk
from cti.phones import AsteriskPhones, PhoneSpec
from tests import witnesses
from tests.ports import free_block, free_port
from tests.real.listener import with_keys
from tests.real.sipp import Sipp, agent_scenario, caller_scenario, sipp

LAUNCH_FILE = Path(__file__).resolve().parents[2] / ".trunkline" / "asterisk" / "launch.json"
BOOT_WITHIN_S = 15.0
RTP_PORTS = 600


class AsteriskLab:
    """One running Asterisk. `layout` has its ports and secrets, `folder` its files (`asterisk/var/log/full` is its log)."""

    def __init__(self, launch: Launch, layout: AsteriskLayout, folder: Path) -> None:
        self.launch, self.layout, self.folder = launch, layout, folder
        self._process: asyncio.subprocess.Process | None = None
        self._phones = AsteriskPhones(self.settings())

    def settings(self) -> Asterisk:
        """The [asterisk] section with which a server finds this one."""
        http = f"127.0.0.1:{self.layout.http_port}"
        return Asterisk(
            name=self.layout.system_name,
            sip_address=f"127.0.0.1:{self.layout.sip_port}",
            ami_port=self.layout.ami_port,
            ami_secret=SecretStr(self.layout.ami_secret),
            http_url=f"http://{http}",
            ari_secret=SecretStr(self.layout.ari_secret),
            browser_ws_url=f"ws://{http}/ws",
            fastagi_port=self.layout.fastagi_port,
        )

    @property
    def log(self) -> str:
        """Everything Asterisk wrote so far, with each dialplan step."""
        path = self.folder / "asterisk" / "var" / "log" / "full"
        return path.read_text(errors="replace") if path.exists() else ""

    async def start(self) -> None:
        """Render, start, and wait until every module runs. Starting again after `stop` keeps Asterisk's database."""
        configuration = render(self.folder / "asterisk", self.layout)
        with (self.folder / "output").open("a") as output:
            self._process = await asyncio.create_subprocess_exec(
                *self.launch.argv, "-C", str(configuration), "-f",
                stdin=asyncio.subprocess.DEVNULL, stdout=output, stderr=output,
            )  # fmt: skip
        async with asyncio.timeout(BOOT_WITHIN_S):
            while "has fully booted" not in await self.cli("core waitfullybooted"):
                await asyncio.sleep(0.05)

    async def stop(self, *, kill: bool = False) -> None:
        """End Asterisk, politely or not."""
        if self._process is not None and self._process.returncode is None:
            if kill:
                self._process.kill()
            else:
                self._process.terminate()
            await self._process.wait()

    @contextmanager
    def silent(self) -> Iterator[None]:
        """Within the block it does nothing, with its connections open: as a machine that is not reached any more."""
        assert self._process is not None
        self._process.send_signal(signal.SIGSTOP)
        try:
            yield
        finally:
            self._process.send_signal(signal.SIGCONT)

    async def cli(self, command: str) -> str:
        """What Asterisk's console answers."""
        configuration = self.folder / "asterisk" / "asterisk.conf"
        process = await asyncio.create_subprocess_exec(
            *self.launch.argv, "-C", str(configuration), "-rx", command,
            stdin=asyncio.subprocess.DEVNULL, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.STDOUT,
        )  # fmt: skip
        output, _ = await process.communicate()
        return output.decode(errors="replace")

    def caller(
        self,
        *,
        to: str = "100",
        number: str = "+886912345678",
        name: str = "",
        hang_up_after_s: float | None = None,
        cancel_after_s: float | None = None,
        speak: bool = False,
        calls: int = 1,
        rate: float = 1.0,
    ) -> AbstractAsyncContextManager[Sipp]:
        """Customers on the trunk; see `caller_scenario`. `speak` sends a tone, else they are silent and echo what they hear."""
        scenario = caller_scenario(
            to=to,
            number=number,
            name=name,
            hang_up_after_s=hang_up_after_s,
            cancel_after_s=cancel_after_s,
            speak=self.tone() if speak else None,
        )
        target = ("127.0.0.1", self.layout.sip_port)
        return sipp(self.folder, scenario, target=target, calls=calls, rate=rate)

    @asynccontextmanager
    async def phone(
        self,
        extension: str,
        *,
        answer_after_s: float | None = 0.0,
        busy: bool = False,
        hang_up_after_s: float | None = None,
        rtp_timeout_s: int = 30,
        speak: bool = False,
        ear_port: int | None = None,
    ) -> AsyncIterator[Sipp]:
        """A desk phone with a fixed address as this extension, known to Asterisk when the block begins. What it hears comes to `ear_port`."""
        scenario = agent_scenario(
            answer_after_s=answer_after_s,
            busy=busy,
            hang_up_after_s=hang_up_after_s,
            speak=self.tone() if speak else None,
        )
        if ear_port is not None:
            scenario = with_keys(scenario, ear_port)
        async with sipp(self.folder, scenario, target=None) as running:
            contact = f"sip:{extension}@127.0.0.1:{running.port}"
            await self._phones.provision(
                PhoneSpec(
                    name=extension,
                    password=secrets.token_urlsafe(12),
                    context="trunkline-agents",
                    webrtc=False,
                    contact=contact,
                    rtp_timeout_s=rtp_timeout_s,
                )
            )
            yield running

    def tone(self) -> Path:
        """One second of a 500 Hz square wave in u-law, repeated by SIPp."""
        path = self.folder / "tone.ul"
        if not path.exists():
            path.write_bytes((b"\x20" * 8 + b"\xa0" * 8) * 500)
        return path


@asynccontextmanager
async def several_labs(folder: Path, *names: str, **changes: object) -> AsyncIterator[list[AsteriskLab]]:
    """Start one for each name; each knows the others. `changes`: of the layout of each."""
    ports, secret, fastagi = {name: free_port() for name in names}, secrets.token_urlsafe(18), free_port()
    async with AsyncExitStack() as stack:

        def one(name: str) -> AbstractAsyncContextManager[AsteriskLab]:
            (folder / name).mkdir()
            others = ((other, port) for other, port in ports.items() if other != name)
            return asterisk_lab(
                folder / name,
                system_name=name,
                sip_port=ports[name],
                peers=tuple(Peer(name=other, host="127.0.0.1", port=port) for other, port in others),
                peer_secret=secret,
                fastagi_port=fastagi,
                **changes,
            )

        yield list(await asyncio.gather(*(stack.enter_async_context(one(name)) for name in names)))


def together(labs: "list[AsteriskLab]") -> Asterisk:
    """The [asterisk] section with which a server finds them all."""
    own = FurtherAsterisk.model_fields
    first, *others = (lab.settings() for lab in labs)
    more = tuple(FurtherAsterisk(**{key: getattr(each, key) for key in own}) for each in others)
    return Asterisk.model_validate(
        {key: getattr(first, key) for key in Asterisk.model_fields}
        | {"more": more, "peer_secret": SecretStr(labs[0].layout.peer_secret)}
    )


@asynccontextmanager
async def asterisk_lab(folder: Path, **changes: object) -> AsyncIterator[AsteriskLab]:
    """Start one and end it with the block. `changes` replace fields of the layout (`heartbeat_stale_s=3`)."""
    launch = Launch.read(LAUNCH_FILE)
    run_dir = Path(
        tempfile.mkdtemp(prefix="tl-lab-", dir="/tmp")
    )  # a Unix socket's path has at most 108 bytes
    rtp = free_block(RTP_PORTS, probed=8)
    layout = AsteriskLayout(
        modules_dir=launch.modules_dir,
        data_dir=launch.data_dir,
        moh_dir=launch.moh_dir,
        run_dir=run_dir,
        ami_secret=secrets.token_urlsafe(12),
        ari_secret=secrets.token_urlsafe(12),
        ami_port=free_port(),
        http_port=free_port(),
        sip_port=free_port(),
        fastagi_port=free_port(),
        rtp_start=rtp,
        rtp_end=rtp + RTP_PORTS - 1,
        demo_loop=True,
        trace=True,
    )
    lab = AsteriskLab(launch, replace(layout, **changes), folder)  # type: ignore[arg-type]
    try:
        await lab.start()
        with witnesses.log(
            f"asterisk {lab.layout.system_name}", folder / "asterisk" / "var" / "log" / "full"
        ):
            yield lab
    finally:
        await lab.stop()
        shutil.rmtree(run_dir, ignore_errors=True)
