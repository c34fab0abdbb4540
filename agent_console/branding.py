"""What pages need of the organisation's looks: its shades as a style sheet that comes after ours, and where its logo is."""

import hashlib

from crm_core.branding.colour import Shades
from crm_core.branding.kept import Branding

_NAMES = (("accent", "accent"), ("accent-strong", "strong"), ("accent-soft", "soft"), ("on-accent", "on"))
LOGO, STYLE = "/brand/logo", "/brand/style"


def style(branding: Branding) -> str:
    """Every shade for light and for dark grounds. Named twice, the root outweighs the sheets that it changes, wherever it stands."""
    if branding.light is None or branding.dark is None:
        return ""
    return f":root:root {{ {_declared(branding.light, branding.dark)} }}\n"


def style_address(branding: Branding) -> str | None:
    """Another one for other colours, so that browsers may keep it. None: there are none."""
    text = style(branding)
    return f"{STYLE}?v={hashlib.sha256(text.encode()).hexdigest()[:12]}" if text else None


def logo_address(branding: Branding) -> str | None:
    """The same for the logo."""
    return f"{LOGO}?v={branding.logo[:12]}" if branding.logo else None


def _declared(light: Shades, dark: Shades) -> str:
    return " ".join(
        f"--{name}: light-dark({getattr(light, part)}, {getattr(dark, part)});" for name, part in _NAMES
    )
