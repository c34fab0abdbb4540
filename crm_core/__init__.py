"""The truth in SQL: tables, the one writer, the ledger, parties, cases, users, mail. The only room that speaks SQL."""
