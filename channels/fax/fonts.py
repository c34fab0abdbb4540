"""With what letters a cover page is written: a font that has Chinese, where the machine has one."""

from collections.abc import Iterable
from functools import cache
from pathlib import Path

from PIL import ImageFont

FOLDERS = (
    Path("/usr/share/fonts"),
    Path("/usr/local/share/fonts"),
    Path("/Library/Fonts"),
    Path("/System/Library/Fonts"),
)
_KNOWN = (
    "NotoSansCJK-Regular.ttc",
    "NotoSansTC-Regular.otf",
    "NotoSansSC-Regular.otf",
    "wqy-zenhei.ttc",
    "PingFang.ttc",
)
"""The first that is there. Debian has it in the package fonts-noto-cjk."""
_FACES = {"zh-TW": "TC", "zh-CN": "SC", "en": "SC"}
_MOST_FACES = 10
Font = ImageFont.FreeTypeFont


def found(given: str = "", folders: Iterable[Path] = FOLDERS) -> Path | None:
    """The font that the settings name, else one that the machine has; None: Latin letters alone can be written."""
    if given:
        path = Path(given).expanduser()
        return path if path.is_file() else None
    return _look(tuple(folders))


@cache
def _look(folders: tuple[Path, ...]) -> Path | None:
    there = [folder for folder in folders if folder.is_dir()]
    for name in _KNOWN:
        for folder in there:
            for path in folder.rglob(name):
                return path
    return None


def load(path: Path | None, language: str, size: int) -> Font:
    """In this many dots; of a collection the face of the language. Without a path Pillow's own, which has Latin letters."""
    if path is None:
        usual = ImageFont.load_default(size)
        assert isinstance(usual, ImageFont.FreeTypeFont)  # noqa: S101 - with a size it is
        return usual
    wanted = _FACES.get(language, "SC")
    for face in range(_MOST_FACES if path.suffix == ".ttc" else 0):
        try:
            font = ImageFont.truetype(path, size, index=face)
        except OSError:
            break
        if (font.getname()[0] or "").endswith(f" {wanted}"):
            return font
    return ImageFont.truetype(path, size)


def can_write(path: Path | None, text: str) -> bool:
    """Whether these letters can be written at all: what Pillow brings has no Chinese."""
    return path is not None or all(ord(mark) < 0x250 for mark in text)
