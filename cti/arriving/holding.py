"""What callers hear while they wait: their queue's music, and now and then how far they are. The dialplan plays it, and asks when it is time."""

import re
from collections.abc import Mapping

from config.logs import Transcript
from cti.agi import AgiSession
from cti.ami import actions
from cti.ami.actions import Action, is_music
from cti.arriving import waiting_words
from cti.arriving.prompt_files import PromptFiles
from cti.arriving.prompts import LANGUAGES, Prompts, prompt_language
from cti.arriving.waiting_words import Known
from cti.calls import channel_of, interaction_of
from cti.directory import Directory, Hold
from cti.ports import Floor
from routing.core.model import InteractionId, Phase, QueueId
from routing.core.presence import Work

SCRIPT = "hold"
"""The AGI request of a caller whom it is time to tell something."""
COMFORT = "please-hold"
_SAFE = re.compile(r"[\w./-]{1,400}", re.ASCII)
"""What may stand in a variable that the dialplan plays."""
_TOLD = re.compile(r"[0-9]{1,6}", re.ASCII)
_log = Transcript("hold")


class Holding:
    """One server's. `files`: the uploaded prompts."""

    def __init__(self, floor: Floor, directory: Directory, files: PromptFiles) -> None:
        self._floor, self._directory, self._files = floor, directory, files

    def variables(self, queue: QueueId, language: str | None) -> Mapping[str, str]:
        """What `trunkline-hold` reads of the channel; nothing where all is as usual."""
        hold = self._directory.hold(queue)
        place, pieces = self._tune(hold, self._language(queue, language))
        known = {
            "TL_MOH": _music(hold),
            "TL_TUNE": place,
            "TL_PIECES": str(pieces) if pieces else "",
            "TL_TOLD_EVERY": f"{hold.every_s:.0f}" if hold.every_s else "",
        }
        return {name: value for name, value in known.items() if value}

    def action(self, interaction: InteractionId, queue: QueueId, language: str | None = None) -> Action:
        """The same for somebody who waits already: in another queue from now on, or found there."""
        hold = self._directory.hold(queue)
        place, pieces = self._tune(hold, self._language(queue, language))
        return actions.set_hold(
            channel_of(interaction), music=_music(hold), tune=place, pieces=pieces, every_s=hold.every_s
        )

    def _language(self, queue: QueueId, language: str | None) -> str:
        return prompt_language(language or self._directory.language(queue))

    def _tune(self, hold: Hold, language: str) -> tuple[str, int]:
        found = self._files.tune(hold.tune, (language,)) if hold.tune else None
        return found if found is not None and _SAFE.fullmatch(found[0]) else ("", 0)

    async def tell(self, session: AgiSession) -> None:
        """Say by TL_SAY what is to be played now, and keep what they were told of their place; nothing for who is being led to a phone."""
        interaction = interaction_of(session.request["agi_uniqueid"])
        work = self._floor.centre.interactions.get(interaction)
        if work is None or work.phase is not Phase.WAITING or work.callback:
            return
        chosen, told = session.request["agi_arg_1"], session.request["agi_arg_2"]
        language = self._language(work.queue, chosen if chosen in LANGUAGES else None)
        before = int(told) if _TOLD.fullmatch(told) else None
        hold, known = self._directory.hold(work.queue), self._known(work)
        prompts = Prompts(session, language)
        said = self._said(prompts, hold, known, before)
        if hold.position and (before is None or known.position <= before):
            await session.assign("TL_TOLD_PLACE", str(known.position))
        _log.note(
            ">", interaction, f"place {known.position}: {', '.join(each.rpartition('/')[2] for each in said)}"
        )
        await session.assign("TL_SAY", "&".join(said))

    def _known(self, work: Work) -> Known:
        line = [each.id for each in self._floor.centre.waiting(work.queue)]
        position = line.index(work.id) + 1 if work.id in line else len(line) + 1
        expected = self._floor.estimate(work.id)
        if expected is None:
            return Known(position=position)
        return Known(position=position, wait_s=expected.wait_s, works=expected.works)

    def _said(self, prompts: Prompts, hold: Hold, known: Known, before: int | None) -> list[str]:
        place = waiting_words.place(known, before) if hold.position else None
        wait = waiting_words.wait(known) if hold.wait else None
        uploaded = self._files.find(hold.prompt, (prompts.language,)) if hold.prompt else None
        said = [prompts.place(name) for name in (place, wait) if name is not None]
        said += [uploaded[0]] if uploaded is not None else []
        return [each for each in said or [prompts.place(COMFORT)] if _SAFE.fullmatch(each)]


def _music(hold: Hold) -> str:
    """The usual one instead of what was never a class of music."""
    return hold.music if is_music(hold.music) else ""
