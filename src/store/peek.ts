import { existsSync } from 'node:fs';
import { READS, type ReadInput, type ReadOutput, type Reads } from './catalogue.ts';
import { findDamage } from './damage.ts';
import { MIGRATIONS } from './open.ts';
import { migrationsIn, openSqlite, schemaVersion } from './sqlite.ts';
import type { Operation } from './statement.ts';

/**
 * Asks one question of a database that a daemon of another process may have open. Null where there is no database
 * yet, or one whose schema is not ours. Throws what `openSqlite` throws.
 */
export async function peek<Name extends keyof Reads>(
  database: string,
  name: Name,
  input: ReadInput<Name>,
): Promise<ReadOutput<Name> | null> {
  if (!existsSync(database)) return null;
  const connection = openSqlite(database, { readOnly: true });
  try {
    if (schemaVersion(connection) !== migrationsIn(MIGRATIONS).length) return null;
    // The catalogue ties names to inputs and outputs; looking one up by a variable loses the tie.
    return await (READS[name] as Operation<unknown, never>)(connection, input);
  } finally {
    connection.close();
  }
}

/** What is wrong with the pages of a database; null = nothing, undefined = there is none yet. */
export function quickCheck(database: string): string | null | undefined {
  if (!existsSync(database)) return undefined;
  const connection = openSqlite(database, { readOnly: true });
  try {
    return findDamage(connection, 'quick');
  } finally {
    connection.close();
  }
}
