"""What we ask of Asterisk over AMI: built from checked values only, and how each answer ends.

Every action is sent once. It ends as `Answered`, `RefusedByAsterisk` or `Unknown`; unknown is resolved by asking
Asterisk what is (a `Status`, our own ChannelId), never by sending again.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass

from cti.ami.protocol import Message, UnsafeText
from routing.core.model import PauseKind
from routing.core.words import WatchMode

_EXTENSION = re.compile(r"[0-9]{1,16}")
_NUMBER = re.compile(r"\+?[0-9*#]{1,32}")
_CHANNEL = re.compile(r"[\w./@+*#:;-]{1,128}", re.ASCII)
_WORD = re.compile(r"[\w-]{1,64}", re.ASCII)
_MESSAGE = re.compile(r"[A-Za-z-]{1,10}/[0-9]{1,4}/[0-9]{1,3}", re.ASCII)
_MUSIC = re.compile(r"[\w-]{1,40}", re.ASCII)
_PLACE = re.compile(r"[\w./-]{1,400}", re.ASCII)
_RECORDING = re.compile(r"[A-Za-z-]{1,10}/[a-z-]{1,40}", re.ASCII)
FAR = "-far"
WAY_TO = "trunkline-"
AT_ONCE_S = 2.0
"""Somebody waits for it before they go on talking."""
_OFFER = re.compile(r"[\w./-]{1,128}", re.ASCII)


@dataclass(frozen=True, slots=True, kw_only=True)
class Action:
    """One request. `list_end` names the event that ends the list it answers with (empty: a single reply)."""

    name: str
    headers: tuple[tuple[str, str], ...] = ()
    list_end: str = ""
    within_s: float = 5.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Answered:
    """Asterisk did it, or accepted to. `items` are the events of a list, without its end."""

    reply: Message
    items: tuple[Message, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class RefusedByAsterisk:
    """Asterisk said no, in its words; nothing was done."""

    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Unknown:
    """The link went down or the deadline passed: it may or may not have been done."""

    reason: str


Outcome = Answered | RefusedByAsterisk | Unknown


def _checked(shape: re.Pattern[str], what: str, text: str) -> str:
    if not shape.fullmatch(text):
        raise UnsafeText(f"{text[:40]!r} is not {what}")
    return text


def is_extension(text: str) -> bool:
    """Tell whether text can be an agent's extension: digits, 16 at most."""
    return bool(_EXTENSION.fullmatch(text))


def is_music(text: str) -> bool:
    """Tell whether text can be a class of music: letters, digits, `_` and `-`, 40 at most."""
    return bool(_MUSIC.fullmatch(text))


def login(user: str, secret: str) -> Action:
    """The first action of a connection; events follow at once."""
    return Action(name="Login", headers=(("Username", user), ("Secret", secret), ("Events", "on")))


def ping(within_s: float = 5.0) -> Action:
    """Answered with Asterisk's time in `Timestamp`."""
    return Action(name="Ping", within_s=within_s)


def core_settings() -> Action:
    """Answered with `AsteriskVersion`."""
    return Action(name="CoreSettings")


def list_commands() -> Action:
    """Answered with a header for each action that our user may ask for."""
    return Action(name="ListCommands")


def set_global(name: str, value: str) -> Action:
    """Set a global dialplan variable."""
    headers = (("Variable", _checked(_WORD, "a variable", name)), ("Value", value))
    return Action(name="Setvar", headers=headers)


def set_offer(
    channel: str,
    *,
    offer: str,
    extension: str,
    ring_s: float,
    reattach: bool,
    recorded: bool,
    answers_itself: bool = False,
    via: str = "",
) -> Action:
    """Set TL_OFFER, TL_AGENT, TL_RING_S, TL_REATTACH, TL_RECORD, TL_AUTO and TL_VIA in one action (dialplan function ARRAY): what
    `redirect_to_agent` goes by. `via`: as of `way_to`."""
    asked, rung = _checked(_OFFER, "an offer", offer), _checked(_EXTENSION, "an extension", extension)
    value = f"{asked},{rung},{ring_s:.1f},{int(reattach)},{int(recorded)},{int(answers_itself)},{_via(via)}"
    headers = (
        ("Channel", _checked(_CHANNEL, "a channel", channel)),
        ("Variable", "ARRAY(TL_OFFER,TL_AGENT,TL_RING_S,TL_REATTACH,TL_RECORD,TL_AUTO,TL_VIA)"),
        ("Value", value),
    )
    return Action(name="Setvar", headers=headers)


