"""Which files a form takes (pure): by the ending of the name, and by how the bytes begin, never by what the sender says they are."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from crm_core.records.values import Wrong

_OFFICE = "application/vnd.openxmlformats-officedocument"


@dataclass(frozen=True, slots=True, kw_only=True)
class Upload:
    """A file as it was sent."""

    name: str
    content: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Type:
    group: str
    content_type: str
    fits: Callable[[bytes], bool]


def _begins(*signs: bytes) -> Callable[[bytes], bool]:
    return lambda content: content.startswith(signs)


def _is_text(content: bytes) -> bool:
    return b"\0" not in content[:65_536]


def _is_webp(content: bytes) -> bool:
    return content[:4] == b"RIFF" and content[8:12] == b"WEBP"


def _is_heic(content: bytes) -> bool:
    return content[4:8] == b"ftyp" and content[8:12] in (b"heic", b"heix", b"mif1", b"hevc")


_ZIP, _OLE = _begins(b"PK\x03\x04", b"PK\x05\x06"), _begins(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1")


def _type(group: str, content_type: str, fits: Callable[[bytes], bool]) -> Type:
    return Type(group=group, content_type=content_type, fits=fits)


_JPEG = _type("image", "image/jpeg", _begins(b"\xff\xd8\xff"))
TYPES: Mapping[str, Type] = {
    "jpg": _JPEG,
    "jpeg": _JPEG,
    "png": _type("image", "image/png", _begins(b"\x89PNG\r\n\x1a\n")),
    "gif": _type("image", "image/gif", _begins(b"GIF87a", b"GIF89a")),
    "webp": _type("image", "image/webp", _is_webp),
    "heic": _type("image", "image/heic", _is_heic),
    "pdf": _type("document", "application/pdf", lambda content: b"%PDF-" in content[:1024]),
    "txt": _type("document", "text/plain", _is_text),
    "csv": _type("document", "text/csv", _is_text),
    "docx": _type("document", f"{_OFFICE}.wordprocessingml.document", _ZIP),
    "xlsx": _type("document", f"{_OFFICE}.spreadsheetml.sheet", _ZIP),
    "pptx": _type("document", f"{_OFFICE}.presentationml.presentation", _ZIP),
    "odt": _type("document", "application/vnd.oasis.opendocument.text", _ZIP),
    "ods": _type("document", "application/vnd.oasis.opendocument.spreadsheet", _ZIP),
    "doc": _type("document", "application/msword", _OLE),
    "xls": _type("document", "application/vnd.ms-excel", _OLE),
    "zip": _type("archive", "application/zip", _ZIP),
}


def endings(groups: tuple[str, ...]) -> list[str]:
    """Of the names that are taken, for a browser's own choice of files."""
    return [ending for ending, each in TYPES.items() if each.group in groups]


def checked(upload: Upload, groups: tuple[str, ...], most_mb: int) -> Type:
    """What it is; `Wrong` (field.file_large, field.file_empty, field.file_type)."""
    name = shown_name(upload.name)
    if not upload.content:
        raise Wrong("field.file_empty", name=name)
    if len(upload.content) > most_mb * 1_000_000:
        raise Wrong("field.file_large", name=name, most=most_mb)
    known = TYPES.get(name.rpartition(".")[2].lower())
    if known is None or known.group not in groups or not known.fits(upload.content):
        raise Wrong("field.file_type", name=name)
    return known


def shown_name(name: str) -> str:
    """Without folders and without signs that are not printed."""
    last = name.replace("\\", "/").rpartition("/")[2]
    return (
        "".join(sign for sign in last if sign.isprintable() and sign not in '<>:"|?*').strip(" .")[-120:]
        or "file"
    )
