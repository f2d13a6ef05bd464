-- Of what a file of ours was made from: the hash of the bytes that it replaces, where it was a person's before. Bytes
-- that nobody had perceived yet are a person's news, also where they are perceived with our edit in them.
ALTER TABLE outputs ADD COLUMN ledger_from TEXT;
ALTER TABLE outputs ADD COLUMN undo_from TEXT;

-- A file is known again by its hash, in a file with many blocks, too.
DROP INDEX outputs_by_target;
CREATE INDEX outputs_by_target ON outputs (target, ledger_hash) WHERE ledger_ino IS NOT NULL;
CREATE INDEX outputs_by_undo ON outputs (target, undo_hash) WHERE undo_ino IS NOT NULL;
