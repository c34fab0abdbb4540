"""Secrets at rest."""

import pytest

from config.errors import Unavailable
from crm_core.sealing import Seal

KEY = "a key of sixteen and more"


def test_what_is_sealed_opens_for_its_purpose_alone() -> None:
    """The text is not in what is kept; another key, purpose or a changed letter does not open it."""
    sealed = Seal(KEY).close("JBSWY3DP 祕密", purpose="totp u1")
    assert "JBSWY3DP" not in sealed
    assert Seal(KEY).close("JBSWY3DP 祕密", purpose="totp u1") != sealed
    assert Seal(KEY).open(sealed, purpose="totp u1") == "JBSWY3DP 祕密"
    touched = sealed[:-6] + ("A" if sealed[-6] != "A" else "B") + sealed[-5:]
    for seal, text, purpose in (
        (Seal(KEY), sealed, "totp u2"),
        (Seal(KEY + "x"), sealed, "totp u1"),
        (Seal(KEY), touched, "totp u1"),
        (Seal(KEY), "", "totp u1"),
        (Seal(KEY), "nonsense!", "totp u1"),
    ):
        with pytest.raises(ValueError, match="not sealed"):
            seal.open(text, purpose=purpose)


def test_another_key_in_the_settings_is_told_as_such() -> None:
    """Our own secrets not opening is the operator's to mend, not the user's fault."""
    sealed = Seal(KEY).close("x", purpose="p")
    with pytest.raises(Unavailable, match="secrets_key"):
        Seal("another key altogether").open_own(sealed, purpose="p")
