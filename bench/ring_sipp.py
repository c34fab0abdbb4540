"""SIPp for the benchmark: callers at a rate, and one process that is all desk phones; neither sends media.

The lab's scenarios echo what they hear and look at everything; these do the least, so that their own work does not
show in the waits.
"""

import asyncio
import re
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path

from bench.ring_waits import Entered, Freed, Rang
from tests.ports import free_block, free_port
from tests.real.sipp import SIPP, SipEvent, Sipp

_STAMP = '<gettimeofday assign_to="8,9"/>'
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
_OK = """SIP/2.0 200 OK
[last_Via:]
[last_From:]
[last_To:]
[last_Call-ID:]
[last_CSeq:]
Content-Length: 0
"""


def _log(word: str, detail: str) -> str:
    return f'{_STAMP}<log message="{word} [call_id] [$8] [$9] {detail}"/>'


def caller_scenario(to: str, prefix: str, *, spread_s: float = 0.0) -> str:
    """Somebody calls `to` and stays until the other side hangs up. Their number is `prefix` and the call's number. `spread_s`: the mean of what each
    lets pass first (exponential), so that they come at random instead of evenly."""
    number = f"{prefix}[call_number]"
    first = f'<pause distribution="exponential" mean="{spread_s * 1000:.0f}"/>\n' if spread_s else ""
    return f"""<?xml version="1.0" encoding="UTF-8"?>
<scenario name="caller">
{first}{_invite(to, number)}
<recv response="200" rrs="true"/>
{_talk(to, number)}
</scenario>
"""


def flood_scenario(to: str, number: str) -> str:
    """Always the same number: it hears that it is busy, or stays until the other side hangs up. Says BUSY and INVITE with each."""
    return f"""<?xml version="1.0" encoding="UTF-8"?>
<scenario name="flood">
{_invite(to, number)}
<recv response="486" optional="true" next="busy"><action>{_log("BUSY", number)}</action></recv>
<recv response="200" rrs="true"/>
{_talk(to, number)}
<nop next="over"/>
<label id="busy"/>
<send><![CDATA[
ACK sip:{to}@[remote_ip]:[remote_port] SIP/2.0
[last_Via:]
{_head(number, via=False)}To: <sip:{to}@[remote_ip]:[remote_port]>[peer_tag_param]
CSeq: 1 ACK
Content-Length: 0

]]></send>
<label id="over"/>
</scenario>
"""


def _head(number: str, *, via: bool = True) -> str:
    first = "Via: SIP/2.0/[transport] [local_ip]:[local_port];branch=[branch]\n" if via else ""
    return f"""{first}From: <sip:{number}@[local_ip]:[local_port]>;tag=[pid]c[call_number]
Call-ID: [call_id]
Max-Forwards: 70
"""


def _invite(to: str, number: str) -> str:
    """And what may come before the answer."""
    return f"""<send retrans="500"><![CDATA[
INVITE sip:{to}@[remote_ip]:[remote_port] SIP/2.0
{_head(number)}To: <sip:{to}@[remote_ip]:[remote_port]>
CSeq: 1 INVITE
Contact: <sip:{number}@[local_ip]:[local_port]>
{_SDP}
]]><action>{_log("INVITE", number)}</action></send>
<recv response="100" optional="true"/>
<recv response="180" optional="true"/>
<recv response="183" optional="true"/>"""


def _talk(to: str, number: str) -> str:
    """From the answer until the other side hangs up."""
    return f"""<send><![CDATA[
ACK [next_url] SIP/2.0
{_head(number)}To: <sip:{to}@[remote_ip]:[remote_port]>[peer_tag_param]
CSeq: 1 ACK
Content-Length: 0

]]></send>
<recv request="BYE"><action>{_log("BYE", number)}</action></recv>
<send><![CDATA[
{_OK}
]]></send>"""


