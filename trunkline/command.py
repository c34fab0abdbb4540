"""The installed command: `trunkline run | demo | init | check-config | doctor | asterisk-config | db upgrade | reindex | user`;
`backup` and `restore` are in `trunkline.backup_commands`, `import` and `seed` in `trunkline.transfer_commands`, `simulate` and
`staffing` in `trunkline.simulate_commands`, `replay` in `trunkline.replay_commands`, `mail` in `trunkline.mail_commands`.

Exit codes: 0 done, 1 a bug, 2 the settings or the arguments are wrong, 3 something outside is missing or refuses
(a port, the database's schema, Asterisk). Every failure is one sentence a line on standard error.
"""

import config.loop  # isort: skip - installs the reactor before anything of Twisted
import routing.compiled  # noqa: F401 # isort: skip - finds the compiled one before anything of the router

import gc
import secrets
from pathlib import Path
from typing import Annotated, Literal

import typer

import config.logs
from config import memory
from trunkline import (
    __version__,
    backup_commands,
    checks,
    mail_commands,
    replay_commands,
    simulate_commands,
    transfer_commands,
    user_commands,
)
from trunkline.terminal import DEFAULT, MISSING, WRONG, ConfigOption, fail, loop, read, report, say

main = typer.Typer(
    add_completion=False,
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    help="Trunkline: every line into one queue.",
)
db = typer.Typer(no_args_is_help=True, help="The database's schema.")
main.add_typer(db, name="db")
main.add_typer(user_commands.user, name="user")
backup_commands.register(main)
transfer_commands.register(main)
simulate_commands.register(main)
replay_commands.register(main)
mail_commands.register(main)

DEMO = Path(".trunkline/demo")
LAUNCH = Path(".trunkline/asterisk/launch.json")


def version(wanted: bool) -> None:
    if wanted:
        say(f"trunkline {__version__}")
        raise typer.Exit


@main.callback()
def options(
    version: Annotated[
        bool, typer.Option("--version", callback=version, is_eager=True, help="Print the version.")
    ] = False,
) -> None:
    """Trunkline: a contact-centre server for Asterisk."""


@main.command()
def run(config_file: ConfigOption = DEFAULT) -> None:
    """Run the centre in the foreground until SIGINT or SIGTERM."""
    memory.be_steady()
    gc.disable()  # what is loaded stays: looking through it for garbage is a sixth of a start (`app` begins again)
    from trunkline import app  # noqa: PLC0415 - loading the whole server takes half a second the other commands spare

    settings = read(config_file)
    report(lambda: loop(app.serve(settings)))


@main.command("check-config")
def check_config(config_file: ConfigOption = DEFAULT) -> None:
    """Read the settings and say what is wrong with them, all at once."""
    settings = read(config_file)
    say(
        f"{config_file}: all settings are valid; data in {settings.centre.data_dir}, console on {checks.origin(settings)}"
    )


@main.command()
def doctor(config_file: ConfigOption = DEFAULT) -> None:
    """Try everything the centre needs and say what lacks and what to do."""
    settings = read(config_file)

    def work() -> None:
        findings = loop(checks.examine(settings))
        for finding in findings:
            say(f"{'ok   ' if finding.good else 'LACKS'} {finding.subject}: {finding.words}")
        if not all(finding.good for finding in findings):
            raise typer.Exit(MISSING)

    report(work)


@main.command("asterisk-config")
def asterisk_config(
    out: Annotated[Path, typer.Option("--out", help="The folder to write the configuration into.")],
    asterisk: Annotated[Path, typer.Option(help="launch.json, as deploy/asterisk.py writes it.")] = LAUNCH,
    sip_host: Annotated[str, typer.Option(help="The address on which Asterisk speaks SIP.")] = "127.0.0.1",
    sip_port: Annotated[int, typer.Option(help="The port of that.")] = 5060,
    trunk: Annotated[
        list[str] | None, typer.Option(help="Address or network (CIDR) of a SIP trunk; may be repeated.")
    ] = None,
    trunk_out: Annotated[
        str, typer.Option(help="HOST or HOST:PORT of the SIP trunk by which customers are called back.")
    ] = "",
    trunk_out_user: Annotated[
        str, typer.Option(help="The name with which that trunk asks to sign in, if it does.")
    ] = "",
    trunk_out_secret: Annotated[
        str, typer.Option(envvar="TRUNKLINE_TRUNK_OUT_SECRET", help="And the secret.", show_default=False)
    ] = "",
    server: Annotated[str, typer.Option(help="Which of several servers; without it the first.")] = "",
    config_file: ConfigOption = DEFAULT,
) -> None:
    """Write a whole Asterisk configuration that fits the settings, and say how to start Asterisk with it."""
    from trunkline.asterisk_config import TrunkOut, write  # noqa: PLC0415 - only here

    settings = read(config_file)

    def work() -> None:
        trunks = tuple(trunk or ())
        say(
            write(
                settings,
                out=out.resolve(),
                launch_file=asterisk,
                sip_host=sip_host,
                sip_port=sip_port,
                trunks=trunks,
                trunk_out=TrunkOut(host=trunk_out, user=trunk_out_user, secret=trunk_out_secret),
                server=server,
            )
        )

    report(work)