def set_hold(channel: str, *, music: str, tune: str, pieces: int, every_s: float) -> Action:
    """What `trunkline-hold` plays and how often it asks what to say (0: never), from the next second on."""
    checked = _checked(_MUSIC, "a class of music", music) if music else ""
    place = _checked(_PLACE, "a place", tune) if tune else ""
    headers = (
        ("Channel", _checked(_CHANNEL, "a channel", channel)),
        ("Variable", "ARRAY(TL_MOH,TL_TUNE,TL_PIECES,TL_TOLD_EVERY)"),
        ("Value", f"{checked},{place},{pieces},{every_s:.0f}"),
    )
    return Action(name="Setvar", headers=headers)


def _redirect(channel: str, context: str, extension: str) -> Action:
    where = (("Context", context), ("Exten", extension), ("Priority", "1"))
    return Action(name="Redirect", headers=(("Channel", _checked(_CHANNEL, "a channel", channel)), *where))


def redirect_to_agent(channel: str, extension: str) -> Action:
    """Take the caller from wherever the dialplan has them and call the phone that `set_offer` named, too."""
    return _redirect(channel, "trunkline-connect", _checked(_EXTENSION, "an extension", extension))


def redirect_to_hold(channel: str) -> Action:
    """Take the caller back to the music; an agent's leg in a bridge or ringing for them is hung up."""
    return _redirect(channel, "trunkline-hold", "s")


def redirect_to_fallback(channel: str) -> Action:
    """Take the caller to the queue that the dialplan keeps by itself."""
    return _redirect(channel, "trunkline-fallback", "s")


def hold(caller: str, leg: str, *, consults: bool = False) -> Action:
    """Both leave their talk: the caller hears music, the agent's leg waits beside it (`together` brings them back), or calls whom `set_consult`
    named."""
    headers = (
        ("Channel", _checked(_CHANNEL, "a channel", caller)),
        ("Context", "trunkline-aside"),
        ("Exten", "s"),
        ("Priority", "1"),
        ("ExtraChannel", _checked(_CHANNEL, "a channel", leg)),
        ("ExtraContext", "trunkline-consult" if consults else "trunkline-kept"),
        ("ExtraExten", "s"),
        ("ExtraPriority", "1"),
    )
    return Action(name="Redirect", headers=headers)


def way_to(server: str) -> str:
    """The endpoint by which one of our servers calls the phones of another."""
    return f"{WAY_TO}{_checked(_WORD, 'a server', server)}"


def _via(way: str) -> str:
    return _checked(_WORD, "a way", way) if way else ""


def _phone(extension: str, via: str) -> str:
    at = f"@{_via(via)}" if via else ""
    return f"PJSIP/{_checked(_EXTENSION, 'an extension', extension)}{at}"


def set_consult(
    leg: str, *, ask: str, ring_s: float, from_number: str, ours: bool, out: str = "", via: str = ""
) -> Action:
    """Whom `consult` will call: an extension of ours, by `via` if its phone is at another server, or a number outside, as `from_number`, by the
    permit `out`."""
    device = _phone(ask, via) if ours else f"PJSIP/{_checked(_NUMBER, 'a telephone number', ask)}@trunk-out"
    shown = _checked(_NUMBER, "a telephone number", from_number) if from_number else ""
    headers = (
        ("Channel", _checked(_CHANNEL, "a channel", leg)),
        ("Variable", "ARRAY(TL_ASK,TL_ASK_RING_S,TL_ASK_FROM,TL_ASK_OURS,TL_OUT)"),
        ("Value", f"{device},{ring_s:.0f},{shown},{int(ours)},{_permit(out)}"),
    )
    return Action(name="Setvar", headers=headers)


def _permit(call: str) -> str:
    return _checked(_WORD, "a call out", call) if call else ""


def consult(leg: str) -> Action:
    """Have the leg that waits beside a caller on hold call whom `set_consult` named."""
    return _redirect(leg, "trunkline-consult", "s")


def stop_consulting(leg: str) -> Action:
    """Whom it called is hung up; it waits beside the caller again."""
    return _redirect(leg, "trunkline-kept", "s")


def set_leg(caller: str, leg: str, *, recorded: bool) -> Action:
    """With whom `together` has the caller talk from now on, and whether that is recorded."""
    headers = (
        ("Channel", _checked(_CHANNEL, "a channel", caller)),
        ("Variable", "ARRAY(TL_LEG,TL_RECORD)"),
        ("Value", f"{_checked(_CHANNEL, 'a channel', leg)},{int(recorded)}"),
    )
    return Action(name="Setvar", headers=headers)


