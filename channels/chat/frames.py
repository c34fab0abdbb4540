"""What a visitor's browser may say; anything else is refused whole."""

from typing import Annotated, Literal, TypeVar

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, ValidationError

from config.errors import Kind, Refused

T = TypeVar("T")
LONGEST_KEY = 64
Key = Annotated[str, Field(min_length=8, max_length=LONGEST_KEY, pattern=r"^[A-Za-z0-9_-]+$")]


class _Frame(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Hello(_Frame):
    """First of all: the visitor's key, and the last line that is on their screen."""

    type: Literal["hello"]
    token: Annotated[str, Field(min_length=32, max_length=128)]
    seen: Annotated[int, Field(ge=0, le=1_000_000)] = 0


class Send(_Frame):
    """`id` names this message: the same again is the same one, and it comes back with its line."""

    type: Literal["send"]
    id: Key
    text: Annotated[str, Field(max_length=20_000)]


class Typing(_Frame):
    type: Literal["typing"]
    on: bool


class Read(_Frame):
    """All up to this line has been seen."""

    type: Literal["read"]
    seq: Annotated[int, Field(ge=0, le=1_000_000)]


class End(_Frame):
    """The visitor ends it."""

    type: Literal["end"]


Said = Send | Typing | Read | End
_HELLO: TypeAdapter[Hello] = TypeAdapter(Hello)
_SAID: TypeAdapter[Said] = TypeAdapter(Annotated[Said, Field(discriminator="type")])


def read_hello(text: str | bytes) -> Hello:
    return _read(_HELLO, text)


def read_said(text: str | bytes) -> Said:
    return _read(_SAID, text)


def _read(adapter: TypeAdapter[T], text: str | bytes) -> T:
    try:
        return adapter.validate_json(text)
    except ValidationError as error:
        raise Refused("chat.frame", Kind.INVALID) from error
