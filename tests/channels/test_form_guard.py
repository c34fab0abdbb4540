"""What keeps programs out of forms: tokens, work, time; and links to the state of what was sent."""

import hashlib
from itertools import count

import pytest

from channels.web import guard, status_links
from channels.web.guard import Came, Verdict, came, judge
from config.ids import new_id

SECRET, FORM, NOW = "secret", new_id(), 1_790_000_000.0


def worked(token: str) -> str:
    """The number that the page's script would find."""
    for number in count():
        digest = hashlib.sha256(f"{token}:{number}".encode()).digest()
        if int.from_bytes(digest[:4], "big") >> (32 - guard.BITS) == 0:
            return str(number)
    raise AssertionError


def look(token: str, nonce: str = "", *, trap: str = "", after_s: float = 20.0, form: str = FORM) -> Came:
    return came(SECRET, form, token, nonce, trap=trap, now=NOW + after_s)


def test_who_did_the_work_is_let_in_sooner_than_who_has_no_script() -> None:
    """And nobody in no time at all."""
    token = guard.token(SECRET, FORM, NOW)
    nonce = worked(token)
    assert judge(look(token, nonce, after_s=4), 3) == Verdict()
    assert judge(look(token, nonce, after_s=1), 3) == Verdict(again="form.quick")
    assert judge(look(token, after_s=4), 3) == Verdict(again="form.quick")
    assert judge(look(token, after_s=9), 3) == Verdict()
    assert guard.most_hourly(look(token, nonce), 9) == 9
    assert guard.most_hourly(look(token), 9) == 3


def test_wrong_work_and_a_filled_trap_are_a_programs() -> None:
    """Whatever else it sends."""
    token = guard.token(SECRET, FORM, NOW)
    assert judge(look(token, "12x"), 3).caught == "proof"
    assert judge(look(token, worked(token), trap="http://spam"), 3).caught == "trap"


@pytest.mark.parametrize("spoilt", ["", "x", "{0}x", "1{0}"])
def test_only_our_own_token_of_this_very_form_counts(spoilt: str) -> None:
    """Not another form's, not one that was touched, not one of yesterday: a person presses the button once more."""
    token = guard.token(SECRET, FORM, NOW)
    assert judge(look(spoilt.format(token)), 3).again == "form.old"
    assert judge(look(token, form=new_id()), 3).again == "form.old"
    assert judge(look(token, after_s=guard.LONGEST_S + 1), 3).again == "form.old"
    assert judge(came("other", FORM, token, "", trap="", now=NOW + 20), 3).again == "form.old"


def test_a_link_to_the_state_is_good_until_its_end_and_for_nothing_else() -> None:
    """Whoever changes a sign of it, or its end, has no link."""
    mine, theirs = new_id(), new_id()
    link = status_links.made(SECRET, mine, NOW + 60)
    assert status_links.read(SECRET, link, NOW) == mine
    assert status_links.read(SECRET, link, NOW + 61) is None
    assert status_links.read(SECRET, link.replace(mine, theirs), NOW) is None
    assert status_links.read(SECRET, link.replace(str(int(NOW + 60)), str(int(NOW + 90))), NOW) is None
    assert status_links.read("other", link, NOW) is None
    assert status_links.read(SECRET, "x" * 100, NOW) is None
