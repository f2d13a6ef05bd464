-- How far senses other than files, and conditions, have come: commits with what they perceived.
CREATE TABLE cursors (
  name TEXT PRIMARY KEY,
  value TEXT NOT NULL
) STRICT, WITHOUT ROWID;

-- The file that a move takes away, and when something was sent, which nobody can take back.
ALTER TABLE outputs ADD COLUMN source TEXT;
ALTER TABLE outputs ADD COLUMN sent_at INTEGER;
CREATE INDEX outputs_by_source ON outputs (source) WHERE source IS NOT NULL;

-- Proposals: since when one waits. Its mode says what is done once a person agrees.
ALTER TABLE outputs ADD COLUMN proposed_at INTEGER;
UPDATE outputs SET mode = CASE WHEN before IS NULL THEN 'create' ELSE 'replace' END WHERE mode = 'propose';
UPDATE outputs SET proposed_at = (SELECT updated_at FROM thoughts WHERE id = outputs.thought)
  WHERE state = 'proposed';
CREATE INDEX outputs_proposed ON outputs (proposed_at) WHERE state = 'proposed';
