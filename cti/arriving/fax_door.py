"""Fax machines among the callers: numbers that are listened to first, and machines that are heard while somebody waits."""

from collections import OrderedDict

from config.clock import Clock
from config.errors import Unavailable
from config.logs import Transcript
from cti.agi import GONE, AgiSession
from cti.calls import interaction_of
from cti.ports import Floor
from routing.core.events import MessageWanted
from routing.core.model import InteractionId, QueueId

SCRIPT = "fax"
"""The AGI request of a caller in whom a fax machine was heard."""
TAKES_FAX = "6"
"""TL_REFUSED: the dialplan takes a fax."""
LISTENS_S = 4
"""A machine that calls sends its tone every 3.5 s (ITU-T T.30, 4.1.1)."""
_DIALPLAN_WAITS_S = LISTENS_S + 15
_MOST_KNOWN = 1000
_log = Transcript("fax")


class FaxDoor:
    """One server's."""

    def __init__(self, floor: Floor, clock: Clock) -> None:
        self._floor, self._clock = floor, clock
        self._known: OrderedDict[InteractionId, None] = OrderedDict()

    async def heard(self, session: AgiSession) -> None:
        """Whoever was to answer them is not asked any more; the dialplan takes the pages, whatever becomes of us."""
        interaction = interaction_of(session.request["agi_uniqueid"])
        _log.note("<", interaction, "is a fax machine")
        self._known[interaction] = None
        if len(self._known) > _MOST_KNOWN:
            self._known.popitem(last=False)
        try:
            await self._floor.settle(MessageWanted(interaction=interaction, at=self._clock.now(), fax=True))
        except Unavailable as problem:
            _log.note("!", interaction, f"sends a fax, which is not recorded yet: {problem}")

    def knows(self, interaction: InteractionId) -> bool:
        """Whether it is a machine, of which nobody says that it hung up."""
        return interaction in self._known

    @staticmethod
    async def take(session: AgiSession, queue: QueueId) -> None:
        """Have the dialplan take the fax for this queue."""
        await session.assign("TL_FAX_QUEUE", queue)
        await session.assign("TL_REFUSED", TAKES_FAX)

    @staticmethod
    async def listen(session: AgiSession, *, at_once: bool) -> bool:
        """From now on Asterisk listens for a machine; `at_once` for some seconds before anything else, in which a person hears ringing. False when
        they left: they hung up, or are one."""
        await session.run('SET VARIABLE FAXOPT(faxdetect) "cng"')
        if not at_once:
            return True
        await session.run(f'SET VARIABLE TIMEOUT(absolute) "{_DIALPLAN_WAITS_S}"')
        await session.run("ANSWER")
        await session.run('EXEC Playtones "ring"')
        left = await session.run(f'EXEC Wait "{LISTENS_S}"') == GONE
        await session.run('EXEC StopPlaytones ""')
        return not left
