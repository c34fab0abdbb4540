"""Settings: every problem at once, each a sentence with file, section, key and what to do."""

from pathlib import Path

import pytest

from config.settings import ConfigurationError, Settings, load

GOOD = """
[asterisk]
ami_secret = "one secret"
ari_secret = "another"
[mail]
reply_secret = "sixteen characters at least"
"""


def write(folder: Path, text: str) -> Path:
    path = folder / "trunkline.toml"
    path.write_text(text, encoding="utf-8")
    return path


def problems(path: Path, environment: dict[str, str] | None = None) -> list[str]:
    with pytest.raises(ConfigurationError) as caught:
        load(path, environment or {})
    return caught.value.problems


def test_a_small_file_is_enough(tmp_path: Path) -> None:
    """Only the secrets are required; data lives beside the file."""
    settings = load(write(tmp_path, GOOD), {})
    assert settings.centre.data_dir == tmp_path / "data"
    assert settings.database_url() == f"sqlite:///{tmp_path}/data/trunkline.db"


TWO = GOOD.replace(
    'ari_secret = "another"',
    """ari_secret = "another"
name = "north"
sip_address = "192.0.2.1:5060"
peer_secret = "sixteen characters at least"
[[asterisk.more]]
name = "south"
sip_address = "192.0.2.2:5060"
ami_host = "192.0.2.2"
ami_secret = "its own"
ari_secret = "its own"
""",
)


def test_each_server_has_its_own_and_shares_the_rest(tmp_path: Path) -> None:
    """Of several Asterisk servers each is a section of its own; what no one says of a further one is as in the first."""
    north, south = load(
        write(tmp_path, TWO.replace("[asterisk]", "[asterisk]\nfastagi_port = 4999", 1)), {}
    ).asterisk.servers()
    assert (north.name, south.name) == ("north", "south")
    assert (north.ami_host, south.ami_host) == ("127.0.0.1", "192.0.2.2")
    assert south.ami_secret.get_secret_value() == "its own"
    assert south.fastagi_port == 4999
    assert (north.more, south.more) == ((), ())


@pytest.mark.parametrize(
    ("before", "after", "words"),
    [
        ('name = "south"', 'name = "north"', "same name"),
        ('name = "south"', 'name = "so-uth"', "is no name for a server"),
        ('sip_address = "192.0.2.1:5060"', "", "sip_address is needed"),
        ('sip_address = "192.0.2.2:5060"', 'sip_address = "192.0.2.2"', "is no SIP address"),
        ('peer_secret = "sixteen characters at least"', 'peer_secret = "short"', "peer_secret is needed"),
    ],
)
def test_servers_that_could_not_be_told_apart_or_reached_are_refused(
    tmp_path: Path, before: str, after: str, words: str
) -> None:
    """Each with what to do."""
    assert any(words in sentence for sentence in problems(write(tmp_path, TWO.replace(before, after))))


def test_secrets_are_not_printed(tmp_path: Path) -> None:
    """A settings object in a log shows no secret."""
    shown = repr(load(write(tmp_path, GOOD), {}))
    assert "one secret" not in shown
    assert "sixteen" not in shown


def test_the_environment_wins(tmp_path: Path) -> None:
    """TRUNKLINE__SECTION__KEY overrides the file."""
    settings = load(
        write(tmp_path, GOOD), {"TRUNKLINE__HTTP__PORT": "9191", "TRUNKLINE__ASTERISK__AMI_SECRET": "else"}
    )
    assert settings.http.port == 9191
    assert settings.asterisk.ami_secret.get_secret_value() == "else"


def test_a_secret_may_stand_in_a_file(tmp_path: Path) -> None:
    """`ami_secret_file` is read to its first line; a file that is not there is named."""
    (tmp_path / "secret").write_text("from the file\n", encoding="utf-8")
    text = GOOD.replace('ami_secret = "one secret"', f'ami_secret_file = "{tmp_path}/secret"')
    assert load(write(tmp_path, text), {}).asterisk.ami_secret.get_secret_value() == "from the file"
    (sentence,) = problems(write(tmp_path, text.replace("/secret", "/nowhere")))
    assert f"{tmp_path}/nowhere" in sentence
    assert "create it" in sentence


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (GOOD + "[http]\nprt = 1\n", ["[http] prt is not a setting", "settings of [http]: host, port"]),
        (GOOD + "[htp]\nport = 1\n", ["[htp]", "sections: centre, http"]),
        (GOOD + '[http]\nport = "many"\n', ["[http] port", "many", "mend"]),
        (GOOD + "[http]\nport = 70000\n", ["[http] port", "65535", "70000"]),
        (
            GOOD.replace('ami_secret = "one secret"', ""),
            ["[asterisk] ami_secret is missing", "TRUNKLINE__ASTERISK__AMI_SECRET"],
        ),
        ("[asterisk]\nami_secret='a'\nari_secret='b'\n", ["section [mail] is missing"]),
        (GOOD + '[http]\nhost = "0.0.0.0"\n', ["[http]", "public_origin"]),
        ("[asterisk", ["not valid TOML", "mend"]),
    ],
)
def test_each_mistake_is_a_sentence(tmp_path: Path, text: str, words: list[str]) -> None:
    """The sentence names the file, the key and what to do."""
    path = write(tmp_path, text)
    (sentence,) = problems(path)
    assert str(path) in sentence
    for word in words:
        assert word in sentence


