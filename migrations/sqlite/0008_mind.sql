-- What was made of the parts of a document that is too long for its model: a crash does not repeat what is done.
CREATE TABLE parts (
  thought TEXT NOT NULL,
  key TEXT NOT NULL,
  text TEXT NOT NULL,
  PRIMARY KEY (thought, key)
) STRICT, WITHOUT ROWID;

-- Calls that leave the machine: reserved before they are made, settled with what they used. What a crash left
-- unsettled counts as reserved.
CREATE TABLE spending (
  thought TEXT NOT NULL,
  attempt INTEGER NOT NULL,
  call INTEGER NOT NULL,
  provider TEXT NOT NULL,
  day TEXT NOT NULL,
  tokens INTEGER NOT NULL,
  money REAL NOT NULL,
  bytes INTEGER NOT NULL,
  pictures INTEGER NOT NULL,
  settled INTEGER NOT NULL,
  PRIMARY KEY (thought, attempt, call)
) STRICT, WITHOUT ROWID;
CREATE INDEX spending_by_day ON spending (provider, day);

-- Vectors of texts, by model and SHA-256 of the text.
CREATE TABLE embeddings (
  model TEXT NOT NULL,
  hash TEXT NOT NULL,
  vector BLOB NOT NULL,
  PRIMARY KEY (model, hash)
) STRICT, WITHOUT ROWID;
