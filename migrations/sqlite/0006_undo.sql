-- Taking an output back is asked for first and done then, so that a crash between leaves it to be done. `undo_*` says
-- how what was put back looks, as `ledger_*` does of what was written: it is our own write, too. An inode of 0 means
-- that nothing is there any more.
ALTER TABLE outputs ADD COLUMN undo_asked_at INTEGER;
ALTER TABLE outputs ADD COLUMN undo_ino REAL;
ALTER TABLE outputs ADD COLUMN undo_size REAL;
ALTER TABLE outputs ADD COLUMN undo_mtime REAL;
ALTER TABLE outputs ADD COLUMN undo_hash TEXT;
ALTER TABLE outputs ADD COLUMN undo_sha256 TEXT;
ALTER TABLE outputs ADD COLUMN undone_at INTEGER;
CREATE INDEX outputs_undoing ON outputs (undo_asked_at) WHERE state = 'applied' AND undo_asked_at IS NOT NULL;
-- The last thing that was done is what `undo --last` takes back.
CREATE INDEX outputs_applied ON outputs (applied_at) WHERE state = 'applied';
