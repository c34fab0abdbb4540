"""`trunkline import` and `trunkline seed`."""

import tempfile
from pathlib import Path
from typing import Annotated, Literal

import typer

from trunkline.terminal import DEFAULT, MISSING, ConfigOption, Progress, fail, loop, read, report, say


def register(main: typer.Typer) -> None:
    """Add the commands."""
    main.command("import")(import_file)
    main.command()(seed)


def import_file(
    file: Annotated[Path, typer.Argument(help="CSV or XLSX.", exists=True, dir_okay=False)],
    entity: Annotated[str, typer.Option(help="What is in it: parties, products, cases, ...")],
    mapping: Annotated[
        str,
        typer.Option(
            help="Heading=field,... where the guess by the headings is not meant; `Heading=` leaves out."
        ),
    ] = "",
    mode: Annotated[Literal["both", "create", "update"], typer.Option(help="What may happen.")] = "both",
    match: Annotated[
        str, typer.Option(help="The field by which records are found again; without it each row is new.")
    ] = "",
    clear: Annotated[bool, typer.Option("--clear", help="Empty cells empty the field.")] = False,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Change nothing, only say what would happen.")
    ] = False,
    report_file: Annotated[
        Path | None, typer.Option("--report", help="Write what became of each row into this CSV.")
    ] = None,
    config_file: ConfigOption = DEFAULT,
) -> None:
    """Make records of a file's rows, with a report per row; the console can take it back."""
    from trunkline import importing  # noqa: PLC0415 - what it needs is slow to load

    settings = read(config_file)

    def work() -> None:
        wish = importing.Wish(
            file=file,
            entity=entity,
            mapping=importing.mapping_of(mapping),
            mode=mode,
            match=match,
            clear=clear,
            dry_run=dry_run,
            report=report_file,
        )
        batch = loop(importing.run(settings, wish, Progress()))
        say(
            f"{'would be ' if dry_run else ''}created {batch.created:,}, updated {batch.updated:,}, unchanged {batch.unchanged:,},"
            f" skipped {batch.skipped:,}, failed {batch.failed:,} of {batch.rows:,} rows"
        )
        if batch.failed:
            raise fail(MISSING, f"{batch.failed:,} rows were not taken; --report FILE says which and why")

    report(work)


def seed(
    parties: Annotated[int, typer.Option(help="How many made-up customers.", min=1, max=10_000_000)],
    config_file: ConfigOption = DEFAULT,
) -> None:
    """Fill a trial centre with made-up customers, by way of an import that the console can take back."""
    from trunkline import importing  # noqa: PLC0415 - what it needs is slow to load
    from trunkline.generated import write_customers  # noqa: PLC0415 - only here

    settings = read(config_file)

    def work() -> None:
        with tempfile.TemporaryDirectory(prefix="trunkline-") as folder:
            path = Path(folder) / f"{parties} made-up customers.csv"
            write_customers(path, parties)
            wish = importing.Wish(file=path, entity="party", mapping={}, mode="create")
            batch = loop(importing.run(settings, wish, Progress()))
        say(f"made {batch.created:,} customers; Import in the console can take them back")

    report(work)
