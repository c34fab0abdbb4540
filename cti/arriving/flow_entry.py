"""The way in through an entry flow: what it needs of a call, and what its end means for the caller."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from functools import partial

from config.clock import Clock
from config.logs import Transcript
from crm_core.flows import visits
from crm_core.flows.kept import Version
from crm_core.flows.machine import End, EndKind
from crm_core.guard.calls import Why
from crm_core.store import Store
from cti.agi import AgiSession
from cti.arriving.deadlines import in_time
from cti.arriving.dialogue import Dialogue
from cti.arriving.flow_runner import FlowRun, Passed
from cti.arriving.newcomer import Newcomer, record
from cti.arriving.prompt_files import PromptFiles
from cti.arriving.prompts import Prompts, prompt_language
from cti.arriving.welcome import Greeted
from cti.callbacks import Callbacks
from cti.directory import Directory
from cti.talking.outside import Outside
from routing.core.model import QueueId, Seconds
from routing.core.words import Need

_INTO_QUEUES = frozenset({EndKind.QUEUE, EndKind.CALLBACK, EndKind.VOICEMAIL, EndKind.FAX})
_LEFT = frozenset({EndKind.LEFT, EndKind.TRANSFER})
_log = Transcript("flow")


@dataclass(frozen=True, slots=True, kw_only=True)
class FlowEntry:
    """`keep_place`: has a caller stand in a queue without being on the line; whether that was possible."""

    store: Store
    clock: Clock
    directory: Directory
    callbacks: Callbacks
    prompts: PromptFiles
    keep_place: Callable[[Newcomer, QueueId], Awaitable[bool]]
    outside: Outside

    async def greet(
        self, session: AgiSession, newcomer: Newcomer, queue: QueueId, version: Version
    ) -> Greeted:
        """Take a caller through. Whatever fails, they go on to `queue`, that of the number."""
        language = prompt_language(self.directory.language(queue))
        prompts = Prompts(session, language)

        async def keep_place(passed: Passed) -> bool:
            greeted = self._greeted(newcomer, queue, version, passed, None)
            return greeted.kept and await self.keep_place(
                known(newcomer, replace(greeted, visit=None)), greeted.queue
            )

        async def put_through(passed: Passed) -> None:
            them = known(newcomer, self._greeted(newcomer, queue, version, passed, None))
            await in_time(self.store.write(partial(record, newcomer=them, queue=queue, now=self.clock.now())))

        run = FlowRun(
            session=session,
            dialogue=Dialogue(
                session=session,
                prompts=prompts,
                files=self.prompts,
                interaction=newcomer.interaction,
                otherwise=language,
            ),
            store=self.store,
            clock=self.clock,
            interaction=newcomer.interaction,
            number=newcomer.caller,
            dialled=newcomer.number,
            version=version,
            may_call_back=lambda: self.callbacks.may_ask(newcomer.caller, queue),
            keep_place=keep_place,
            put_through=put_through,
            permit=lambda called: self.outside.permit(
                called, why=Why.FLOW, interaction=newcomer.interaction, queue=queue
            ),
            over=self.outside.over,
        )
        passed = await run.run(language)
        await prompts.over()
        return self._greeted(newcomer, queue, version, passed, self.clock.now())

    def _greeted(
        self, newcomer: Newcomer, queue: QueueId, version: Version, passed: Passed, ended_at: Seconds | None
    ) -> Greeted:
        end = self._possible(newcomer, passed.end)
        into = QueueId(end.queue_id) if end.kind in _INTO_QUEUES else queue
        return Greeted(
            queue=into,
            identified=passed.identified,
            told=passed.told,
            left=end.kind in _LEFT,
            refused=end.kind is EndKind.HANGUP,
            kept=end.kind is EndKind.CALLBACK,
            message=end.kind is EndKind.VOICEMAIL,
            fax=end.kind is EndKind.FAX,
            language=passed.state.language if passed.state.chose else None,
            needs=frozenset(Need(skill=each.skill, level=each.level) for each in end.skills),
            priority_points=end.priority_points,
            visit=visits.visit(
                newcomer.interaction, version.flow_id, version.number, passed.state, end, ended_at=ended_at
            ),
        )

    def _possible(self, newcomer: Newcomer, end: End) -> End:
        """A queue that is not there any more is a fault of the flow, and no reason to lose a caller."""
        if end.kind not in _INTO_QUEUES or self.directory.is_queue(QueueId(end.queue_id)):
            return end
        _log.note("!", newcomer.interaction, f"the flow leads to {end.queue_id}, which is no queue")
        return End(kind=EndKind.FAILED, reason="queue")


def known(newcomer: Newcomer, greeted: Greeted) -> Newcomer:
    """A caller with what their way in brought to light."""
    return replace(
        newcomer,
        identified=greeted.identified,
        told=greeted.told,
        needs=greeted.needs,
        priority_points=greeted.priority_points,
        visit=greeted.visit,
    )
