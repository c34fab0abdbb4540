"""The two scripts: our page's own, and the one that other sites take to show a form within a page of theirs."""

from importlib.resources import files

from fastapi import APIRouter
from fastapi.responses import Response

router = APIRouter(include_in_schema=False)
_FOLDER = files("agent_console.public.inquiry") / "scripts"
PAGE = (_FOLDER / "page.js").read_text(encoding="utf-8")
LOADER = (_FOLDER / "loader.js").read_text(encoding="utf-8")
_KEPT = {"Cache-Control": "public, max-age=3600"}


@router.get("/forms/script")
def page_script() -> Response:
    """For our pages: conditions, the guard's work, the height for whoever frames us."""
    return Response(PAGE, media_type="text/javascript", headers=_KEPT)


@router.get("/forms.js")
def loader() -> Response:
    """For every site: which may show a form is the form's own word, told to browsers by its policy."""
    return Response(
        LOADER, media_type="text/javascript", headers=_KEPT | {"Cross-Origin-Resource-Policy": "cross-origin"}
    )
