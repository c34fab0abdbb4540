"""What an agent may read: the work they hold or held, and its customers' history. Supervisors read all."""

from dataclasses import replace
from typing import TypeVar

from agent_console.context import Context
from agent_console.views import held_ids
from config.errors import Kind, Refused
from crm_core import cases, interactions, rights
from crm_core.access.model import Action, Scope
from crm_core.access.reader import Reader
from crm_core.access.roles import standing_of
from crm_core.cases import Case
from crm_core.interactions import Interaction
from crm_core.letter_types import Letter
from crm_core.pop import concerned
from crm_core.store import Connection
from crm_core.users import User
from routing.core.model import AgentId, InteractionId, Medium, Phase
from routing.core.presence import Work

T = TypeVar("T")


async def readable_interaction(within: Context, user: User, interaction: str) -> Interaction:
    """The interaction; 404 when there is none, 403 when it is no business of theirs."""
    held = held_by(within, user)
    found, allowed = await within.store.read(lambda c: _look(c, user, held, interaction))
    if found is None:
        raise Refused("interaction.unknown", Kind.MISSING, id=interaction)
    return _permitted(found, allowed=allowed)


async def readable_case(within: Context, user: User, case: str) -> Case:
    """The same for a case: theirs when its customer or one of its interactions is."""
    held = held_by(within, user)
    found, allowed = await within.store.read(lambda c: _look_at_case(c, user, held, case))
    if found is None:
        raise Refused("case.unknown", Kind.MISSING, id=case)
    return _permitted(found, allowed=allowed)


async def check_letter(within: Context, user: User, letter: Letter) -> None:
    """A letter is as readable as its case or, without one, its interaction; one that belongs to no work (a link to sign in that was
    mailed) is nobody's."""
    if letter.case_id is not None:
        await readable_case(within, user, letter.case_id)
    elif letter.interaction_id is not None:
        await readable_interaction(within, user, letter.interaction_id)
    else:
        raise Refused("interaction.not_yours", Kind.FORBIDDEN)


def held_by(within: Context, user: User) -> tuple[InteractionId, ...]:
    """What is on their screen now."""
    return held_ids(within.floor.centre, AgentId(user.id))


def reader(connection: Connection, user: User, held: tuple[InteractionId, ...]) -> Reader:
    """The user as `crm_core` knows them, for single rows, lists and search alike."""
    standing = standing_of(connection, user.id, user.role)
    mine = Reader(
        user_id=user.id,
        everything=standing.rights.scope("case", Action.READ) is Scope.ALL,
        teams=standing.teams,
        territories=standing.territories,
        rights=standing.rights,
    )
    if not held:
        return mine
    # also for those who read all: what they hold is lent to them for changing
    parties, theirs = concerned(connection, held)
    return replace(mine, interactions=held, parties=parties, cases=theirs)


def own_work(within: Context, user: User, interaction: str) -> Work:
    """The work as the floor has it, for commands: held by this agent, or refused."""
    work = within.floor.centre.interactions.get(InteractionId(interaction))
    if work is None:
        raise wrong_state(interaction, None)
    if work.agent != user.id:
        raise Refused("interaction.not_yours", Kind.FORBIDDEN)
    return work


def own_call(within: Context, user: User, interaction: str) -> Work:
    """The same of a call that they are at."""
    return any_call(within, own_work(within, user, interaction).id)


def any_call(within: Context, interaction: str) -> Work:
    """A call that an agent is at, whoever it is, or refused."""
    work = within.floor.centre.interactions.get(InteractionId(interaction))
    if work is None or work.medium is not Medium.VOICE or work.phase is not Phase.CONNECTED:
        raise wrong_state(interaction, work)
    return work


async def own_note(within: Context, user: User, interaction: str) -> None:
    """A note may be written by whoever holds the work, and afterwards by whoever closed it: wrap-up can end by its
    deadline in the middle of a sentence."""
    if InteractionId(interaction) in within.floor.centre.interactions:
        own_work(within, user, interaction)
        return
    found = await within.store.read(lambda c: interactions.interaction(c, interaction))
    if found is None:
        raise wrong_state(interaction, None)
    if found.agent_id != user.id:
        raise Refused("interaction.not_yours", Kind.FORBIDDEN)


def wrong_state(interaction: str, work: Work | None) -> Refused:
    """What is asked does not fit where the interaction is; None: it is closed."""
    medium, state = (work.medium.value, work.phase.value) if work else ("", "closed")
    return Refused("interaction.state", interaction=interaction, medium=medium, state=state)


def _look(
    connection: Connection, user: User, held: tuple[InteractionId, ...], name: str
) -> tuple[Interaction | None, bool]:
    found = interactions.interaction(connection, name)
    if found is None:
        return None, False
    return found, rights.may_read_interaction(connection, reader(connection, user, held), name)


def _look_at_case(
    connection: Connection, user: User, held: tuple[InteractionId, ...], name: str
) -> tuple[Case | None, bool]:
    found = cases.case(connection, name)
    if found is None:
        return None, False
    return found, rights.may_read_case(connection, reader(connection, user, held), name)


def _permitted(found: T, *, allowed: bool) -> T:
    if not allowed:
        raise Refused("interaction.not_yours", Kind.FORBIDDEN)
    return found
