"""A letter's text in three: what was written anew, the signature, and (left out) what was quoted."""

from dataclasses import dataclass

from channels.email.reading.replies import quotes, signature

_LONGEST = 200_000
_MOST_LINES = 5_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Cut:
    """`reply` and `signature` together are the letter without its quotations. `quoted`: there were some."""

    reply: str
    signature: str
    quoted: bool


def cut(text: str, *, name: str = "", address: str = "") -> Cut:
    """Cut a letter's plain text; its writer's name and address help to find the signature. Nothing is ever cut to nothing: a letter
    that only quotes (or forwards) is its own reply."""
    lines = text[:_LONGEST].replace("\r\n", "\n").split("\n")[:_MOST_LINES]
    own, quoted = quotes.unquoted(lines)
    if not any(line.strip() for line in own):
        return Cut(reply=_text(lines), signature="", quoted=False)
    end = signature.beginning(own, name, address)
    return Cut(reply=_text(own[:end]), signature=_text(own[end:]), quoted=quoted)


def _text(lines: list[str]) -> str:
    out: list[str] = []
    for line in lines:
        stripped = line.rstrip()
        if stripped or (out and out[-1]):
            out.append(stripped)
    return "\n".join(out).strip("\n")
