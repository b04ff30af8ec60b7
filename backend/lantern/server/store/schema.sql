CREATE TABLE IF NOT EXISTS sessions (
    id TEXT PRIMARY KEY,
    created_at TEXT NOT NULL,
    owner TEXT NOT NULL,
    base TEXT NOT NULL,              -- the experiment at step 0 of the run
    run INTEGER NOT NULL,
    incarnation INTEGER NOT NULL,
    have_seq INTEGER NOT NULL,       -- events of this incarnation that are stored
    wanted TEXT NOT NULL,            -- running, paused, sleeping or failed
    start_step INTEGER NOT NULL,
    goal_step INTEGER,               -- where a run of so many steps ends
    origin TEXT,
    budget_share REAL NOT NULL,
    pace_steps_per_s REAL
) STRICT;

CREATE TABLE IF NOT EXISTS edits (
    session TEXT NOT NULL REFERENCES sessions (id) ON DELETE CASCADE,
    run INTEGER NOT NULL,
    position INTEGER NOT NULL,
    step INTEGER NOT NULL,
    body TEXT NOT NULL,
    PRIMARY KEY (session, run, position)
) STRICT, WITHOUT ROWID;

CREATE TABLE IF NOT EXISTS metrics (
    session TEXT NOT NULL REFERENCES sessions (id) ON DELETE CASCADE,
    run INTEGER NOT NULL,
    step INTEGER NOT NULL,
    epoch REAL NOT NULL,
    body TEXT NOT NULL,              -- name -> value; rows of one step are merged
    PRIMARY KEY (session, run, step)
) STRICT, WITHOUT ROWID;

CREATE TABLE IF NOT EXISTS events (
    session TEXT NOT NULL REFERENCES sessions (id) ON DELETE CASCADE,
    incarnation INTEGER NOT NULL,
    seq INTEGER NOT NULL,
    type TEXT NOT NULL,
    body TEXT NOT NULL,
    PRIMARY KEY (session, incarnation, seq)
) STRICT, WITHOUT ROWID;

CREATE TABLE IF NOT EXISTS latest (
    session TEXT NOT NULL REFERENCES sessions (id) ON DELETE CASCADE,
    type TEXT NOT NULL,              -- state, built, telemetry, history, inputs
    body TEXT NOT NULL,
    PRIMARY KEY (session, type)
) STRICT, WITHOUT ROWID;

CREATE TABLE IF NOT EXISTS commands (
    session TEXT NOT NULL REFERENCES sessions (id) ON DELETE CASCADE,
    id TEXT NOT NULL,
    at REAL NOT NULL,                -- seconds since the epoch
    principal TEXT NOT NULL,
    body TEXT NOT NULL,
    PRIMARY KEY (session, id)
) STRICT, WITHOUT ROWID;

CREATE TABLE IF NOT EXISTS logins (
    token_hash TEXT PRIMARY KEY,     -- SHA-256
    name TEXT NOT NULL,
    role TEXT NOT NULL,
    invite TEXT,
    expires REAL NOT NULL
) STRICT;

CREATE TABLE IF NOT EXISTS invites (
    id TEXT PRIMARY KEY,
    token_hash TEXT NOT NULL UNIQUE, -- SHA-256
    role TEXT NOT NULL,
    expires REAL NOT NULL,
    uses_left INTEGER NOT NULL,
    revoked INTEGER NOT NULL DEFAULT 0
) STRICT;
