"""What people call a type of file: by its name's ending, else by the type that was said. Names lie less often than types do."""

from collections.abc import Mapping

OTHER = "other"
_BY_ENDING: Mapping[str, tuple[str, ...]] = {
    "pdf": ("pdf",),
    "document": ("doc", "docx", "odt", "rtf", "pages", "wps"),
    "spreadsheet": ("xls", "xlsx", "xlsm", "ods", "csv", "tsv", "et"),
    "slides": ("ppt", "pptx", "odp", "dps"),
    "image": ("png", "jpg", "jpeg", "gif", "webp", "tif", "tiff", "bmp", "heic"),
    "text": ("txt", "log", "md", "json", "xml", "html", "htm"),
    "mail": ("eml", "msg"),
    "archive": ("zip", "rar", "7z", "gz", "tar"),
    "sound": ("wav", "mp3", "ogg", "m4a", "amr"),
    "video": ("mp4", "mov", "3gp", "webm", "avi"),
    "calendar": ("ics",),
}
KINDS = (*_BY_ENDING, OTHER)
_ENDINGS = {ending: kind for kind, endings in _BY_ENDING.items() for ending in endings}
_BY_TYPE = (
    ("application/pdf", "pdf"),
    ("image/", "image"),
    ("audio/", "sound"),
    ("video/", "video"),
    ("message/rfc822", "mail"),
    ("text/calendar", "calendar"),
    ("text/csv", "spreadsheet"),
    ("text/", "text"),
    ("application/vnd.openxmlformats-officedocument.wordprocessingml", "document"),
    ("application/vnd.openxmlformats-officedocument.spreadsheetml", "spreadsheet"),
    ("application/vnd.openxmlformats-officedocument.presentationml", "slides"),
    ("application/msword", "document"),
    ("application/vnd.ms-excel", "spreadsheet"),
    ("application/vnd.ms-powerpoint", "slides"),
    ("application/zip", "archive"),
)


def kind_of(name: str, content_type: str) -> str:
    """One of `KINDS`."""
    by_name = _ENDINGS.get(ending(name))
    if by_name is not None:
        return by_name
    said = content_type.partition(";")[0].strip().lower()
    return next((kind for start, kind in _BY_TYPE if said.startswith(start)), OTHER)


def ending(name: str) -> str:
    """What stands behind the last dot, in lower case."""
    return name.rpartition(".")[2].strip().lower() if "." in name else ""


def endings(kind: str) -> tuple[str, ...]:
    """Of the names of a kind."""
    return _BY_ENDING.get(kind, ())


def types(kind: str) -> tuple[str, ...]:
    """How the types of a kind begin."""
    return tuple(start for start, of in _BY_TYPE if of == kind)
