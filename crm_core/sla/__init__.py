"""What was promised, counted in business time: pure functions of events, calendars and policies. No SQL, no clock."""
