"""What is asked for a new token."""

from typing import Annotated, Literal

from pydantic import Field, StringConstraints

from agent_console.api.bodies import Body


class NewToken(Body):
    """`read` sees what its user sees, `write` may do what its user may, `forms` sends what was filled in by forms and nothing else; `expires_at` null: it does not end by itself."""

    name: Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=100)]
    scope: Literal["read", "write", "forms"]
    expires_at: Annotated[float, Field(allow_inf_nan=False, lt=1e11)] | None = None