def together(caller: str) -> Action:
    """End the hold: the caller talks with the agent's leg again."""
    return _redirect(caller, "trunkline-together", "s")


def set_paused(caller: str, kind: PauseKind | None) -> Action:
    """No recording begins as long as this is so; None: it is over."""
    headers = (
        ("Channel", _checked(_CHANNEL, "a channel", caller)),
        ("Variable", "TL_PAUSED"),
        ("Value", "" if kind is None else kind.value),
    )
    return Action(name="Setvar", headers=headers, within_s=AT_ONCE_S)


def mute_recording(caller: str, *, muted: bool) -> Action:
    """What is recorded of the caller's talk is silence of both sides from now on, or what is said again. Refused with `NOT_RECORDING`."""
    headers = (
        ("Channel", _checked(_CHANNEL, "a channel", caller)),
        ("Direction", "both"),
        ("State", str(int(muted))),
    )
    return Action(name="MixMonitorMute", headers=headers, within_s=AT_ONCE_S)


def stop_recording(caller: str) -> Action:
    """The file ends here. Refused with `NOT_RECORDING`."""
    headers = (("Channel", _checked(_CHANNEL, "a channel", caller)),)
    return Action(name="StopMixMonitor", headers=headers, within_s=AT_ONCE_S)


NOT_RECORDING = frozenset({"Cannot set mute flag", "Could not stop monitoring channel"})
"""Asterisk's words (app_mixmonitor.c) for a channel of which nothing is recorded."""


def is_being_led(refusal: RefusedByAsterisk) -> bool:
    """Asterisk's words (main/manager.c) for a channel that hangs up, or that is being led somewhere at this moment: the latter is over at once."""
    return refusal.reason.endswith("channel not up.")


def has_no_channel(refusal: RefusedByAsterisk) -> bool:
    """Asterisk's words for one that is gone; a leg has no channel at the moment, either, at which Bridge takes it out of the dialplan (a masquerade)."""
    return any(words in refusal.reason for words in ("does not exist", "No such channel"))


def record_no_more(caller: str) -> Action:
    """No recording of the caller's talk begins."""
    headers = (
        ("Channel", _checked(_CHANNEL, "a channel", caller)),
        ("Variable", "TL_RECORD"),
        ("Value", "0"),
    )
    return Action(name="Setvar", headers=headers, within_s=AT_ONCE_S)


def record_again(caller: str, leg: str) -> Action:
    """Both leave their talk and are brought together again at once, with a recording that begins: none does in the middle of a bridge."""
    headers = (
        ("Channel", _checked(_CHANNEL, "a channel", caller)),
        ("Context", "trunkline-together"),
        ("Exten", "again"),
        ("Priority", "1"),
        ("ExtraChannel", _checked(_CHANNEL, "a channel", leg)),
        ("ExtraContext", "trunkline-kept"),
        ("ExtraExten", "again"),
        ("ExtraPriority", "1"),
    )
    return Action(name="Redirect", headers=headers)


def set_third(caller: str, third: str, *, recorded: bool) -> Action:
    """Whom `conference` takes in: the leg of who was called; whether the talk with them is recorded once the agent has left."""
    headers = (
        ("Channel", _checked(_CHANNEL, "a channel", caller)),
        ("Variable", "ARRAY(TL_JOIN,TL_JOIN_RECORD)"),
        ("Value", f"{_checked(_CHANNEL, 'a channel', third)},{int(recorded)}"),
    )
    return Action(name="Setvar", headers=headers)


def conference(caller: str) -> Action:
    """Caller, agent and `set_third` in one bridge, until one of them leaves."""
    return _redirect(caller, "trunkline-three", "s")


def goes_on(caller: str) -> Action:
    """Of the conference only the caller is left, or one more: they go on with whoever it is."""
    return _redirect(caller, "trunkline-three", "over")


def watch(
    leg: str,
    *,
    extension: str,
    watched: str,
    of: str,
    watcher: str,
    mode: WatchMode,
    ring_s: float,
    via: str = "",
) -> Action:
    """Ring a supervisor's phone by a channel with the id `leg`; when it answers, it is at the talk of the agent's leg `watched`. Always asynchronous."""
    interaction = _checked(_OFFER, "an interaction", of)
    variables = {
        "TL_WATCHED": _checked(_CHANNEL, "a channel", watched),
        "TL_OF": interaction,
        "TL_WATCHER": _checked(_WORD, "a user", watcher),
        "TL_WATCH_MODE": mode.value,
        "PJSIP_HEADER(add,X-Trunkline-Watch)": "1",
        "PJSIP_HEADER(add,X-Trunkline-Interaction)": interaction,
    }
    headers = (
        ("Channel", _phone(extension, via)),
        ("ChannelId", _checked(_WORD, "a channel id", leg)),
        ("Context", "trunkline-watch"),
        ("Exten", "s"),
        ("Priority", "1"),
        ("CallerID", "<0>"),
        ("Timeout", f"{ring_s * 1000:.0f}"),
        ("Async", "true"),
        *(("Variable", f"{name}={value}") for name, value in variables.items()),
    )
    return Action(name="Originate", headers=headers)


