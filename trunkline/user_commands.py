"""`trunkline user`: the people who sign in, for administrators at the machine. A running server follows within a second."""

import secrets
import sys
from collections.abc import Coroutine
from datetime import date
from typing import Annotated, Any, Literal

import typer

from crm_core.people import Person
from crm_core.users import User
from trunkline import accounts
from trunkline.terminal import DEFAULT, WRONG, ConfigOption, fail, loop, read, report, say

user = typer.Typer(no_args_is_help=True, help="The people who sign in, and programs' accounts.")
Login = Annotated[str, typer.Argument(help="What they type to sign in.")]


@user.command()
def add(
    login: Login,
    name: Annotated[str, typer.Option(help="The name others see.")],
    role: Annotated[str, typer.Option(help="agent, supervisor or admin.")] = "agent",
    language: Annotated[str, typer.Option(help="en, zh-TW or zh-CN.")] = "en",
    extension: Annotated[str, typer.Option(help="The phone's extension, for agents.")] = "",
    email: Annotated[str, typer.Option(help="Their e-mail address, for single sign-on.")] = "",
    service: Annotated[bool, typer.Option(help="A program's account: tokens, and no password.")] = False,
    config_file: ConfigOption = DEFAULT,
) -> None:
    """Add a user; the password is asked for, or made up and printed when there is no terminal."""
    settings = read(config_file)
    password, shown = ("", "") if service else _password()
    _run(
        accounts.add(
            settings,
            login=login,
            name=name,
            role=role,
            language=language,
            extension=extension or None,
            email=email or None,
            password=password,
            service=service,
        )
    )
    say(f"added {login} ({role}){shown}")


@user.command("list")
def list_users(
    removed: Annotated[bool, typer.Option(help="Removed ones too.")] = False,
    config_file: ConfigOption = DEFAULT,
) -> None:
    """Everybody: login, role, state, second factor, extension, sessions, name."""
    settings = read(config_file)
    for person in _run(accounts.everybody(settings, removed=removed)):
        say(_line(person))


@user.command()
def change(
    login: Login,
    name: Annotated[str | None, typer.Option(help="The name others see.")] = None,
    role: Annotated[str | None, typer.Option(help="agent, supervisor or admin; signs them out.")] = None,
    language: Annotated[str | None, typer.Option(help="en, zh-TW or zh-CN.")] = None,
    extension: Annotated[str | None, typer.Option(help="The phone's extension; empty takes it away.")] = None,
    email: Annotated[str | None, typer.Option(help="The e-mail address; empty takes it away.")] = None,
    letters: Annotated[int | None, typer.Option(min=0, max=20, help="Letters at once.")] = None,
    chats: Annotated[int | None, typer.Option(min=0, max=20, help="Chats at once.")] = None,
    load: Annotated[
        int | None, typer.Option(min=0, max=1000, help="Load at most; 100 is a whole agent.")
    ] = None,
    config_file: ConfigOption = DEFAULT,
) -> None:
    """Change what is given."""
    settings = read(config_file)
    given = {
        "name": name,
        "role": role,
        "language": language,
        "extension": extension,
        "email": email,
        "letters_at_once": letters,
        "chats_at_once": chats,
        "load_at_most": load,
    }
    wishes = {field: wish for field, wish in given.items() if wish is not None}
    if not wishes:
        raise fail(WRONG, "nothing to change was given; see `trunkline user change --help`")
    _run(accounts.change(settings, login, wishes))
    say(f"changed {login}: {', '.join(sorted(wishes))}")


@user.command()
def skills(
    login: Login,
    skill: Annotated[
        list[str] | None,
        typer.Argument(help="NAME=LEVEL or NAME=LEVEL@LAST-DAY, level 1 to 10; none: no skills."),
    ] = None,
    config_file: ConfigOption = DEFAULT,
) -> None:
    """Set all skills of an agent: `trunkline user skills ann zh=9 crane=4@2027-03-31` (a certificate that ends)."""
    settings = read(config_file)
    given = [_skill(each) for each in skill or ()]
    pairs = [(name, level) for name, level, _ in given]
    _run(accounts.set_skills(settings, login, pairs, {name: day for name, _, day in given if day}))
    say(f"{login} has {len(pairs)} skills")


