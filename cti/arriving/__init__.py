"""A caller's way in: from the number called, by way of flow, identification and contract, to the place where they wait."""
