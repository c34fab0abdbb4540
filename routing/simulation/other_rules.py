"""Another configuration, read from TOML: the queues and agents of today with what is written there in the place of what they have.

[queue."Orders"]            # by the name it has in the console
choice = "best_level"
needs = { zh = 3 }

[agent.ann]                 # by login
skills = { zh = 5, billing = 1 }
"""

import dataclasses
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError

from config.errors import Kind, Refused
from routing.core.model import AgentRule, QueueRule
from routing.simulation.scenario import Group, QueueSpec

Spec = TypeVar("Spec", bound=BaseModel)
_OF_AGENTS = frozenset(Group.model_fields) & {field.name for field in dataclasses.fields(AgentRule)} - {
    "queues"
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Named:
    """The rules of today: queues by name, agents by login; `skills`: every skill that is asked for or that somebody has."""

    queues: Mapping[str, QueueRule]
    agents: Mapping[str, AgentRule]
    skills: frozenset[str]


def read(text: str, today: Named) -> Named:
    """The rules as they would be. `Refused` (replay.not_toml), or (replay.wrong) with every mistake and its place."""
    try:
        given = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise Refused("replay.not_toml", Kind.INVALID, reason=str(error)) from error
    reader = _Reader(today)
    changed = reader.read(given)
    if reader.mistakes:
        raise Refused("replay.wrong", Kind.INVALID, reason="; ".join(reader.mistakes))
    return changed


class _Reader:
    """`asked` and `had`: skills that this file has queues ask for, and agents have. A new one is told from a slip of the pen by being on both sides."""

    def __init__(self, today: Named) -> None:
        self._today = today
        self.mistakes: list[str] = []
        self._asked: dict[str, str] = {}
        self._had: dict[str, str] = {}

    def read(self, given: Mapping[str, Any]) -> Named:
        for word in given:
            if word not in {"queue", "agent"}:
                self.mistakes.append(f"{word}: only [queue.NAME] and [agent.LOGIN] are understood")
        queues, agents = dict(self._today.queues), dict(self._today.agents)
        for name, fields in self._tables(given, "queue", queues):
            queues[name] = self._queue(name, fields, queues[name])
        for login, fields in self._tables(given, "agent", agents):
            agents[login] = self._agent(login, fields, agents[login])
        for mine, others in ((self._asked, self._had), (self._had, self._asked)):
            for skill, place in mine.items():
                if skill not in self._today.skills and skill not in others:
                    self.mistakes.append(f"{place}: nobody has or asks for a skill {skill!r}")
        return Named(queues=queues, agents=agents, skills=self._today.skills)

    def _tables(
        self, given: Mapping[str, Any], kind: str, known: Mapping[str, object]
    ) -> list[tuple[str, Mapping[str, Any]]]:
        """The tables of what exists; the others are mistakes."""
        tables = given.get(kind, {})
        if not isinstance(tables, dict):
            self.mistakes.append(f"{kind}: write [{kind}.NAME]")
            return []
        for name, fields in tables.items():
            if name not in known:
                self.mistakes.append(f"{kind}.{name}: there is no such {kind}")
            elif not isinstance(fields, dict):
                self.mistakes.append(f"{kind}.{name}: write [{kind}.{name}] and what is other below it")
        return [
            (name, fields) for name, fields in tables.items() if name in known and isinstance(fields, dict)
        ]

    def _queue(self, name: str, fields: Mapping[str, Any], rule: QueueRule) -> QueueRule:
        place = f"queue.{name}"
        spec = self._checked(QueueSpec, {"id": rule.id, **fields}, place, forbidden={"id"} & fields.keys())
        if spec is None:
            return rule
        self._asked |= dict.fromkeys(spec.needs, f"{place}.needs")
        for number, step in enumerate(spec.relaxation):
            self._asked |= dict.fromkeys((*step.lower, *step.drop), f"{place}.relaxation.{number}")
        wanted = spec.rule()
        return replace(rule, **{field: getattr(wanted, field) for field in fields})

    def _agent(self, login: str, fields: Mapping[str, Any], rule: AgentRule) -> AgentRule:
        place = f"agent.{login}"
        spec = self._checked(
            Group, {"name": login, "agents": 1, **fields}, place, forbidden=fields.keys() - _OF_AGENTS
        )
        if spec is None:
            return rule
        self._had |= dict.fromkeys(spec.skills, f"{place}.skills")
        wanted = spec.rule()
        changed = {field: getattr(wanted, field) for field in fields}
        if "groups" in changed:
            changed["groups"] -= {login}
        return replace(rule, **changed)

    def _checked(
        self, spec: type[Spec], fields: Mapping[str, Any], place: str, *, forbidden: Any
    ) -> Spec | None:
        for field in sorted(forbidden):
            self.mistakes.append(f"{place}.{field}: this cannot be said here")
        if forbidden:
            return None
        try:
            return spec.model_validate(fields)
        except ValidationError as error:
            for each in error.errors(include_url=False):
                where = ".".join((place, *map(str, each["loc"])))
                self.mistakes.append(f"{where}: {each['msg'].removeprefix('Value error, ')}")
            return None
