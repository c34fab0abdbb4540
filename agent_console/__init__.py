"""The browser's side: HTTP API, WebSocket sessions, the live board, access."""
