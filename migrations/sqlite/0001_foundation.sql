-- Times are epoch milliseconds; *_ms columns are durations. Paths are path text (src/base/path-text.ts).

CREATE TABLE roots (
  id INTEGER PRIMARY KEY,
  path TEXT NOT NULL UNIQUE,
  baselined_at INTEGER
) STRICT;

-- The files sense's cursor: what was journaled of each file. A deleted file keeps its row, so that its
-- revision goes on growing should it come back.
CREATE TABLE files (
  root INTEGER NOT NULL REFERENCES roots (id),
  path TEXT NOT NULL,
  revision INTEGER NOT NULL,
  present INTEGER NOT NULL,
  existing INTEGER NOT NULL,
  dev REAL NOT NULL,
  ino REAL NOT NULL,
  birth REAL NOT NULL,
  size REAL NOT NULL,
  mtime REAL NOT NULL,
  ctime REAL NOT NULL,
  hash TEXT,
  PRIMARY KEY (root, path)
) STRICT, WITHOUT ROWID;

CREATE TABLE events (
  seq INTEGER PRIMARY KEY AUTOINCREMENT,
  dedup TEXT NOT NULL UNIQUE,
  sense TEXT NOT NULL,
  subject TEXT NOT NULL,
  kind TEXT NOT NULL,
  at INTEGER NOT NULL,
  data TEXT NOT NULL
) STRICT;
CREATE INDEX events_by_subject ON events (subject, seq);

CREATE TABLE rule_versions (
  version TEXT PRIMARY KEY,
  rule TEXT NOT NULL,
  text TEXT NOT NULL,
  created_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- The version in force; a removed rule's row goes, its versions stay.
CREATE TABLE rules (
  name TEXT PRIMARY KEY,
  version TEXT NOT NULL REFERENCES rule_versions (version),
  file TEXT NOT NULL,
  updated_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- `existing` is decided once per (rule name, root).
CREATE TABLE met_roots (
  rule TEXT NOT NULL,
  root INTEGER NOT NULL REFERENCES roots (id),
  existing TEXT NOT NULL,
  decided_at INTEGER NOT NULL,
  PRIMARY KEY (rule, root)
) STRICT, WITHOUT ROWID;

-- Content by SHA-256: captured texts, prompts, planned bytes, replaced bytes.
CREATE TABLE blobs (
  hash TEXT PRIMARY KEY,
  size INTEGER NOT NULL,
  codec TEXT NOT NULL,
  data BLOB NOT NULL
) STRICT;

CREATE TABLE thoughts (
  seq INTEGER PRIMARY KEY,
  id TEXT NOT NULL UNIQUE,
  rule TEXT NOT NULL,
  version TEXT NOT NULL REFERENCES rule_versions (version),
  event INTEGER NOT NULL REFERENCES events (seq),
  subject TEXT NOT NULL,
  state TEXT NOT NULL,
  reason TEXT NOT NULL,
  priority INTEGER NOT NULL,
  content TEXT NOT NULL,
  settle_until INTEGER NOT NULL,
  available_at INTEGER NOT NULL,
  attempt INTEGER NOT NULL,
  failures INTEGER NOT NULL,
  crashes INTEGER NOT NULL,
  fresh INTEGER NOT NULL,
  owner TEXT,
  lease_until INTEGER,
  captured TEXT REFERENCES blobs (hash),
  capture TEXT,
  prompt_key TEXT,
  answer TEXT,
  reused_from TEXT,
  created_at INTEGER NOT NULL,
  updated_at INTEGER NOT NULL,
  finished_at INTEGER
) STRICT;
CREATE INDEX thoughts_waiting ON thoughts (settle_until) WHERE state = 'waiting';
CREATE INDEX thoughts_ready ON thoughts (version, priority, seq) WHERE state = 'ready';
CREATE INDEX thoughts_owned ON thoughts (state, owner) WHERE state IN ('running', 'answered');
CREATE INDEX thoughts_open ON thoughts (rule, subject, state)
  WHERE state IN ('waiting', 'ready', 'running', 'answered');
CREATE INDEX thoughts_by_subject ON thoughts (subject, seq);
CREATE INDEX thoughts_by_state ON thoughts (state, seq);
CREATE INDEX thoughts_answers ON thoughts (prompt_key) WHERE answer IS NOT NULL;

CREATE TABLE attempts (
  thought TEXT NOT NULL,
  number INTEGER NOT NULL,
  owner TEXT NOT NULL,
  started_at INTEGER NOT NULL,
  sent_at INTEGER,
  first_token_ms INTEGER,
  total_ms INTEGER,
  provider TEXT,
  model TEXT,
  input_tokens INTEGER,
  output_tokens INTEGER,
  prompt TEXT REFERENCES blobs (hash),
  outcome TEXT NOT NULL,
  error TEXT,
  raw TEXT,
  PRIMARY KEY (thought, number)
) STRICT, WITHOUT ROWID;

-- Planned effects and, from `ledger_*` on, the ledger: what we put there, for own-write detection and undo.
CREATE TABLE outputs (
  thought TEXT NOT NULL,
  attempt INTEGER NOT NULL,
  position INTEGER NOT NULL,
  kind TEXT NOT NULL,
  rule TEXT NOT NULL,
  subject TEXT NOT NULL,
  wanted TEXT NOT NULL,
  target TEXT NOT NULL,
  state TEXT NOT NULL,
  reason TEXT NOT NULL,
  mode TEXT NOT NULL,
  content TEXT NOT NULL REFERENCES blobs (hash),
  size INTEGER NOT NULL,
  before TEXT,
  replaced TEXT REFERENCES blobs (hash),
  ledger_ino REAL,
  ledger_size REAL,
  ledger_mtime REAL,
  ledger_hash TEXT,
  ledger_sha256 TEXT,
  applied_at INTEGER,
  PRIMARY KEY (thought, attempt, position)
) STRICT, WITHOUT ROWID;
CREATE INDEX outputs_by_target ON outputs (target) WHERE ledger_ino IS NOT NULL;
CREATE INDEX outputs_by_wish ON outputs (rule, subject, wanted);
