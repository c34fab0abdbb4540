"""An invitation to a meeting (RFC 5545): what, when, where, by whom."""

import re
from datetime import UTC, datetime, timedelta, tzinfo
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from channels.email.reading.parsed import Invite

_LONGEST = 200_000
_MOST_LINES = 3_000
_ESCAPED = re.compile(r"\\([\\;,nN])")
_DURATION = re.compile(r"P(?:(\d{1,3})W)?(?:(\d{1,4})D)?(?:T(?:(\d{1,4})H)?(?:(\d{1,5})M)?(?:(\d{1,6})S)?)?$")
# What Outlook calls zones; only where many customers write from.
_WINDOWS = {
    "taipei standard time": "Asia/Taipei", "china standard time": "Asia/Shanghai", "tokyo standard time": "Asia/Tokyo", "korea standard time": "Asia/Seoul",
    "singapore standard time": "Asia/Singapore", "w. europe standard time": "Europe/Berlin", "romance standard time": "Europe/Paris", "gmt standard time": "Europe/London",
    "central europe standard time": "Europe/Budapest", "eastern standard time": "America/New_York", "central standard time": "America/Chicago",
    "mountain standard time": "America/Denver", "pacific standard time": "America/Los_Angeles", "aus eastern standard time": "Australia/Sydney",
    "se asia standard time": "Asia/Bangkok", "india standard time": "Asia/Kolkata", "russian standard time": "Europe/Moscow", "utc": "UTC",
}  # fmt: skip


def invite_of(text: str) -> Invite | None:
    """The first event of a calendar; None if there is none."""
    lines = _unfolded(text[:_LONGEST])
    method = next((value for name, _, value in lines if name == "METHOD"), "")
    start = next(
        (number for number, line in enumerate(lines) if line[0] == "BEGIN" and line[2].upper() == "VEVENT"),
        None,
    )
    if start is None:
        return None
    event: dict[str, tuple[dict[str, str], str]] = {}
    depth = 0
    for name, parameters, value in lines[start + 1 :]:
        if name == "END" and depth == 0:
            break
        depth += {"BEGIN": 1, "END": -1}.get(name, 0)  # an alarm inside
        if depth == 0:
            event.setdefault(name, (parameters, value))
    begins, all_day = _moment(event.get("DTSTART"))
    ends, _ = _moment(event.get("DTEND"))
    return Invite(
        method=method.upper()[:20],
        summary=_words(event.get("SUMMARY")),
        place=_words(event.get("LOCATION")),
        organiser=_person(event.get("ORGANIZER")),
        starts_at=begins,
        ends_at=ends if ends is not None else _after(begins, event.get("DURATION")),
        all_day=all_day,
    )


def _unfolded(text: str) -> list[tuple[str, dict[str, str], str]]:
    joined = re.sub(r"\r?\n[ \t]", "", text.replace("\r\n", "\n"))
    found = []
    for line in joined.split("\n")[:_MOST_LINES]:
        match = re.match(
            r'([A-Za-z0-9-]{1,60})((?:;[^:;"=]{1,60}=(?:"[^"]{0,500}"|[^:;"]{0,500})){0,20}):(.{0,5000})',
            line,
        )
        if match:
            parameters = re.findall(r';([^=]+)=(?:"([^"]*)"|([^;]*))', match[2])
            found.append(
                (
                    match[1].upper(),
                    {name.upper(): quoted or plain for name, quoted, plain in parameters},
                    match[3].strip(),
                )
            )
    return found


def _words(field: tuple[dict[str, str], str] | None) -> str:
    if field is None:
        return ""
    return _ESCAPED.sub(lambda match: {"n": " ", "N": " "}.get(match[1], match[1]), field[1]).strip()[:500]


def _person(field: tuple[dict[str, str], str] | None) -> str:
    """ "Ann Chen <ann@shop.example>"."""
    if field is None:
        return ""
    address = re.sub(r"(?i)^mailto:", "", field[1]).strip()[:320]
    name = field[0].get("CN", "").strip()[:200]
    return f"{name} <{address}>" if name and name.lower() != address.lower() else address


def _moment(field: tuple[dict[str, str], str] | None) -> tuple[float | None, bool]:
    """Seconds since 1970, and whether only a day is named. A time without a known zone is taken as UTC."""
    match = re.match(r"(\d{8})(?:T(\d{6})(Z?))?$", field[1]) if field else None
    if field is None or not match:
        return None, False
    try:
        moment = datetime.strptime(match[1] + (match[2] or "000000"), "%Y%m%d%H%M%S").replace(
            tzinfo=_zone(field[0].get("TZID", ""))
        )
        return (moment.replace(tzinfo=UTC) if match[3] else moment).timestamp(), match[2] is None
    except (ValueError, OverflowError):
        return None, False


def _zone(name: str) -> tzinfo:
    known = _WINDOWS.get(
        name.strip().lower(), name.strip().rpartition("/freeassociation.sourceforge.net/")[2]
    )
    try:
        return ZoneInfo(known) if known and re.fullmatch(r"[A-Za-z0-9_+/-]{1,60}", known) else UTC
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return UTC


def _after(begins: float | None, field: tuple[dict[str, str], str] | None) -> float | None:
    match = _DURATION.match(field[1]) if field else None
    if begins is None or not match:
        return None
    weeks, days, hours, minutes, seconds = (int(part or 0) for part in match.groups())
    return (
        begins
        + timedelta(weeks=weeks, days=days, hours=hours, minutes=minutes, seconds=seconds).total_seconds()
    )