def watch_another(leg: str, *, watched: str, of: str, mode: WatchMode) -> Action:
    """At whose talk `watch_so`, or their answer, puts the supervisor whose leg this is."""
    value = f"{_checked(_CHANNEL, 'a channel', watched)},{_checked(_OFFER, 'an interaction', of)},{mode}"
    headers = (
        ("Channel", _checked(_CHANNEL, "a channel", leg)),
        ("Variable", "ARRAY(TL_WATCHED,TL_OF,TL_WATCH_MODE)"),
        ("Value", value),
    )
    return Action(name="Setvar", headers=headers)


def watch_so(leg: str, mode: WatchMode) -> Action:
    """The supervisor, who has answered, is at the talk in this way from now on."""
    return _redirect(leg, "trunkline-watch", mode.value)


def set_goodbye(channel: str, recording: str) -> Action:
    """What `redirect_to_goodbye` will say: language and name of a recording (`zh-TW/closed`)."""
    headers = (
        ("Channel", _checked(_CHANNEL, "a channel", channel)),
        ("Variable", "TL_GOODBYE"),
        ("Value", _checked(_RECORDING, "a recording", recording)),
    )
    return Action(name="Setvar", headers=headers)


def redirect_to_goodbye(channel: str) -> Action:
    """Take the caller to a sentence, after which the call ends."""
    return _redirect(channel, "trunkline-goodbye", "s")


def set_message(channel: str, words: str) -> Action:
    """What `redirect_to_message` goes by: language, longest message and the silence that ends it (`zh-TW/180/10`)."""
    headers = (
        ("Channel", _checked(_CHANNEL, "a channel", channel)),
        ("Variable", "TL_MESSAGE"),
        ("Value", _checked(_MESSAGE, "a message's rules", words)),
    )
    return Action(name="Setvar", headers=headers)


def redirect_to_message(channel: str) -> Action:
    """Have the caller leave a message, after which the call ends."""
    return _redirect(channel, "trunkline-voicemail", "s")


def hang_up(channel: str, cause: int = 16) -> Action:
    """End the channel with this cause (ITU-T Q.850; 16: normal clearing). Takes a name or a unique id."""
    return Action(
        name="Hangup", headers=(("Channel", _checked(_CHANNEL, "a channel", channel)), ("Cause", str(cause)))
    )


def status(variables: Iterable[str]) -> Action:
    """Every channel with these variables of it, as one list."""
    names = ",".join(_checked(_WORD, "a variable", name) for name in variables)
    return Action(name="Status", headers=(("Variables", names),), list_end="StatusComplete", within_s=10.0)


def status_of(channel: str) -> Action:
    """One channel; refused when there is none."""
    headers = (("Channel", _checked(_CHANNEL, "a channel", channel)),)
    return Action(name="Status", headers=headers, list_end="StatusComplete", within_s=AT_ONCE_S)


def bridge_list() -> Action:
    """Every bridge."""
    return Action(name="BridgeList", list_end="BridgeListComplete", within_s=10.0)


def device_states() -> Action:
    """The state of every device."""
    return Action(name="DeviceStateList", list_end="DeviceStateListComplete", within_s=10.0)


def queue_add(extension: str, penalty: int) -> Action:
    """Make the agent's phone a member of the fallback queue; lower penalties are rung first."""
    interface = f"PJSIP/{_checked(_EXTENSION, 'an extension', extension)}"
    headers = (("Queue", "trunkline"), ("Interface", interface), ("Penalty", str(penalty)))
    return Action(name="QueueAdd", headers=headers)


def queue_remove(extension: str) -> Action:
    """Take it out."""
    interface = f"PJSIP/{_checked(_EXTENSION, 'an extension', extension)}"
    return Action(name="QueueRemove", headers=(("Queue", "trunkline"), ("Interface", interface)))


def queue_status() -> Action:
    """The fallback queue's members and callers."""
    return Action(
        name="QueueStatus", headers=(("Queue", "trunkline"),), list_end="QueueStatusComplete", within_s=10.0
    )


