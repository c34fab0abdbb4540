"""An organisation's looks at the door: who keeps them, and which pages wear them."""

import httpx

from tests.agent_console.house import House
from tests.crm_core.test_branding import png

ALL = {
    "name": "大安 <電子>",
    "address": "台北市\n1 號",
    "phone": "+886 2 1234-5678",
    "accent": "#7a1fa2",
    "accent_dark": None,
}


async def put_logo(client: httpx.AsyncClient, content: bytes) -> httpx.Response:
    return await client.put("/api/v1/branding/logo", content=content, headers={"Content-Type": "image/png"})


async def test_every_page_wears_what_an_administrator_has_set(house: House) -> None:
    """Name, address, telephone and colour are on the customers' pages, and name and logo in the console and before it is signed in,
    from the next request on."""
    async with house.browser("adm") as adm, house.browser() as anybody, house.browser("ann") as ann:
        before = (await anybody.get("/help")).text
        assert "/brand/" not in before
        assert (await anybody.get("/brand/style")).text == ""
        assert (await anybody.get("/brand/logo")).status_code == 404
        kept = await adm.put("/api/v1/branding", json=ALL)
        assert kept.status_code == 200, kept.text
        assert kept.json()["shades"]["light"]["accent"] == "#7a1fa2"
        assert kept.json()["settings_name"] == "Test centre"
        logo = (await put_logo(adm, png())).json()["logo"]
        page = (await anybody.get("/help")).text
        for shown in ("大安 &lt;電子&gt;", "台北市", "1 號", 'href="tel:+886212345678"', f'src="{logo}"'):
            assert shown in page
        style = page.split('href="/brand/style', 1)[1].split('"', 1)[0]
        css = await anybody.get(f"/brand/style{style}")
        assert css.headers["content-type"].startswith("text/css")
        assert "--accent: light-dark(#7a1fa2, " in css.text
        told = {"name": "大安 <電子>", "logo": logo}
        assert (await anybody.get("/api/v1/login/ways")).json()["centre"] == told
        assert (await ann.get("/api/v1/me")).json()["centre"] == told


async def test_a_logo_is_served_as_what_it_is(house: House) -> None:
    """With its own type, never guessed, under a policy that lets nothing run; the address changes with the picture."""
    async with house.browser("adm") as adm, house.browser() as anybody:
        first = (await put_logo(adm, png())).json()["logo"]
        served = await anybody.get(first)
        assert served.content == png()
        assert served.headers["content-type"] == "image/png"
        assert served.headers["x-content-type-options"] == "nosniff"
        assert served.headers["content-security-policy"].startswith("default-src 'none'")
        assert (await put_logo(adm, png(3, 3))).json()["logo"] != first
        for content, code in (
            (b"<svg xmlns='http://www.w3.org/2000/svg'><script/></svg>", "branding.logo_kind"),
            (b"\x89PNG" + b"\0" * 200_000, "branding.logo_size"),
        ):
            refused = await put_logo(adm, content)
            assert (refused.status_code, refused.json()["code"]) == (422, code)
        assert (await anybody.get(first)).content == png(3, 3)
        assert (await adm.delete("/api/v1/branding/logo")).json()["logo"] is None
        assert (await anybody.get(first)).status_code == 404


async def test_a_colour_that_cannot_be_read_is_refused(house: House) -> None:
    """With the contrast that it reaches and the nearest that can be read; what was kept before stays."""
    async with house.browser("adm") as adm:
        await adm.put("/api/v1/branding", json=ALL)
        refused = await adm.put("/api/v1/branding", json=ALL | {"accent": "#ffcc00"})
        assert (refused.status_code, refused.json()["code"]) == (422, "branding.contrast")
        params = refused.json()["params"]
        assert (params["theme"], params["least"]) == ("light", 4.5)
        tried = await adm.get("/api/v1/branding/shades", params={"accent": params["suggested"]})
        assert tried.json()["light"]["accent"] == params["suggested"]
        assert (await adm.get("/api/v1/branding/shades", params={"accent": "#ffcc00"})).status_code == 422
        assert (await adm.get("/api/v1/branding")).json()["accent"] == "#7a1fa2"
