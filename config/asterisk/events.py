"""What the link to Asterisk is sent; everything else (VarSet and Newexten alone are half of all events) stays in Asterisk."""

EVENTS = (
    "DialState", "DialEnd", "UserEvent", "HangupRequest", "SoftHangupRequest", "Hangup", "AgentConnect",
    "DeviceStateChange", "Hold", "Unhold", "OriginateResponse", "FullyBooted", "Shutdown",
)  # fmt: skip
EVENTS_AT = {"BridgeEnter": "trunkline-together"}
"""And these of channels that are at this place of the dialplan."""
