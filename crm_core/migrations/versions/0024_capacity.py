"""Chats beside letters and calls: how many an agent has at once and how much load, what joins what, and the load of an item of a queue."""

import sqlalchemy as sa
from alembic import op

revision = "0024"
down_revision = "0023"
branch_labels = None
depends_on = None

_WORDS = {
    "call_with_letters": "pauses",
    "call_with_chats": "never",
    "letter_with_chats": "never",
    "chat_with_calls": "never",
    "chat_with_letters": "pauses",
}
_LOADS = {"call_load": "100", "letter_load": "0", "chat_load": "0"}
_AGENTS = {"chats_at_once": "3", "load_at_most": "100"}


def upgrade() -> None:
    # not by batch: SQLite would make the tables anew, and what refers to them would go with the old ones
    for name, usual in _WORDS.items():
        op.add_column("queue", sa.Column(name, sa.Text(), server_default=usual, nullable=False))
    for name, usual in _LOADS.items():
        op.add_column("queue", sa.Column(name, sa.BigInteger(), server_default=usual, nullable=False))
    for name, usual in _AGENTS.items():
        op.add_column("user_account", sa.Column(name, sa.Integer(), server_default=usual, nullable=False))


def downgrade() -> None:
    for name in _AGENTS:
        op.drop_column("user_account", name)
    for name in (*_LOADS, *_WORDS):
        op.drop_column("queue", name)
