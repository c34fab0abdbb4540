"""Two sheets of paper of the demo's past: an order that came by fax, and a letter that was scanned. Drawn, so that nothing has to be shipped."""

import io
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from channels.fax.files import Place
from crm_core.faxes.filing import Pages
from crm_core.faxes.kept import PDF, PICTURES, TIFF
from trunkline.demo.words import FAXED, PAPER, Sheet

if TYPE_CHECKING:
    from PIL import Image

FAX = "tl-fax-demo.{ms}"
"""As Asterisk calls one: by its call and when it began, in milliseconds."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sheets:
    """`fax_at`: when it came, which its name and its place tell."""

    fax: Pages
    fax_name: str
    fax_at: float
    scan: bytes


def draw(place: Place, fax_at: float) -> Sheets:
    """In a thread: both, those of the fax in their place."""
    from channels.fax import pages  # noqa: PLC0415 - imaging is loaded where it is needed

    name = FAX.format(ms=int(fax_at * 1000))
    with tempfile.TemporaryDirectory(prefix="trunkline-demo-") as beside:
        made = {kind: Path(beside) / kind for kind in (TIFF, PDF, PICTURES)}
        pages.as_tiff(_drawn(FAXED), made[TIFF])
        seen = pages.convert(made[TIFF], made[PDF], made[PICTURES])
        files = place.lay_down(name, fax_at, made)
    files[PICTURES]["pages"] = [list(each) for each in seen.pictures]
    fax = Pages(count=seen.pages, mark=seen.mark, files=files, sealed=place.chest.seals)
    scan = io.BytesIO()
    _drawn(PAPER)[0].save(scan, "PDF", resolution=204)
    return Sheets(fax=fax, fax_name=name, fax_at=fax_at, scan=scan.getvalue())


def _drawn(sheet: Sheet) -> "list[Image.Image]":
    from channels.fax import cover, fonts  # noqa: PLC0415

    drawn = cover.Cover(language="zh-TW", title=sheet.title, rows=sheet.rows, words=sheet.words, foot="")
    return [page.point([0] * 150 + [255] * 106).convert("1") for page in cover.draw(drawn, fonts.found(), 0)]