def phone_scenario(*, ring_s: float, talk_s: float) -> str:
    """A desk phone that is answered after `ring_s` and hangs up about `talk_s` later.

    Talks differ by up to a fifth: equal ones would end in step with whoever looks again once a second.
    """
    return f"""{_answered(ring_s)}
<pause distribution="uniform" min="{talk_s * 800:.0f}" max="{talk_s * 1200:.0f}"/>
<send retrans="500"><![CDATA[
BYE [$2] SIP/2.0
Via: SIP/2.0/[transport] [local_ip]:[local_port];branch=[branch]
From: <sip:phone@[local_ip]:[local_port]>;tag=[pid]a[call_number]
To:[$1]
Call-ID: [call_id]
CSeq: 100 BYE
Max-Forwards: 70
Content-Length: 0

]]><action>{_log("HANGUP", "[$4]")}</action></send>
<recv response="200"/>
</scenario>
"""


def patient_phone_scenario(*, ring_s: float) -> str:
    """A desk phone that is answered after `ring_s` and stays until the other side hangs up."""
    return f"""{_answered(ring_s)}
<recv request="BYE"><action>{_log("BYE", "[$4]")}</action></recv>
<send><![CDATA[
{_OK}
]]></send>
<Reference variables="1,2"/>
</scenario>
"""


def _answered(ring_s: float) -> str:
    """A phone's scenario until the talk begins."""
    echo = """[last_Via:]
[last_From:]
[last_To:];tag=[pid]a[call_number]
[last_Call-ID:]
[last_CSeq:]
Contact: <sip:[local_ip]:[local_port]>
"""
    return f"""<?xml version="1.0" encoding="UTF-8"?>
<scenario name="phone">
<recv request="INVITE" crlf="true"><action>
<ereg regexp=".*" search_in="hdr" header="From:" assign_to="1"/>
<ereg regexp="sip:[^&gt;;]*" search_in="hdr" header="Contact:" assign_to="2"/>
<ereg regexp="sip:[0-9]+@" search_in="hdr" header="From:" assign_to="3"/>
<ereg regexp="sip:[0-9]+@" search_in="hdr" header="To:" assign_to="4"/>
{_log("INVITE", "[$4][$3]")}
</action></recv>
<send><![CDATA[
SIP/2.0 180 Ringing
{echo}Content-Length: 0

]]></send>
<pause milliseconds="{ring_s * 1000:.0f}"/>
<send retrans="500"><![CDATA[
SIP/2.0 200 OK
{echo}{_SDP}
]]></send>
<recv request="ACK"/>"""


@asynccontextmanager
async def sipp(folder: Path, scenario: str, *, options: Sequence[str] = ()) -> AsyncIterator[Sipp]:
    """Run a scenario in a new folder until the block ends."""
    folder.mkdir(parents=True)
    (folder / "scenario.xml").write_text(scenario, encoding="utf-8")
    port = free_port()
    argv = [SIPP, "-sf", "scenario.xml", "-i", "127.0.0.1", "-p", str(port), "-mp", str(free_block(4))]
    argv += [
        "-nostdin",
        "-skip_rlimit",
        "-trace_logs",
        "-log_file",
        "log",
        "-trace_err",
        "-error_file",
        "errors",
    ]
    with (folder / "output").open("w") as output:
        process = await asyncio.create_subprocess_exec(
            *argv, *options, cwd=folder, stdin=asyncio.subprocess.DEVNULL, stdout=output, stderr=output
        )
    running = Sipp(process, folder / "log", port, folder / "errors")
    try:
        yield running
    finally:
        await running.stop()


def entered(events: Sequence[SipEvent]) -> list[Entered]:
    """The callers' log."""
    return [Entered(number=event.detail, at=event.at) for event in events if event.word == "INVITE"]


def rang(events: Sequence[SipEvent]) -> list[Rang]:
    """The calls that reached the phones, from the phones' log."""
    found = [(_users(event.detail), event.at) for event in events if event.word == "INVITE"]
    return [Rang(extension=users[0], number=users[1], at=at) for users, at in found if len(users) == 2]


def freed(events: Sequence[SipEvent]) -> list[Freed]:
    """The phones' hang-ups, from the phones' log."""
    return [
        Freed(extension=_users(event.detail)[0], at=event.at) for event in events if event.word == "HANGUP"
    ]


def _users(detail: str) -> list[str]:
    """`1001` and `8861` of `sip:1001@sip:8861@`."""
    return re.findall(r"sip:([0-9]+)@", detail)
