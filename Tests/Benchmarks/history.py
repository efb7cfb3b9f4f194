"""Fills a store with ended runs: history.py DATABASE COUNT. It copies the only run and its events with other IDs."""

import sqlite3
import sys

database, count = sys.argv[1], int(sys.argv[2])
store = sqlite3.connect(database)


def columns(table, without):
    names = [row[1] for row in store.execute(f"PRAGMA table_info({table})")]
    return [name for name in names if name not in without]


numbers = f"WITH RECURSIVE numbers(n) AS (VALUES(1) UNION ALL SELECT n + 1 FROM numbers WHERE n < {count}) "
kept = ", ".join(columns("runs", ["sequence", "id"]))
store.execute(
    f"{numbers} INSERT INTO runs (id, {kept}) SELECT printf('h%011d', n), {kept} FROM numbers CROSS JOIN "
    "(SELECT * FROM runs ORDER BY sequence LIMIT 1)"
)
kept = ", ".join(columns("events", ["seq", "run_id"]))
store.execute(
    f"{numbers} INSERT INTO events (run_id, {kept}) SELECT printf('h%011d', n), {kept} FROM numbers CROSS JOIN "
    "(SELECT * FROM events ORDER BY seq)"
)
store.commit()
store.execute("PRAGMA wal_checkpoint(TRUNCATE)")
