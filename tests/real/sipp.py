"""SIPp as customers and as desk phones: scenarios written for the purpose, and what they saw, with times.

Every scenario logs `WORD CALL-ID SECONDS MICROSECONDS [DETAIL]` for what happens (`INVITE`, `RINGING`, `ANSWERED`,
`BYE`: received from the other side; `HANGUP`: sent by us; `BUSY`, `CANCEL`), read back as `SipEvent`.
"""

import asyncio
import itertools
import re
import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from tests.ports import free_block, free_port

SIPP = shutil.which("sipp") or ""
_numbers = itertools.count(1)


@dataclass(frozen=True, slots=True, kw_only=True)
class SipEvent:
    """One thing that SIPp saw or did; `at` is epoch seconds by this machine's clock."""

    word: str
    call: str
    at: float
    detail: str


class Sipp:
    """One running SIPp. `port` is where it speaks SIP."""

    def __init__(self, process: asyncio.subprocess.Process, log: Path, port: int, errors: Path) -> None:
        self._process, self._log, self._errors = process, log, errors
        self.port = port

    def events(self, word: str = "") -> list[SipEvent]:
        """What happened so far, all or of one kind."""
        if not self._log.exists():
            return []
        found = [_event(line) for line in self._log.read_text(errors="replace").splitlines()]
        return [event for event in found if event is not None and word in {"", event.word}]

    async def see(self, word: str, count: int = 1, within_s: float = 10.0) -> list[SipEvent]:
        """Wait until it happened so often; fails with what happened instead."""
        with suppress(TimeoutError):
            async with asyncio.timeout(within_s):
                while len(self.events(word)) < count:
                    await asyncio.sleep(0.02)
        seen = self.events(word)
        assert len(seen) >= count, (
            f"{count} x {word} not seen in {within_s} s; seen: {self.events()} {self.trouble()}"
        )
        return seen

    def entered_by(self) -> tuple[float, float]:
        """When the first call's INVITE left, and when its caller heard of it: a phone rings, or they are answered with the music. In between Asterisk took it, however
        long the INVITE was on its way. SIPp looks at the clock after it has sent, hence a tenth of a second less."""
        heard = [one.at for one in self.events() if one.word in {"RINGING", "ANSWERED"}]
        assert heard, self.events()
        return self.events("INVITE")[0].at - 0.1, heard[0]

    @property
    def over(self) -> bool:
        """All its calls are."""
        return self._process.returncode is not None

    def trouble(self) -> str:
        """What SIPp did not expect."""
        return self._errors.read_text(errors="replace")[-2000:] if self._errors.exists() else ""

    async def ended(self, within_s: float = 10.0) -> int:
        """Wait until all its calls are over; SIPp's exit code (0: all went as written)."""
        async with asyncio.timeout(within_s):
            return await self._process.wait()

    async def stop(self) -> None:
        """End it, calls or not."""
        if self._process.returncode is None:
            self._process.kill()
            await self._process.wait()


_LINE = re.compile(r"(\w+) (\S+) ([\d.]+) ([\d.]+) ?(.*)")


def _event(line: str) -> SipEvent | None:
    found = _LINE.fullmatch(line.strip())
    if found is None:
        return None
    word, call, seconds, micros, detail = found.groups()
    return SipEvent(word=word, call=call, at=float(seconds) + float(micros) / 1e6, detail=detail)


def _log(word: str, detail: str = "") -> str:
    # SIPp's variables are numbers from 1 in 3.6: 8 and 9 hold the time
    return f'<gettimeofday assign_to="8,9"/><log message="{word} [call_id] [$8] [$9] {detail}"/>'


def _text(value: str) -> str:
    return value.replace("\\", "\\\\").replace('"', '\\"')


_SDP = """Content-Type: application/sdp
Content-Length: [len]

v=0
o=sipp 53655765 2353687637 IN IP[local_ip_type] [local_ip]
s=-
c=IN IP[media_ip_type] [media_ip]
t=0 0
m=audio [media_port] RTP/AVP 0
a=rtpmap:0 PCMU/8000
"""


