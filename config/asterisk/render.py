"""Writes a complete Asterisk configuration from the templates that the product ships."""

from dataclasses import fields
from importlib import resources
from pathlib import Path

from jinja2 import Environment, FunctionLoader, StrictUndefined

from config.asterisk.events import EVENTS, EVENTS_AT
from config.asterisk.layout import AsteriskLayout

# In the order in which they load: Asterisk resolves needs between modules by itself, a person reads by purpose.
MODULES = (
    # configuration that ARI pushes, devices, timing
    "res_sorcery_config", "res_sorcery_memory", "res_sorcery_astdb", "res_sorcery_memory_cache", "res_timing_timerfd", "res_crypto",
    "res_manager_devicestate",
    # SIP
    "res_http_websocket", "res_pjproject", "res_pjsip", "res_pjsip_session", "res_pjsip_pubsub",
    "res_pjsip_authenticator_digest", "res_pjsip_outbound_authenticator_digest", "res_pjsip_caller_id",
    "res_pjsip_dtmf_info", "res_pjsip_endpoint_identifier_ip", "res_pjsip_endpoint_identifier_user",
    "res_pjsip_header_funcs", "res_pjsip_nat", "res_pjsip_registrar", "res_pjsip_rfc3326", "res_pjsip_sdp_rtp",
    "res_pjsip_transport_websocket", "chan_pjsip",
    # media
    "res_rtp_asterisk", "res_srtp", "bridge_simple", "bridge_native_rtp", "bridge_softmix", "bridge_builtin_features",
    "codec_ulaw", "codec_alaw", "codec_a_mu", "codec_gsm", "codec_g722", "codec_resample", "codec_opus_open_source",
    "res_format_attr_opus", "format_gsm", "format_pcm", "format_sln", "format_wav", "res_musiconhold",
    # dialplan
    "pbx_config", "res_speech", "res_agi", "app_dial", "app_queue", "app_stack", "app_playback", "app_record", "app_echo", "app_userevent",
    "app_exec", "app_playtones", "app_channelredirect", "app_chanspy", "app_confbridge", "app_mixmonitor", "func_callerid", "func_channel", "func_global", "func_logic", "func_strings", "func_timeout",
    "func_cut", "func_env", "func_pjsip_endpoint", "func_pjsip_contact",
    # faxes
    "res_fax", "res_fax_spandsp", "res_pjsip_t38",
    # ARI: push configuration of phones
    "res_websocket_client", "res_stasis", "res_ari", "res_ari_model", "res_ari_asterisk",
)  # fmt: skip
# A report on a fax, as crm_core.faxes.spool reads it. Every value is filtered: the other side's machine says some of them.
_FAX_VALUES = (
    "${FILTER(A-Z,${FAXSTATUS})}",
    "${FILTER(0-9,${FAXPAGES})}",
    "${FILTER(A-Za-z0-9_,${FAXERROR})}",
    r"${FILTER(A-Za-z0-9\x20,${FAXSTATUSSTRING})}",
    "${FILTER(0-9x,${FAXOPT(resolution)})}",
    r"${FILTER(A-Za-z0-9+.\x20\x2d,${REMOTESTATIONID})}",
    "${FILTER(0-9+*#,${CALLERID(num)})}",
    "${FILTER(0-9+*#,${TL_NUMBER})}",
    r"${FILTER(A-Za-z0-9_\x2d,${TL_FAX_QUEUE})}",
    "${FILTER(0-9,${REASON})}",
    "${FILTER(A-Za-z0-9,${FAXMODE})}",
    "end",
)
FAX_REPORT = "|".join(_FAX_VALUES)
_FOLDERS = ("agi-bin", "spool", "log", "cache", "keys")
_SOUNDS = resources.files("config.asterisk") / "sounds"
_TEMPLATES = resources.files("config.asterisk") / "templates"


class UnsafeValue(ValueError):
    """A value of the layout would change the meaning of a configuration file."""


def render(target: Path, layout: AsteriskLayout) -> Path:
    """Write every file into `target` and make the folders that Asterisk needs; return the path of asterisk.conf.

    Files are readable by their owner alone (they hold secrets). Raises `UnsafeValue` for a value with a line break
    or one of `;[]`.
    """
    _check(layout)
    var_dir = target / "var"
    recordings_dir = layout.recordings_dir or var_dir / "spool" / "recordings"
    for folder in (target, layout.run_dir, *(var_dir / name for name in _FOLDERS), recordings_dir):
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    sounds_dir = var_dir / "sounds"
    _copy_sounds(sounds_dir)
    environment = Environment(loader=FunctionLoader(_source), undefined=StrictUndefined, autoescape=False)  # noqa: S701 - not HTML
    words = {
        "layout": layout,
        "etc_dir": target,
        "var_dir": var_dir,
        "sounds_dir": sounds_dir,
        "recordings_dir": recordings_dir,
        "modules": _present(layout),
        "events": EVENTS,
        "events_at": EVENTS_AT.items(),
        "fax_report": FAX_REPORT,
    }
    for name in sorted(entry.name for entry in _TEMPLATES.iterdir() if entry.name.endswith(".conf")):
        _write(target / name, environment.get_template(name).render(words))
    return target / "asterisk.conf"


def _copy_sounds(target: Path) -> None:
    """What callers are told. A file that is there already and differs stays: somebody's own recording of it."""
    for language in sorted(each.name for each in _SOUNDS.iterdir() if each.is_dir()):
        (target / language).mkdir(parents=True, exist_ok=True, mode=0o700)
        for sound in (_SOUNDS / language).iterdir():
            place = target / language / sound.name
            if sound.name.endswith(".gsm") and not place.exists():
                place.write_bytes(sound.read_bytes())


def _source(name: str) -> str:
    return (_TEMPLATES / name).read_text(encoding="utf-8")


def _present(layout: AsteriskLayout) -> tuple[str, ...]:
    """Distributions name one codec differently; a module that is not there is not asked for."""
    names = {path.stem for path in layout.modules_dir.glob("*.so")}
    wanted = (*MODULES, *sorted(name for name in names if name.startswith("codec_opus")))
    return tuple(dict.fromkeys(name for name in wanted if name in names))


def _check(layout: AsteriskLayout) -> None:
    for field in fields(layout):
        value = getattr(layout, field.name)
        for text in value if isinstance(value, tuple) else (value,):
            if set(str(text)) & set("\r\n\0;[]"):
                raise UnsafeValue(f"{field.name} has a character that a configuration file would misread")


def _write(path: Path, text: str) -> None:
    path.touch(mode=0o600)
    path.write_text(text, encoding="utf-8")
