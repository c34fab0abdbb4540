"""`trunkline backup` and `trunkline restore`."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from trunkline.terminal import DEFAULT, WRONG, ConfigOption, Progress, fail, read, report, say


def register(main: typer.Typer) -> None:
    """Add the commands."""
    main.command()(backup)
    main.command()(restore)


def backup(
    file: Annotated[
        Path | None, typer.Argument(help="The archive; without it trunkline-DATE-TIME.backup in this folder.")
    ] = None,
    verify: Annotated[
        bool, typer.Option("--verify", help="Write nothing: check every byte of FILE.")
    ] = False,
    without_secrets: Annotated[
        bool, typer.Option("--without-secrets", help="Leave the settings file and its secrets out.")
    ] = False,
    config_file: ConfigOption = DEFAULT,
) -> None:
    """Write the whole centre into one archive, while the server runs; or check one."""
    if verify:
        _verify(file)
        return
    from trunkline.backup.making import make  # noqa: PLC0415 - Alembic is slow to load

    settings = read(config_file)
    target = file or Path(f"trunkline-{datetime.now(UTC):%Y%m%d-%H%M%S}.backup")

    def work() -> None:
        progress = Progress()
        manifest = make(settings, config_file, target, secrets=not without_secrets, told=progress)
        progress.close()
        rows = sum(manifest.rows.values())
        say(
            f"wrote {target}: {rows:,} rows, {len(manifest.files)} files, {target.stat().st_size:,} bytes"
            + ("" if without_secrets else "; it holds secrets: keep it as safe as the server")
        )

    report(work)


def restore(
    file: Annotated[Path, typer.Argument(help="The archive that `trunkline backup` wrote.")],
    replace: Annotated[
        bool, typer.Option("--replace", help="Write over a database and files that are there.")
    ] = False,
    config_file: ConfigOption = DEFAULT,
) -> None:
    """Put an archive's centre in the place of this one; the server must be stopped."""
    from trunkline.backup.restoring import restore as put_back  # noqa: PLC0415 - Alembic is slow to load
    from trunkline.backup.restoring import take_settings  # noqa: PLC0415

    progress = Progress()
    if not config_file.exists():
        report(lambda: _say_taken(config_file, taken=take_settings(file, config_file, progress)))
    settings = read(config_file)

    def work() -> None:
        manifest = put_back(file, settings, replace=replace, told=progress)
        progress.close()
        say(
            f"restored the centre of {manifest.made_at} (Trunkline {manifest.trunkline}, schema {manifest.schema}):"
            f" {sum(manifest.rows.values()):,} rows, {len(manifest.files)} files"
        )

    report(work)


def _say_taken(config_file: Path, *, taken: bool) -> None:
    if taken:
        say(f"wrote {config_file} from the backup; check its addresses and ports")


def _verify(file: Path | None) -> None:
    from trunkline.backup import archive  # noqa: PLC0415 - only here

    if file is None:
        raise fail(WRONG, "name the archive: trunkline backup --verify FILE")

    def work() -> None:
        progress = Progress()
        manifest = archive.read(file, progress)
        progress.close()
        say(
            f"{file} is whole: made {manifest.made_at} by Trunkline {manifest.trunkline}, {manifest.database} with schema"
            f" {manifest.schema}, {sum(manifest.rows.values()):,} rows, {len(manifest.files)} files, {manifest.bytes:,} bytes,"
            f" {'with' if manifest.secrets else 'without'} secrets"
        )

    report(work)