@main.command()
def init(path: Annotated[Path, typer.Argument(help="The file to write.")] = DEFAULT) -> None:
    """Write a commented settings file with fresh secrets."""
    from trunkline.configuration_doc import sample  # noqa: PLC0415 - only here

    if path.exists():
        raise fail(WRONG, f"{path} exists already; remove it or name another file")
    fresh = {
        name: secrets.token_urlsafe(24)
        for name in ("ami_secret", "ari_secret", "reply_secret", "secrets_key", "recordings_key")
    }
    try:
        path.touch(mode=0o600)
        path.write_text(sample(**fresh), encoding="utf-8")
    except OSError as problem:
        raise fail(
            WRONG, f"{path} cannot be written ({problem.strerror}); name a file in a folder of yours"
        ) from problem
    say(f"wrote {path}; next: trunkline db upgrade --config {path}")


@main.command()
def demo(
    folder: Annotated[Path, typer.Option("--dir", help="Where the demo keeps its files.")] = DEMO,
    http_port: Annotated[int, typer.Option(help="The console's port.")] = 8080,
    smtp_port: Annotated[int, typer.Option(help="The port that takes mail.")] = 2525,
    port_base: Annotated[
        int,
        typer.Option(
            help="First of 210 consecutive ports for Asterisk, AGI and the relay; 0: the usual ones."
        ),
    ] = 0,
    asterisk: Annotated[Path, typer.Option(help="launch.json, as deploy/asterisk.py writes it.")] = LAUNCH,
    restart: Annotated[bool, typer.Option(help="Start the server again when it ends.")] = True,
) -> None:
    """Run the demo centre: a real Asterisk, a relay, a seeded database and the server, until Ctrl-C."""
    from trunkline.demo import centre  # noqa: PLC0415 - only here
    from trunkline.demo.layout import DemoFolder, DemoPorts  # noqa: PLC0415

    config.logs.configure("WARNING")
    ports = (
        DemoPorts.based_on(port_base, http_port, smtp_port)
        if port_base
        else DemoPorts(http=http_port, smtp=smtp_port)
    )
    home = DemoFolder(root=folder.resolve())
    report(lambda: loop(centre.serve(home, ports, asterisk.resolve(), say, restart=restart)))


@main.command("demo-call")
def demo_call(
    caller: Annotated[
        str, typer.Option("--from", help="The number that calls, e.g. +886912345678.")
    ] = "+886912345678",
    name: Annotated[str, typer.Option(help="The caller's name, as their network sends it.")] = "",
    to: Annotated[str, typer.Option(help="The number they dial: 100 (Chinese) or 200 (English).")] = "100",
    folder: Annotated[Path, typer.Option("--dir", help="The demo's files.")] = DEMO,
) -> None:
    """Have a customer call the running demo: a real SIP call with sound."""
    from trunkline.demo import customers  # noqa: PLC0415 - only here

    settings = read(folder / "trunkline.toml")
    report(lambda: loop(customers.call(settings, caller=caller, name=name, to=to)))
    say(f"{caller} is calling {to}; it rings at a ready agent's desk, or waits with music until one is ready")


@main.command("demo-mail")
def demo_mail(
    language: Annotated[
        Literal["zh-TW", "zh-CN", "en"], typer.Option(help="The customer's language.")
    ] = "zh-TW",
    folder: Annotated[Path, typer.Option("--dir", help="The demo's files.")] = DEMO,
) -> None:
    """Have a customer write to the running demo: a real mail over SMTP."""
    from trunkline.demo import customers  # noqa: PLC0415 - only here

    settings = read(folder / "trunkline.toml")
    report(lambda: loop(customers.write(settings, language=language)))
    say("A letter was accepted; it is offered to a ready agent")


@db.command()
def upgrade(config_file: ConfigOption = DEFAULT) -> None:
    """Create the database or bring its schema to this version's."""
    from crm_core import schema  # noqa: PLC0415 - Alembic is slow to load

    settings = read(config_file)

    def work() -> None:
        settings.centre.data_dir.mkdir(parents=True, exist_ok=True, mode=0o700)
        schema.upgrade(settings.database_url())
        say(f"the database is at schema {schema.head()}")

    report(work)


@main.command()
def reindex(config_file: ConfigOption = DEFAULT) -> None:
    """Build the index of search anew; the server may run meanwhile."""
    from crm_core import schema  # noqa: PLC0415 - Alembic is slow to load

    settings = read(config_file)

    def told(kind: str, done: int, total: int) -> None:
        if done == total or done % 10_000 == 0:
            say(f"{kind}: {done:,} of {total:,}")

    def work() -> None:
        url = settings.database_url()
        checks.refuse_old_schema(url)
        say(f"{schema.reindex(url, told):,} documents are indexed")

    report(work)


def entry() -> None:
    """The console script."""
    main()


if __name__ == "__main__":
    entry()