def test_all_mistakes_come_at_once(tmp_path: Path) -> None:
    """Three mistakes are three sentences."""
    assert (
        len(
            problems(
                write(
                    tmp_path,
                    "[asterisk]\nami_secret='a'\n[http]\nport=0\nx=1\n[mail]\nreply_secret='0123456789abcdef'",
                )
            )
        )
        == 3
    )


def test_a_missing_file_says_how_to_write_one(tmp_path: Path) -> None:
    """No file: the sentence names it and the command."""
    (sentence,) = problems(tmp_path / "none.toml")
    assert "trunkline init" in sentence


def test_every_setting_is_documented() -> None:
    """Each field of each section has its docstring."""
    for name, field in Settings.model_fields.items():
        for key, setting in field.annotation.model_fields.items():  # type: ignore[union-attr]
            assert setting.description, f"[{name}] {key}"


def test_a_wrong_secret_is_not_shown(tmp_path: Path) -> None:
    """Even a mistyped secret stays out of the sentence."""
    (sentence,) = problems(
        write(tmp_path, GOOD.replace('ami_secret = "one secret"', "ami_secret = 12345678"))
    )
    assert "12345678" not in sentence


def test_the_configuration_page_is_fresh() -> None:
    """docs/configuration.md is what the settings generate."""
    from trunkline.configuration_doc import page

    root = Path(__file__).parent.parent.parent
    assert (root / "docs" / "configuration.md").read_text(encoding="utf-8") == page()


def test_the_sample_loads(tmp_path: Path) -> None:
    """The commented sample is a valid file."""
    from trunkline.configuration_doc import sample

    assert load(write(tmp_path, sample()), {}).http.port == 8080


@pytest.mark.parametrize(
    ("name", "value", "words"),
    [
        ("CENTRE__TIME_ZONE", "Mars", "[centre] time_zone: there is no time zone 'Mars'"),
        ("DATABASE__URL", "nonsense", "[database] url: is neither"),
        ("DATABASE__URL", "sqlite://", "[database] url: is neither"),
        ("MAIL__REPLY_SECRET", "short", "[mail] reply_secret: the secret is too short"),
    ],
)
def test_values_that_would_only_fail_later_are_refused(
    tmp_path: Path, name: str, value: str, words: str
) -> None:
    """A zone, a database or a key that cannot be used is said at once, and no secret is repeated."""
    (sentence,) = problems(write(tmp_path, GOOD), {f"TRUNKLINE__{name}": value})
    assert words in sentence
    assert "short'" not in sentence


def test_https_makes_cookies_secure(tmp_path: Path) -> None:
    """A public origin with https needs no second setting."""
    settings = load(
        write(tmp_path, GOOD + '[http]\nhost = "0.0.0.0"\npublic_origin = "https://desk.example.com"\n'), {}
    )
    assert settings.http.cookies_are_secure
    assert not load(write(tmp_path, GOOD), {}).http.cookies_are_secure


OIDC = """
[sign_in]
secrets_key = "sixteen characters at least"
[oidc]
issuer = "https://login.example.com/realms/desk"
client_id = "trunkline"
"""


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (("https://login", "http://login"), "https address"),
        (("https://login.example.com/realms/desk", "login.example.com"), "https address"),
        (('client_id = "trunkline"', ""), "client_id must be"),
        (('secrets_key = "sixteen characters at least"', ""), "secrets_key must be"),
        (('secrets_key = "sixteen characters at least"', 'secrets_key = "short"'), "too short"),
        (('client_id = "trunkline"', 'client_id = "t"\ncreate_users = true'), "roles or default_role"),
        (('client_id = "trunkline"', 'client_id = "t"\nroles = "desk=king"'), "names no role"),
        (('client_id = "trunkline"', 'client_id = "t"\nroles = "agent"'), "names no role"),
        (('client_id = "trunkline"', 'client_id = "t"\nscopes = "profile"'), "must name openid"),
    ],
)
def test_single_sign_on_is_whole_or_refused(tmp_path: Path, change: tuple[str, str], words: str) -> None:
    """What lacks or cannot be is said, each in a sentence; whole, it is taken."""
    assert load(write(tmp_path, GOOD + OIDC), {}).oidc.client_id == "trunkline"
    (sentence,) = problems(write(tmp_path, GOOD + OIDC.replace(*change)))
    assert words in sentence


def test_a_claim_says_which_role(tmp_path: Path) -> None:
    """The first that is named counts, else the one for everybody else; a provider on loopback may do without TLS."""
    oidc = 'roles = "CN=Desk Leads,=supervisor"'
    text = (
        OIDC.replace("https://login.example.com", "http://127.0.0.1:8099")
        + 'roles = "leads=supervisor, a=b=agent"\n'
    )
    found = load(write(tmp_path, GOOD + text), {}).oidc
    assert found.role_of(("a=b", "leads")) == "supervisor"
    assert found.role_of(("a=b",)) == "agent"
    assert found.role_of(("staff",)) is None
    found = load(write(tmp_path, GOOD + text + 'default_role = "agent"\n'), {}).oidc
    assert found.role_of(()) == "agent"
    assert problems(write(tmp_path, GOOD + OIDC + oidc))
