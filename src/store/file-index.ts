import type { FileStat } from '../contract/event.ts';
import { statement } from './statement.ts';

/** What is known of one file: how often its content changed, and whether it is there. */
export interface IndexRow {
  revision: number;
  present: number;
}

/** `present` of a row whose folder was replaced as a whole: its file was not deleted, and may come back. */
export const ASIDE = 2;

/** The index row, if any, and whether the ledger says that this is how we left the file. */
export interface Known {
  revision: number | null;
  present: number | null;
  hash: string | null;
  size: number | null;
  mtime: number | null;
  own: number;
}

/** One file's row. */
export const selectRow = statement<{ root: number; path: string }, IndexRow>(
  `SELECT revision, present FROM files WHERE root = :root AND path = :path`,
);

/** Makes or replaces a row: the file is there and looks like this. */
export const upsertRow = statement<
  FileStat & { root: number; path: string; revision: number; existing: number; hash: string | null }
>(
  `INSERT INTO files (root, path, revision, present, existing, dev, ino, birth, size, mtime, ctime, hash)
   VALUES (:root, :path, :revision, 1, :existing, :dev, :ino, :birth, :size, :mtime, :ctime, :hash)
   ON CONFLICT (root, path) DO UPDATE SET revision = excluded.revision, present = 1,
     existing = excluded.existing, dev = excluded.dev, ino = excluded.ino, birth = excluded.birth,
     size = excluded.size, mtime = excluded.mtime, ctime = excluded.ctime, hash = excluded.hash`,
);

/** The same content with another stat, or a hash that was not known yet. */
export const refreshRow = statement<FileStat & { root: number; path: string; hash: string | null }>(
  `UPDATE files SET dev = :dev, ino = :ino, birth = :birth, size = :size, mtime = :mtime, ctime = :ctime,
     hash = coalesce(:hash, hash) WHERE root = :root AND path = :path`,
);

/** The file is gone; its revision counts that. */
export const markDeleted = statement<{ root: number; path: string; revision: number }>(
  `UPDATE files SET present = 0, existing = 0, revision = :revision, hash = NULL WHERE root = :root AND path = :path`,
);

/** The root's first scan is complete. */
export const markBaselined = statement<{ root: number; now: number }>(
  `UPDATE roots SET baselined_at = coalesce(baselined_at, :now) WHERE id = :root`,
);

/** The root is this folder from now on. */
export const meetFolder = statement<{ root: number; dev: number; ino: number; birth: number }>(
  `UPDATE roots SET dev = :dev, ino = :ino, birth = :birth WHERE id = :root`,
);

/** Everything that was there belongs to the folder before. */
export const setAside = statement<{ root: number; aside: number }>(
  `UPDATE files SET present = :aside WHERE root = :root AND present = 1`,
);

/** SQL: of a hash in `ours`, what we made those bytes from at `:target`. Crossed, so that each step looks its one hash up. */
const MADE_FROM = `
  UNION SELECT o.ledger_from FROM ours CROSS JOIN outputs o
    ON o.target = :target AND o.ledger_ino IS NOT NULL AND o.ledger_hash = ours.was
  UNION SELECT o.undo_from FROM ours CROSS JOIN outputs o
    ON o.target = :target AND o.undo_ino IS NOT NULL AND o.undo_hash = ours.was
  UNION SELECT NULL FROM ours CROSS JOIN outputs o
    ON o.source = :target AND o.undo_ino IS NOT NULL AND o.undo_hash = ours.was`;

/** SQL: whether a file has just the looks that are asked about, as the columns of a prefix tell of them. */
function looksAs(columns: 'ledger' | 'undo'): string {
  return `${columns}_ino = :ino AND ${columns}_size = :size AND ${columns}_mtime = :mtime AND ${columns}_hash = :hash`;
}

/**
 * SQL: `ours`, empty where the file at `:target` does not look as we left it (as we wrote or moved it there, or put it
 * back); else the hashes of what we made it from, through all our edits since. NULL: it was ours from its beginning.
 */
export const OURS = `WITH RECURSIVE ours (was) AS (
  SELECT ledger_from FROM outputs WHERE target = :target AND ledger_ino IS NOT NULL AND ${looksAs('ledger')}
    AND (source IS NULL OR undo_ino IS NULL)
  UNION SELECT undo_from FROM outputs WHERE target = :target AND undo_ino IS NOT NULL AND ${looksAs('undo')}
    AND source IS NULL
  UNION SELECT NULL FROM outputs WHERE source = :target AND undo_ino IS NOT NULL AND ${looksAs('undo')}
  ${MADE_FROM})`;

/**
 * What is known of a file that is there, and whether it looks as we left it, and what we made it from was known, too,
 * back to what the index has. A person's file that nobody had perceived before we edited it is not ours alone.
 */
export const selectKnown = statement<
  {
    root: number;
    path: string;
    target: string;
    ino: number;
    size: number;
    mtime: number;
    hash: string | null;
  },
  Known
>(
  `${OURS}
   SELECT f.revision, f.present, f.hash, f.size, f.mtime, EXISTS (
     SELECT 1 FROM ours WHERE was IS NULL OR was = f.hash OR (f.present = 1 AND f.hash IS NULL)) AS own
   FROM (SELECT 1) LEFT JOIN files f ON f.root = :root AND f.path = :path`,
);

/** The event that tells of the file as it was just before it went; none where that was our own doing. */
const ITS_EVENT = `SELECT 1 FROM events e WHERE e.dedup = 'file:' || :target || '#' || f.revision`;

/**
 * A file that went: whether that was our doing. It was as we had left it, and the last thing that we did about it was
 * taking it away; or it was moved by us, and nobody has put a file there since; or it was moved back by us. Before it
 * was moved we may have edited it, which nobody needs to have perceived.
 */
export const selectGone = statement<
  { root: number; path: string; target: string },
  IndexRow & { own: number }
>(
  `WITH RECURSIVE ours (was) AS (
     SELECT o.ledger_hash FROM files f JOIN outputs o ON o.source = :target JOIN thoughts t ON t.id = o.thought
     WHERE f.root = :root AND f.path = :path AND o.ledger_ino IS NOT NULL AND o.undo_ino IS NULL
       AND o.state IN ('planned', 'applied') AND NOT EXISTS (${ITS_EVENT} AND e.seq > t.event)
     UNION SELECT o.undo_hash FROM files f JOIN outputs o ON o.target = :target AND o.source IS NOT NULL
     WHERE f.root = :root AND f.path = :path AND o.undo_ino IS NOT NULL AND NOT EXISTS (${ITS_EVENT})
     ${MADE_FROM})
   SELECT revision, present, (EXISTS (
     SELECT 1 FROM outputs o WHERE o.target = :target AND o.ledger_ino IS NOT NULL AND o.source IS NULL AND (
       (o.ledger_ino = f.ino AND o.ledger_size = f.size AND o.ledger_mtime = f.mtime)
       OR (o.undo_ino = f.ino AND o.undo_size = f.size AND o.undo_mtime = f.mtime))
   ) AND 0 = (
     -- Of one thought the first output is taken back last.
     SELECT o.undo_ino FROM outputs o WHERE o.target = :target AND o.ledger_ino IS NOT NULL
     ORDER BY coalesce(o.undo_asked_at, o.applied_at, 0) DESC, o.position LIMIT 1)
   ) OR EXISTS (SELECT 1 FROM ours WHERE was = f.hash OR f.hash IS NULL) AS own
   FROM files f WHERE root = :root AND path = :path`,
);