def caller_scenario(
    *,
    to: str,
    number: str,
    name: str,
    hang_up_after_s: float | None,
    cancel_after_s: float | None,
    speak: Path | None,
) -> str:
    """A customer: calls, listens, and hangs up `hang_up_after_s` after the answer (None: waits for BYE).

    `cancel_after_s` gives up that long after the first ring without an answer. `speak` is a raw u-law file to send.
    """
    seen = f"<action>{_log('RINGING')}</action>"
    others = "".join(f'<recv response="{code}" optional="true" next="refused"/>' for code in (404, 486))
    ringing = (
        f'<recv response="180" optional="true">{seen}</recv><recv response="183" optional="true"/>{others}'
    )
    if (
        cancel_after_s is not None
    ):  # a time limit counts from where SIPp stands, which is the first optional message
        ringing = f'<recv response="180">{seen}</recv>'
    via = "Via: SIP/2.0/[transport] [local_ip]:[local_port];branch="
    sender = f'From: "{_text(name)}" <sip:{number}@[local_ip]:[local_port]>;tag=[pid]c[call_number]\n'
    head = f"{via}[branch]\n{sender}"
    first = f"{via}z9hG4bK[pid]i[call_number]\n{sender}"  # CANCEL and its ACK name the INVITE by its branch
    patience = (
        f'timeout="{int(cancel_after_s * 1000)}" ontimeout="cancel"' if cancel_after_s is not None else ""
    )
    stay = (
        f'timeout="{max(1, int(hang_up_after_s * 1000))}" ontimeout="hangup"'
        if hang_up_after_s is not None
        else 'timeout="3600000"'
    )
    stream = f'<nop><action><exec rtp_stream="{speak},-1,0,PCMU/8000"/></action></nop>' if speak else ""
    return f"""<?xml version="1.0" encoding="UTF-8"?>
<scenario name="customer">
<send retrans="500"><![CDATA[
INVITE sip:{to}@[remote_ip]:[remote_port] SIP/2.0
{first}To: <sip:{to}@[remote_ip]:[remote_port]>
Call-ID: [call_id]
CSeq: 1 INVITE
Contact: <sip:{number}@[local_ip]:[local_port]>
Max-Forwards: 70
{_SDP}
]]><action>{_log("INVITE")}</action></send>
<recv response="100" optional="true"/>
{ringing}
<recv response="200" rrs="true" {patience}><action>{_log("ANSWERED")}</action></recv>
<send><![CDATA[
ACK [next_url] SIP/2.0
{head}To: <sip:{to}@[remote_ip]:[remote_port]>[peer_tag_param]
Call-ID: [call_id]
CSeq: 1 ACK
Max-Forwards: 70
Content-Length: 0

]]></send>
{stream}
<recv request="BYE" {stay}><action>{_log("BYE")}</action></recv>
<send next="over"><![CDATA[
SIP/2.0 200 OK
[last_Via:]
[last_From:]
[last_To:]
[last_Call-ID:]
[last_CSeq:]
Content-Length: 0

]]></send>
<label id="hangup"/>
<send retrans="500"><![CDATA[
BYE [next_url] SIP/2.0
{head}To: <sip:{to}@[remote_ip]:[remote_port]>[peer_tag_param]
Call-ID: [call_id]
CSeq: 2 BYE
Max-Forwards: 70
Content-Length: 0

]]><action>{_log("HANGUP")}</action></send>
<recv response="200" next="over"/>
<label id="cancel"/>
<send retrans="500"><![CDATA[
CANCEL sip:{to}@[remote_ip]:[remote_port] SIP/2.0
{first}To: <sip:{to}@[remote_ip]:[remote_port]>
Call-ID: [call_id]
CSeq: 1 CANCEL
Max-Forwards: 70
Content-Length: 0

]]><action>{_log("CANCEL")}</action></send>
<recv response="200"/>
<recv response="487"/>
<label id="refused"/>
<send><![CDATA[
ACK sip:{to}@[remote_ip]:[remote_port] SIP/2.0
{first}To: <sip:{to}@[remote_ip]:[remote_port]>[peer_tag_param]
Call-ID: [call_id]
CSeq: 1 ACK
Max-Forwards: 70
Content-Length: 0

]]></send>
<label id="over"/>
<nop/>
</scenario>
"""


_ECHO_HEADERS = """[last_Via:]
[last_From:]
[last_To:];tag=[pid]a[call_number]
[last_Call-ID:]
[last_CSeq:]
"""


