-- Who is let in through the port. Of a token only its SHA-256 is kept: of 256 random bits nothing can be guessed back.
CREATE TABLE tokens (
  id TEXT PRIMARY KEY,
  name TEXT NOT NULL,
  kind TEXT NOT NULL CHECK (kind IN ('token', 'session')),
  hash TEXT NOT NULL,
  act INTEGER NOT NULL CHECK (act IN (0, 1)),
  created_at INTEGER NOT NULL,
  used_at INTEGER,
  expires_at INTEGER
) STRICT;

CREATE UNIQUE INDEX tokens_by_name ON tokens (name) WHERE kind = 'token';
