-- The vitals as a compact time series: 6 bytes a value where a text would take 30 (see vitals-pack.ts).
CREATE TABLE vitals_keys (
  id INTEGER PRIMARY KEY,
  key TEXT NOT NULL UNIQUE
) STRICT;

-- Every sample.
CREATE TABLE vitals (
  at INTEGER PRIMARY KEY,
  packed BLOB NOT NULL
) STRICT;

-- Least, average and most by the hour, made from the samples before those go.
CREATE TABLE vitals_hours (
  at INTEGER PRIMARY KEY,
  packed BLOB NOT NULL
) STRICT;
