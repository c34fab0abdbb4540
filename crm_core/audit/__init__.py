"""Who did what, when and from where: an append-only chain, see docs/security.md."""

from crm_core.audit.chain import Entry, Origin, Verdict, record, record_all, verify

__all__ = ["Entry", "Origin", "Verdict", "record", "record_all", "verify"]
