"""The configuration that we write for Asterisk."""

import re
import stat
from dataclasses import replace
from pathlib import Path

import pytest

from config.asterisk.layout import AsteriskLayout, Peer
from config.asterisk.render import UnsafeValue, render


@pytest.fixture
def layout(tmp_path: Path) -> AsteriskLayout:
    modules = tmp_path / "modules"
    modules.mkdir()
    for name in ("chan_pjsip", "app_dial", "codec_opus_other"):
        (modules / f"{name}.so").touch()
    return AsteriskLayout(
        modules_dir=modules,
        data_dir=tmp_path / "data",
        moh_dir=tmp_path / "moh",
        run_dir=tmp_path / "run",
        ami_secret="ami-s",
        ari_secret="ari-s",
    )


def test_every_file_is_there_and_private(layout: AsteriskLayout, tmp_path: Path) -> None:
    """Rendering leaves no placeholder, and files with secrets are their owner's alone."""
    conf = render(tmp_path / "etc", layout)
    files = sorted(conf.parent.glob("*.conf"))
    assert {"manager.conf", "pjsip.conf", "extensions.conf"} <= {path.name for path in files}
    for path in files:
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
        assert "{{" not in path.read_text()
        assert "{%" not in path.read_text()


def test_only_modules_that_are_there_are_loaded(layout: AsteriskLayout, tmp_path: Path) -> None:
    """A distribution's own name for a codec is found, and what it lacks is not asked for."""
    render(tmp_path / "etc", layout)
    loaded = [
        line for line in (tmp_path / "etc/modules.conf").read_text().splitlines() if line.startswith("load")
    ]
    assert loaded == ["load = chan_pjsip.so", "load = app_dial.so", "load = codec_opus_other.so"]


def test_the_manager_user_may_do_little(layout: AsteriskLayout, tmp_path: Path) -> None:
    """No command, config or system write; loopback only; a slow reader is not cut off at once."""
    render(tmp_path / "etc", layout)
    text = (tmp_path / "etc/manager.conf").read_text()
    (write,) = [line for line in text.splitlines() if line.startswith("write =")]
    assert not {"command", "config", "system", "all"} & set(write.removeprefix("write = ").split(","))
    assert "writetimeout = 5000" in text
    assert "deny = 0.0.0.0/0.0.0.0" in text
    assert "bindaddr = 127.0.0.1" in text


def test_nobody_is_told_of_keys(layout: AsteriskLayout, tmp_path: Path) -> None:
    """What somebody keys (a card number, while recording is paused) comes into no log and no event, with a trace neither."""
    render(tmp_path / "etc", replace(layout, trace=True))
    manager = (tmp_path / "etc/manager.conf").read_text()
    (read,) = [line for line in manager.splitlines() if line.startswith("read =")]
    assert not {"dtmf", "all"} & set(read.removeprefix("read = ").split(","))
    assert "dtmf" not in manager.lower()
    assert "dtmf" not in (tmp_path / "etc/logger.conf").read_text()
    for name in ("cdr.conf", "cel.conf"):
        assert "enable = no" in (tmp_path / "etc" / name).read_text()


def test_the_demonstration_loop_is_not_in_a_product(layout: AsteriskLayout, tmp_path: Path) -> None:
    """The endpoint that calls ourselves exists only where it is asked for."""
    render(tmp_path / "etc", layout)
    assert "trunk-loop" not in (tmp_path / "etc/pjsip.conf").read_text()
    render(tmp_path / "etc", replace(layout, demo_loop=True))
    assert "trunk-loop" in (tmp_path / "etc/pjsip.conf").read_text()


def test_calls_go_out_only_where_a_trunk_is_named(layout: AsteriskLayout, tmp_path: Path) -> None:
    """With its name and secret where it asks for them."""
    place = tmp_path / "etc/pjsip.conf"
    render(tmp_path / "etc", layout)
    assert "trunk-out" not in place.read_text()
    render(tmp_path / "etc", replace(layout, trunk_out="sip.example.net:5070"))
    text = place.read_text()
    assert "contact = sip:sip.example.net:5070" in text
    assert "outbound_auth" not in text
    signed = replace(layout, trunk_out="sip.example.net", trunk_out_user="us", trunk_out_secret="s3cret")
    render(tmp_path / "etc", signed)
    text = place.read_text()
    assert "outbound_auth = trunk-out" in text
    assert "password = s3cret" in text


def test_several_servers_know_each_other_and_nobody_else(layout: AsteriskLayout, tmp_path: Path) -> None:
    """Each of the others has an endpoint that signs in, from its address alone; a single server has neither endpoints nor a way in for them."""
    render(tmp_path / "etc", layout)
    for name in ("pjsip.conf", "extensions.conf"):
        assert "trunkline-from-peer" not in (tmp_path / "etc" / name).read_text()
    south = Peer(name="south", host="192.0.2.2", port=5062)
    render(tmp_path / "etc", replace(layout, system_name="north", peers=(south,), peer_secret="s3cret"))
    text = (tmp_path / "etc" / "pjsip.conf").read_text()
    for line in (
        "[trunkline-south]",
        "context = trunkline-from-peer",
        "permit = 192.0.2.2/32",
        "contact = sip:192.0.2.2:5062",
        "username = trunkline-south",
        "username = trunkline-north",
        "password = s3cret",
    ):
        assert line in text
    assert "[trunkline-from-peer]" in (tmp_path / "etc" / "extensions.conf").read_text()
    render(tmp_path / "etc", replace(layout, peers=(replace(south, host="south.example.com"),)))
    assert "permit" not in (tmp_path / "etc" / "pjsip.conf").read_text()


@pytest.mark.parametrize("secret", ["a\nb", "a;b", "[x]", "a\0"])
def test_values_that_a_configuration_would_misread_are_refused(
    layout: AsteriskLayout, tmp_path: Path, secret: str
) -> None:
    """A secret cannot start a section or a comment."""
    with pytest.raises(UnsafeValue, match="ami_secret"):
        render(tmp_path / "etc", replace(layout, ami_secret=secret))


def test_caller_text_is_in_no_expression() -> None:
    """Names, numbers and SIP headers that a caller controls appear nowhere in the dialplan's arguments."""
    text = (Path(__file__).parents[2] / "config/asterisk/templates/extensions.conf").read_text()
    code = [line for line in text.splitlines() if not line.startswith(";")]
    for line in code:
        assert "CALLERID(name" not in line
        assert "${CALLERID" not in line.replace(r"FILTER(\x20-\x7e\x80-\xff,${CALLERID(num)})", "")
        of_our_servers = r"FILTER\((0-9A-Za-z\./_\\x2d|1),\$\{PJSIP_HEADER\(read,X-Trunkline-[A-Za-z]+\)\}\)"
        assert "PJSIP_HEADER(read" not in re.sub(of_our_servers, "", line)
        unfiltered = re.sub(r"FILTER\(0-9\+?\*?#?,\$\{EXTEN\}\)", "", line)
        assert "${EXTEN}" not in unfiltered