def play_dtmf(channel: str, digit: str) -> Action:
    """Send one key to the channel's far end."""
    checked = _checked(re.compile(r"[0-9*#A-D]"), "a key", digit)
    return Action(
        name="PlayDTMF", headers=(("Channel", _checked(_CHANNEL, "a channel", channel)), ("Digit", checked))
    )


def call_back(
    channel: str,
    *,
    extension: str,
    number: str,
    from_number: str,
    queue: str,
    offer: str,
    ring_s: float,
    age: float,
    recorded: bool,
    out: str = "",
    answers_itself: bool = False,
    via: str = "",
) -> Action:
    """Ring this agent's phone and, when it answers, the customer's: by a channel in the customer's place that has the id `channel`, and its far end
    `far_of(channel)`. `out`: the permit. Always asynchronous.

    What passes through it is not translated within it: Asterisk (22) takes the sound of a second agent for late, and drops as much of it as the first
    one's talk had lasted."""
    place = _checked(_CHANNEL, "a channel", channel)
    number = _checked(_NUMBER, "a telephone number", number)
    variables = {
        "TL_ID": f"tl-{place}",
        "TL_ENQUEUED": f"{age:.3f}",
        "TL_NUMBER": _checked(_NUMBER, "a telephone number", from_number) if from_number else "",
        "TL_QUEUE": _checked(_WORD, "a queue", queue),
        "TL_OFFER": _checked(_OFFER, "an offer", offer),
        "TL_AGENT": _checked(_EXTENSION, "an extension", extension),
        "TL_RING_S": f"{ring_s:.1f}",
        "TL_REATTACH": "0",
        "TL_RECORD": str(int(recorded)),
        "TL_AUTO": str(int(answers_itself)),
        "TL_VIA": _via(via),
        "TL_FAR": far_of(place),
        "TL_CALL_TO": number,
        "TL_OUT": _permit(out),
    }
    headers = (
        ("Channel", "Local/s@trunkline-callback/n"),
        ("ChannelId", place),
        ("OtherChannelId", far_of(place)),
        ("Context", "trunkline-connect"),
        ("Exten", _checked(_EXTENSION, "an extension", extension)),
        ("Priority", "1"),
        ("CallerID", f"<{number}>"),
        ("Timeout", "10000"),
        ("Codecs", "ulaw"),
        ("Async", "true"),
        *(("Variable", f"{name}={value}") for name, value in variables.items()),
    )
    return Action(name="Originate", headers=headers)


def send_fax(channel: str, *, number: str, station: str, fax: str, out: str, ring_s: float) -> Action:
    """Call this number and send the pages that lie in the spool under the name `fax`; what came of it is written beside them. Always
    asynchronous, with an id of ours."""
    variables = {
        "TL_FAX": _checked(_WORD, "a fax", fax),
        "TL_FAX_STATION": _checked(_NUMBER, "a telephone number", station) if station else "",
        "TL_OUT": _permit(out),
    }
    headers = (
        ("Channel", f"PJSIP/{_checked(_NUMBER, 'a telephone number', number)}@trunk-out"),
        ("ChannelId", _checked(_WORD, "a channel id", channel)),
        ("Context", "trunkline-fax-out"),
        ("Exten", "s"),
        ("Priority", "1"),
        ("CallerID", f"<{_checked(_NUMBER, 'a telephone number', station) if station else 0}>"),
        ("Timeout", f"{ring_s * 1000:.0f}"),
        ("Codecs", "ulaw,alaw"),
        ("Async", "true"),
        *(("Variable", f"{name}={value}") for name, value in variables.items()),
    )
    return Action(name="Originate", headers=headers)


def far_of(channel: str) -> str:
    """The other end of the channel that stands in a customer's place while they are called back."""
    return f"{channel}{FAR}"


def originate_demo_call(*, channel_id: str, to: str, from_number: str, from_name: str) -> Action:
    """Call `to` through our own SIP port as `from_number`; the far end plays music. Always asynchronous, own ChannelId."""
    name = from_name.replace("\\", "").replace('"', "").replace("<", "").replace(">", "")
    number = _checked(_NUMBER, "a telephone number", from_number)
    headers = (
        ("Channel", f"PJSIP/{_checked(_NUMBER, 'a telephone number', to)}@trunk-loop"),
        ("Context", "trunkline-demo-caller"),
        ("Exten", "s"),
        ("Priority", "1"),
        ("CallerID", f'"{name}" <{number}>'),
        ("ChannelId", _checked(_WORD, "a channel id", channel_id)),
        ("Timeout", "30000"),
        ("Async", "true"),
    )
    return Action(name="Originate", headers=headers)
