import { THOUGHT_MOVES, THOUGHT_STATES } from '../contract/thought.ts';
import type { SqliteConnection } from './sqlite.ts';

/** Makes the database itself refuse a move that the table of states does not know; for the writer's connection. */
export function guardMoves(connection: SqliteConnection): void {
  const legal = THOUGHT_STATES.flatMap((from) => THOUGHT_MOVES[from].map((to) => `${from}>${to}`));
  // One string to search: a list after IN would be made into a table of its own at each move.
  connection.exec(
    `CREATE TEMP TRIGGER legal_moves BEFORE UPDATE OF state ON main.thoughts
     WHEN instr(' ${legal.join(' ')} ', ' ' || OLD.state || '>' || NEW.state || ' ') = 0
     BEGIN SELECT RAISE(ABORT, 'illegal move of a thought'); END`,
  );
}
