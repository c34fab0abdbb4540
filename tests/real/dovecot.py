"""A real Dovecot for tests: an ordinary process with a folder of its own, on a free port of this machine."""

import asyncio
import os
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.ports import free_port

PROGRAM = shutil.which("dovecot", path=f"{os.environ['PATH']}:/usr/sbin")
USER, PASSWORD = "support@example.com", 'pass "word\\ 密碼'
_NOBODY = 65_534

_CONFIG = """
base_dir = {run}
state_dir = {run}
log_path = {folder}/log
protocols = imap
listen = 127.0.0.1
{ssl}
disable_plaintext_auth = no
default_internal_user = {internal}
default_internal_group = {internal_group}
default_login_user = {login}
first_valid_uid = 1
mail_location = maildir:{folder}/mail/%u
mail_max_userip_connections = 100
auth_mechanisms = plain login xoauth2
imap_hibernate_timeout = 0
imap_idle_notify_interval = 30 s
mailbox_idle_check_interval = 1 s
auth_failure_delay = 0
passdb {{
  driver = oauth2
  mechanisms = xoauth2
  args = {folder}/oauth2.conf
}}
passdb {{
  driver = passwd-file
  mechanisms = plain login
  args = scheme=PLAIN {folder}/users
}}
userdb {{
  driver = static
  args = uid={uid} gid={gid} home={folder}/mail/%u
}}
service imap-login {{
  chroot =
  inet_listener imap {{
    port = {port}
  }}
  inet_listener imaps {{
    port = {tls_port}
    ssl = yes
  }}
}}
service anvil {{
  chroot =
  unix_listener anvil-auth-penalty {{
    mode = 0
  }}
}}
service stats {{
  chroot =
}}
{more}
"""


@dataclass(slots=True)
class Dovecot:
    """Running on `port`; letters are files of a maildir."""

    folder: Path
    port: int
    uid: int
    process: subprocess.Popen[bytes] | None = None
    delivered: int = 0
    renumbered: int = 0

    @property
    def box(self) -> Path:
        return self.folder / "mail" / USER

    def deliver(self, raw: bytes, *, at: float | None = None) -> None:
        """As a delivery agent does: written, then moved into `new`."""
        self.delivered += 1
        for name in ("tmp", "new", "cur"):
            path = self.box / name
            if not path.exists():
                path.mkdir(parents=True)
                self._own(self.box)
                self._own(path)
        name = f"{int(at or time.time())}.M{self.delivered:06d}P1.test"
        # whole before it is seen, at once: what is older was there before anybody looked
        path = self.box / ("new" if at is not None else "tmp") / name
        path.write_bytes(raw)
        self._own(path)
        if at is None:
            path.rename(self.box / "new" / name)
        else:
            os.utime(path, (at, at))

    def renumber(self) -> None:
        """What losing its index does: other numbers, another UIDVALIDITY."""
        for path in self.box.glob("dovecot*"):
            shutil.rmtree(path) if path.is_dir() else path.unlink(
                missing_ok=True
            )  # a lock of its own comes and goes
        self.renumbered += 1
        path = self.box / "dovecot-uidlist"
        path.write_text(f"3 V{int(time.time()) + 1000 * self.renumbered} N1 G{self.renumbered:032x}\n")
        self._own(path)

    def flags(self) -> list[str]:
        """Of every letter in the box, as its file's name says."""
        return [
            path.name.partition(":2,")[2] for kind in ("cur", "new") for path in (self.box / kind).iterdir()
        ]

    def cpu_s(self) -> float:
        """Of all its processes that serve boxes."""
        total = 0.0
        for path in Path("/proc").glob("[0-9]*/stat"):
            try:
                words = path.read_text().rpartition(")")[2].split()
                line = (path.parent / "cmdline").read_bytes()
            except OSError:
                continue
            if b"dovecot/imap" in line:
                total += (int(words[11]) + int(words[12])) / os.sysconf("SC_CLK_TCK")
        return total

    def start(self) -> None:
        assert PROGRAM
        argv = [PROGRAM, "-F", "-c", str(self.folder / "dovecot.conf")]
        self.process = subprocess.Popen(argv, start_new_session=True)

    async def up(self) -> None:
        """Until it answers."""
        async with asyncio.timeout(20):
            while True:
                try:
                    _, writer = await asyncio.open_connection("127.0.0.1", self.port)
                except OSError:
                    await asyncio.sleep(0.02)
                else:
                    writer.close()
                    return

    def stop(self) -> None:
        """At once, with all its processes: asked kindly it waits ten seconds for who is signed in."""
        if self.process is not None:
            os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait(timeout=20)
            self.process = None

    def _own(self, path: Path) -> None:
        if os.getuid() == 0:
            os.chown(path, self.uid, self.uid)


@asynccontextmanager
async def dovecot(
    introspection_url: str = "http://127.0.0.1:1/", certificate: Path | None = None
) -> AsyncIterator[Dovecot]:
    """One with an empty box; its folder is gone afterwards. With a certificate it has STARTTLS, and TLS on the next port."""
    folder = Path(tempfile.mkdtemp(prefix="tl-dovecot-"))
    root = os.getuid() == 0
    uid = _NOBODY if root else os.getuid()
    server = Dovecot(folder, free_port(), uid)
    try:
        folder.chmod(0o755)
        (folder / "mail").mkdir()
        server._own(folder / "mail")
        me = "dovecot" if root else str(subprocess.check_output(["id", "-un"], text=True)).strip()
        group = "dovecot" if root else str(subprocess.check_output(["id", "-gn"], text=True)).strip()
        (folder / "users").write_text(f"{USER}:{PASSWORD}::::::\n", encoding="utf-8")
        (folder / "oauth2.conf").write_text(
            f"introspection_mode = auth\nintrospection_url = {introspection_url}\nusername_attribute = email\n"
        )
        (folder / "dovecot.conf").write_text(
            _CONFIG.format(
                run=folder / "run", folder=folder, port=server.port, uid=uid, gid=uid if root else os.getgid(),
                internal=me, internal_group=group, login="dovenull" if root else me, more="",
                tls_port=server.port + 1 if certificate else 0,
                ssl=f"ssl = yes\nssl_cert = <{certificate}\nssl_key = <{certificate}" if certificate else "ssl = no",
            )
        )  # fmt: skip
        server.start()
        await server.up()
        yield server
    finally:
        server.stop()
        shutil.rmtree(folder, ignore_errors=True)
