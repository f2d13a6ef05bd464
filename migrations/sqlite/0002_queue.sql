-- The order of claiming (`rankOf` in src/contract/thought.ts), which ages without being touched.
ALTER TABLE thoughts ADD COLUMN rank INTEGER NOT NULL DEFAULT 0;
UPDATE thoughts SET rank = created_at + CASE priority WHEN 0 THEN 0 WHEN 1 THEN 2592000000 ELSE 2595600000 END;
DROP INDEX thoughts_ready;
CREATE INDEX thoughts_ready ON thoughts (version, rank, seq) WHERE state = 'ready';
-- Only what waits after a failure is in it: when the next of them may be claimed.
CREATE INDEX thoughts_later ON thoughts (available_at) WHERE state = 'ready' AND available_at > updated_at;

-- What a person has paused: a rule, or everything (the empty name).
CREATE TABLE pauses (
  rule TEXT PRIMARY KEY,
  since INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- Calls of rules with a rate, for as long as they count.
CREATE TABLE rated (
  rule TEXT NOT NULL,
  at INTEGER NOT NULL,
  thought TEXT NOT NULL,
  attempt INTEGER NOT NULL,
  PRIMARY KEY (rule, at, thought, attempt)
) STRICT, WITHOUT ROWID;
