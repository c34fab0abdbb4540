"""Which calls are recorded."""

import hashlib

from routing.core.model import InteractionId


def is_within(interaction: InteractionId, share: int) -> bool:
    """Whether this call is among the `share` of 100 that are. The same call is always judged alike; raising the share only adds calls."""
    drawn = int.from_bytes(hashlib.sha256(interaction.encode()).digest()[:8], "big")
    return drawn % 10_000 < share * 100
