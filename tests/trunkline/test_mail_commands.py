"""`trunkline mail explain`."""

import json
import subprocess
import sys
from email.message import EmailMessage
from pathlib import Path

COMMAND = [sys.executable, "-c", "from trunkline.command import main; main()", "mail", "explain"]


def test_letters_are_explained_one_json_object_a_line(tmp_path: Path) -> None:
    """A file, one that is missing, standard input, a folder; without settings, the others still printed, and 1 at the end."""
    letter = EmailMessage()
    letter["From"] = "Ann Chen <ann@shop.example>"
    letter["To"] = "service@centre.example"
    letter["Subject"] = "訂單"
    letter["Date"] = "Mon, 05 Jan 2026 15:00:00 +0800"
    letter["Message-ID"] = "<1@shop.example>"
    letter.set_content(
        "包裹還沒有到。\n\n-- \nAnn\n\n於 2026年1月5日 週一 下午3:00，me <me@x.example> 寫道：\n> 您好\n"
    )
    letter.add_attachment(b"%PDF", maintype="application", subtype="pdf", filename="發票.pdf")
    path = tmp_path / "letter.eml"
    path.write_bytes(letter.as_bytes())
    done = subprocess.run(
        [*COMMAND, str(path), str(tmp_path / "none"), "-", str(tmp_path)],
        input=b"From: li@b.example\n\nHello",
        cwd=Path(__file__).parents[2],
        capture_output=True,
        check=False,
        env={"PATH": "/usr/bin", "LC_ALL": "C"},
    )
    found, missing, from_input, folder = map(json.loads, done.stdout.splitlines())
    assert done.returncode == 1
    assert done.stderr == b""
    assert found["file"] == str(path)
    assert found["sender"] == {"address": "ann@shop.example", "name": "Ann Chen"}
    assert found["recipients"] == {"to": ["service@centre.example"], "cc": []}
    assert (found["subject"], found["date"], found["language"]) == ("訂單", "2026-01-05T07:00:00Z", "zh-TW")
    assert (found["reply"], found["signature"]) == ("包裹還沒有到。", "--\nAnn")
    assert (found["automatic"], found["bounce"]) == ({"is": False, "rule": ""}, None)
    assert found["thread"] == {"message_id": "<1@shop.example>", "in_reply_to": [], "references": []}
    (invoice,) = found["attachments"]
    assert (invoice["name"], invoice["type"], invoice["size"], invoice["inline"]) == (
        "發票.pdf",
        "application/pdf",
        4,
        False,
    )
    assert len(invoice["sha256"]) == 64
    assert (missing["error"], folder["error"]) == ("missing", "unreadable")
    assert (from_input["file"], from_input["text"]) == ("-", "Hello")