def agent_scenario(
    *, answer_after_s: float | None, busy: bool, hang_up_after_s: float | None, speak: Path | None = None
) -> str:
    """A desk phone: rings, answers after that time (None: never), or is busy; may hang up itself. `speak` is a raw u-law file to send.

    The detail of its `INVITE` event is `interaction|offer|reattach`, from the X-Trunkline headers.
    """
    ring = (
        f'timeout="{max(1, int(answer_after_s * 1000))}" ontimeout="answer"'
        if answer_after_s is not None
        else 'timeout="3600000"'
    )
    stay = (
        f'timeout="{max(1, int(hang_up_after_s * 1000))}" ontimeout="hangup"'
        if hang_up_after_s is not None
        else 'timeout="3600000"'
    )
    after_invite = 'next="busy"' if busy else ""
    stream = f'<nop><action><exec rtp_stream="{speak},-1,0,PCMU/8000"/></action></nop>' if speak else ""
    return f"""<?xml version="1.0" encoding="UTF-8"?>
<scenario name="phone">
<recv request="INVITE" crlf="true"><action>
<ereg regexp=".*" search_in="hdr" header="From:" assign_to="1"/>
<ereg regexp="sip:[^&gt;;]*" search_in="hdr" header="Contact:" assign_to="2"/>
<ereg regexp="tl-[0-9a-zA-Z._-]+" search_in="hdr" header="X-Trunkline-Interaction:" assign_to="3"/>
<ereg regexp="tl-[0-9a-zA-Z._/-]+" search_in="hdr" header="X-Trunkline-Offer:" assign_to="4"/>
<ereg regexp="1" search_in="hdr" header="X-Trunkline-Reattach:" assign_to="5"/>
{_log("INVITE", "[$3]|[$4]|[$5]")}
</action></recv>
<send {after_invite}><![CDATA[
SIP/2.0 180 Ringing
{_ECHO_HEADERS}Contact: <sip:[local_ip]:[local_port]>
Content-Length: 0

]]></send>
<recv request="CANCEL" {ring}><action>{_log("CANCEL")}</action></recv>
<send><![CDATA[
SIP/2.0 200 OK
{_ECHO_HEADERS}Content-Length: 0

]]></send>
<send next="failed"><![CDATA[
SIP/2.0 487 Request Terminated
[last_Via:]
[last_From:]
[last_To:];tag=[pid]a[call_number]
[last_Call-ID:]
CSeq: [cseq] INVITE
Content-Length: 0

]]></send>
<label id="answer"/>
<send retrans="500"><![CDATA[
SIP/2.0 200 OK
{_ECHO_HEADERS}Contact: <sip:[local_ip]:[local_port]>
{_SDP}
]]><action>{_log("ANSWERED")}</action></send>
<recv request="ACK" crlf="true"/>
{stream}
<recv request="BYE" {stay}><action>{_log("BYE")}</action></recv>
<send next="over"><![CDATA[
SIP/2.0 200 OK
[last_Via:]
[last_From:]
[last_To:]
[last_Call-ID:]
[last_CSeq:]
Content-Length: 0

]]></send>
<label id="hangup"/>
<send retrans="500"><![CDATA[
BYE [$2] SIP/2.0
Via: SIP/2.0/[transport] [local_ip]:[local_port];branch=[branch]
From: <sip:phone@[local_ip]:[local_port]>;tag=[pid]a[call_number]
To:[$1]
Call-ID: [call_id]
CSeq: 100 BYE
Max-Forwards: 70
Content-Length: 0

]]><action>{_log("HANGUP")}</action></send>
<recv response="200" next="over"/>
<label id="busy"/>
<send><![CDATA[
SIP/2.0 486 Busy Here
{_ECHO_HEADERS}Content-Length: 0

]]><action>{_log("BUSY")}</action></send>
<label id="failed"/>
<recv request="ACK"/>
<label id="over"/>
<nop/>
</scenario>
"""


def register_scenario(*, user: str, password: str) -> str:
    """A phone that registers with digest authentication: `REGISTERED` or `REFUSED` is what became of it."""

    def register(sequence: int, authorization: str) -> str:
        return f"""<send retrans="500"><![CDATA[
REGISTER sip:[remote_ip]:[remote_port] SIP/2.0
Via: SIP/2.0/[transport] [local_ip]:[local_port];branch=[branch]
From: <sip:{user}@[remote_ip]>;tag=[pid]r[call_number]
To: <sip:{user}@[remote_ip]>
Call-ID: [call_id]
CSeq: {sequence} REGISTER
Contact: <sip:{user}@[local_ip]:[local_port]>
Expires: 300
Max-Forwards: 70
{authorization}Content-Length: 0

]]></send>"""

    answer = f"[authentication username={user} password={password}]\n"
    return f"""<?xml version="1.0" encoding="UTF-8"?>
<scenario name="registration">
{register(1, "")}
<recv response="401" auth="true"/>
{register(2, answer)}
<recv response="401" optional="true" next="refused"/>
<recv response="200" next="over"><action>{_log("REGISTERED")}</action></recv>
<label id="refused"/>
<nop><action>{_log("REFUSED")}</action></nop>
<label id="over"/>
<nop/>
</scenario>
"""


@asynccontextmanager
async def sipp(
    folder: Path,
    scenario: str,
    *,
    target: tuple[str, int] | None,
    calls: int = 1,
    rate: float = 1.0,
) -> AsyncIterator[Sipp]:
    """Run a scenario in a folder of its own until the block ends. `target` None: it waits for calls."""
    own = folder / f"sipp{next(_numbers)}"
    own.mkdir(parents=True)
    (own / "scenario.xml").write_text(scenario, encoding="utf-8")
    port = free_port()
    media = free_block(4)  # it takes the two ports after it too, for pictures
    argv = [SIPP, "-sf", str(own / "scenario.xml"), "-i", "127.0.0.1", "-p", str(port), "-mp", str(media)]
    argv += ["-nostdin", "-trace_logs", "-log_file", str(own / "log"), "-trace_err"]
    argv += ["-error_file", str(own / "errors"), "-skip_rlimit", "-default_behaviors", "all,-bye"]
    if "rtp_stream" not in scenario:  # both at once would mix two sources
        argv += ["-rtp_echo"]
    if target is not None:
        argv += [f"{target[0]}:{target[1]}", "-m", str(calls), "-r", str(rate), "-l", str(calls)]
    with (own / "output").open("w") as output:
        process = await asyncio.create_subprocess_exec(
            *argv, cwd=own, stdin=asyncio.subprocess.DEVNULL, stdout=output, stderr=output
        )
    running = Sipp(process, own / "log", port, own / "errors")
    try:
        yield running
    finally:
        await running.stop()