@user.command()
def lock(login: Login, config_file: ConfigOption = DEFAULT) -> None:
    """Out at once: sessions, sockets, queues. The last active administrator cannot be locked."""
    _one(accounts.lock(read(config_file), login), f"locked {login}")


@user.command()
def unlock(login: Login, config_file: ConfigOption = DEFAULT) -> None:
    """The way in is open again, also after too many wrong passwords."""
    _one(accounts.unlock(read(config_file), login), f"unlocked {login}")


@user.command()
def remove(login: Login, config_file: ConfigOption = DEFAULT) -> None:
    """Out for good; history keeps the name."""
    _one(accounts.remove(read(config_file), login), f"removed {login}")


@user.command()
def restore(login: Login, config_file: ConfigOption = DEFAULT) -> None:
    """Removed by mistake: back, locked and without a password."""
    _one(accounts.restore(read(config_file), login), f"restored {login}, who is locked and has no password")


@user.command()
def password(login: Login, config_file: ConfigOption = DEFAULT) -> None:
    """Set a password, which they must change; asked for, or made up and printed when there is no terminal."""
    settings = read(config_file)
    text, shown = _password()
    _one(accounts.set_password(settings, login, text), f"set the password of {login}{shown}")


@user.command("reset-totp")
def reset_totp(login: Login, config_file: ConfigOption = DEFAULT) -> None:
    """Forget their second factor: their phone is lost."""
    _one(accounts.reset_totp(read(config_file), login), f"{login} has no second factor any more")


@user.command("sign-out")
def sign_out(login: Login, config_file: ConfigOption = DEFAULT) -> None:
    """End every session of theirs."""
    _one(accounts.sign_out(read(config_file), login), f"signed {login} out everywhere")


@user.command("require-totp")
def require_totp(
    roles: Annotated[
        list[str] | None, typer.Argument(help="agent, supervisor, admin; none: nobody must.")
    ] = None,
    config_file: ConfigOption = DEFAULT,
) -> None:
    """The roles whose users must have a second factor, and no others."""
    settings = read(config_file)
    _run(accounts.require_totp(settings, list(roles or ())))
    say(f"a second factor is required of: {', '.join(roles or ()) or 'nobody'}")


@user.command()
def token(
    login: Annotated[str, typer.Argument(help="A service account.")],
    name: Annotated[str, typer.Option(help="What the token is for.")],
    scope: Annotated[Literal["read", "write", "forms"], typer.Option(help="What it may do.")] = "read",
    days: Annotated[int | None, typer.Option(min=1, help="When it ends; left out: never.")] = None,
    config_file: ConfigOption = DEFAULT,
) -> None:
    """Make a token for a service account and print it, once."""
    say(str(_run(accounts.make_token(read(config_file), login, name, scope, days))))


def _one(work: Coroutine[Any, Any, User], words: str) -> None:
    _run(work)
    say(words)


def _run(work: Coroutine[Any, Any, Any]) -> Any:
    results: list[Any] = []
    report(lambda: results.append(loop(work)))
    return results[0]


def _password() -> tuple[str, str]:
    """The password, and how to tell of it when nobody typed it."""
    if sys.stdin.isatty():
        return typer.prompt("Password (12 characters or more)", hide_input=True, confirmation_prompt=True), ""
    made = secrets.token_urlsafe(12)
    return made, f" with the password {made}"


def _skill(text: str) -> tuple[str, int, date | None]:
    name, _, rest = text.partition("=")
    level, at, day = rest.partition("@")
    try:
        last_day = date.fromisoformat(day) if at else None
    except ValueError as error:
        raise fail(WRONG, f"{day!r} is no day; write it as 2027-03-31") from error
    if not name or not level.isdecimal():
        raise fail(WRONG, f"{text!r} is no skill; write NAME=LEVEL, such as zh=9")
    return name, int(level), last_day


def _line(person: Person) -> str:
    who = person.user
    role = f"{who.role}{' (service)' if who.service else ''}"
    factor = "totp" if person.has_totp else "-"
    return f"{who.login:<20} {role:<18} {person.state:<8} {factor:<5} {who.extension or '-':<6} {person.sessions:>2}  {who.name}"
