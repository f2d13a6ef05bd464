-- Retention takes texts and events away while rows that name them stay. SQLite would look for such rows in whole
-- tables, once for every row that goes (60 ms each with 100,000 thoughts [measured]); an index on every reference
-- would cost every thought instead. What may go is decided where it goes.
PRAGMA writable_schema = ON;
UPDATE sqlite_schema SET sql = replace(replace(sql, ' REFERENCES blobs (hash)', ''), ' REFERENCES events (seq)', '')
  WHERE type = 'table' AND name IN ('thoughts', 'attempts', 'outputs');
PRAGMA writable_schema = RESET;

-- The epoch in which a blob was last stored, and the one that is now: one that nothing needed when it was looked, and
-- that was stored again meanwhile, stays.
ALTER TABLE blobs ADD COLUMN used INTEGER NOT NULL DEFAULT 0;
CREATE TABLE retention (epoch INTEGER NOT NULL) STRICT;
INSERT INTO retention (epoch) VALUES (1);
