"""Somebody who reads or changes: what they may do, and what is theirs."""

from dataclasses import dataclass

from crm_core.access.model import EVERYTHING, Action, FieldRight, Rights, Scope


@dataclass(frozen=True, slots=True, kw_only=True)
class Reader:
    """`everything`: reads every interaction and case (supervisors, the system). `interactions` are those they hold now; `parties`
    whose work that is or may be; `cases` those that it is about. `teams`: their unit and all below; `territories`: theirs."""

    user_id: str
    everything: bool
    rights: Rights
    interactions: tuple[str, ...] = ()
    parties: tuple[str, ...] = ()
    cases: tuple[str, ...] = ()
    teams: tuple[str, ...] = ()
    territories: tuple[str, ...] = ()

    def scope(self, entity: str, action: Action) -> Scope:
        """Which rows of an entity they may treat so."""
        return Scope.ALL if self.rights is EVERYTHING else self.rights.scope(entity, action)

    def right(self, entity: str, name: str) -> FieldRight:
        return FieldRight.WRITE if self.rights is EVERYTHING else self.rights.right(entity, name)

    def hidden(self, entity: str) -> frozenset[str]:
        return frozenset() if self.rights is EVERYTHING else self.rights.hidden(entity)


SYSTEM = Reader(user_id="", everything=True, rights=EVERYTHING)
"""The program itself."""
