"""The small grammars of reports: their blocks of fields, addresses, status and reply codes."""

import re

_ADDRESS = re.compile(
    r"[^\s<>\"',;:()\[\]|：（），。；、]{1,128}@(?:[A-Za-z0-9_\u0080-\uffff-]{1,63}\.){0,10}[A-Za-z0-9_\u0080-\uffff-]{1,63}"
)
_STATUS = re.compile(r"(?<![\d.])([245])\.(\d{1,3})\.(\d{1,3})(?![\d.]*\d)")
_REPLY = re.compile(
    r"(?<![\d.:/@\w+-])([45][0-5]\d)(?=[\s-])(?!\s+(?:seconds|messages|days|hours|bytes|kb|mb)\b)",
    re.IGNORECASE,
)
_TYPE = re.compile(r"^\s*(?:rfc822|utf-8|x-?\w*|smtp|dns|unknown)\s*;\s*", re.IGNORECASE)
_MOST_BLOCKS = 500


def blocks(text: str) -> list[dict[str, str]]:
    """The groups of fields of a delivery-status part (RFC 3464, 2.1), names in lower case, folded lines joined."""
    found: list[dict[str, str]] = [{}]
    last = ""
    for line in text.replace("\r\n", "\n").split("\n")[:20_000]:
        name, colon, value = line.partition(":")
        if not line.strip():
            last = ""
            if found[-1] and len(found) < _MOST_BLOCKS:
                found.append({})
        elif line[0] in " \t" and last:
            found[-1][last] = f"{found[-1][last]} {line.strip()}"[:8000]
        elif colon and name.strip() and " " not in name.strip():
            last = name.strip().lower()
            if (
                last in {"final-recipient", "action"} and last in found[-1]
            ):  # systems that leave out the empty line
                found.append({})
            found[-1].setdefault(last, value.strip())
        elif last:  # a continuation that lost its indent
            found[-1][last] = f"{found[-1][last]} {line.strip()}"[:8000]
    return [block for block in found if block]


def address_in(value: str) -> str:
    """The address of a field such as `rfc822; <ann@example.com>`."""
    bare = _TYPE.sub("", value).replace("&lt;", "<").replace("&gt;", ">")
    match = _ADDRESS.search(bare)
    return trimmed(match[0]) if match else ""


def addresses_in(text: str) -> list[str]:
    """All addresses, in order, each once."""
    return list(dict.fromkeys(trimmed(match[0]) for match in _ADDRESS.finditer(text)))


def trimmed(address: str) -> str:
    """Without what stands round an address in a sentence."""
    return address.strip(".<>`*=").removeprefix("mailto:")


def status_in(text: str) -> str:
    """The most telling of RFC 3463's codes in a text: x.0.0 says nothing."""
    found = [match[0] for match in _STATUS.finditer(text)]
    failed = [code for code in found if code[0] in "45"]
    return next((code for code in failed if not code.endswith(".0.0")), next(iter(failed), ""))


def reply_code_in(text: str) -> str:
    """SMTP's code of a refusal."""
    match = _REPLY.search(text)
    return match[1] if match else ""
