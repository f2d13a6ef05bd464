-- What requests with an Idempotency-Key were answered, so that the same one again is answered alike.
CREATE TABLE replies (
  key TEXT PRIMARY KEY,
  route TEXT NOT NULL,
  digest TEXT NOT NULL,
  reply TEXT NOT NULL,
  at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX replies_by_age ON replies (at);
