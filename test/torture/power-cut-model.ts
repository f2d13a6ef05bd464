/** What one thought goes through, one commit each; the word is how its row looks afterwards. */
const STEPS = [
  'waiting 0 - - -',
  'ready 0 - - -',
  'running 1 - - -',
  'running 1 asked - -',
  'answered 1 asked planned -',
  'answered 1 asked planned placed',
  'done 1 asked applied placed',
] as const;

export const STEPS_EACH = STEPS.length;

/** The reference: how the database must look after so many commits of the scenario, as one text. */
export function modelAfter(commits: number): string {
  const rows: string[] = [];
  for (let left = commits; left > 0; left -= STEPS_EACH)
    rows.push(STEPS[Math.min(left, STEPS_EACH) - 1] ?? '');
  const ended = Math.floor(commits / STEPS_EACH);
  return [`${rows.length + ended} events`, ...rows].join('\n');
}

/** The same text of a database as it is: rows of thoughts in order, and how many events there are. */
export const ACTUAL = `SELECT t.state || ' ' || t.attempt || ' ' || iif(t.prompt_key IS NULL, '-', 'asked') || ' '
  || coalesce((SELECT o.state FROM outputs o WHERE o.thought = t.id), '-') || ' '
  || coalesce((SELECT 'placed' FROM outputs o WHERE o.thought = t.id AND o.ledger_ino IS NOT NULL), '-') AS row
  FROM thoughts t ORDER BY t.seq`;
