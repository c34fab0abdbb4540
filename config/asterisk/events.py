"""What the link to Asterisk is sent; everything else (VarSet and Newexten alone are half of all events) stays in Asterisk."""

EVENTS = (
    "DialState", "DialEnd", "UserEvent", "HangupRequest", "SoftHangupRequest", "Hangup", "AgentConnect",
    "DeviceStateChange", "Hold", "Unhold", "OriginateResponse", "FullyBooted", "Shutdown",
)  # fmt: skip
