/** What SQLite and Postgres both take as a value. */
export type SqlValue = string | number | null | Uint8Array;

/** One SQL text with named parameters (`:name`), what it takes (an object of {@link SqlValue}s) and what a row of it looks like. */
export interface Statement<Values extends object, Row> {
  /** With `?` in place of each name. */
  readonly sql: string;
  /** The names in the order of their `?`. */
  readonly names: readonly string[];
  /** Never set: carries the types only. */
  readonly types?: (values: Values) => Row;
}

/** Declares a statement; prepared once per connection at its first use. */
export function statement<Values extends object = Record<string, never>, Row = never>(
  text: string,
): Statement<Values, Row> {
  const names: string[] = [];
  const sql = text.replaceAll(/:([a-zA-Z]\w*)/g, (_, name: string) => {
    names.push(name);
    return '?';
  });
  return { sql, names };
}

/** A transaction as operations see it: the same on every database. */
export interface Transaction {
  run<V extends object>(what: Statement<V, never>, values: V): Promise<number> | number;
  /** Inserts one row: the number the database gave it, or null where it was not inserted. */
  insert<V extends object>(what: Statement<V, never>, values: V): Promise<number | null> | number | null;
  one<V extends object, R>(what: Statement<V, R>, values: V): Promise<R | undefined> | R | undefined;
  /**
   * One row that sums up so many that objects for each would cost: its SQL calls the function `visit`, which
   * takes numbers and returns 0, for each of them.
   */
  visit<V extends object, R>(
    what: Statement<V, R>,
    values: V,
    visit: (...numbers: number[]) => void,
  ): Promise<R | undefined> | R | undefined;
  all<V extends object, R>(what: Statement<V, R>, values: V): Promise<R[]> | R[];
}

/** One named operation: runs whole inside a transaction; callers send values, never SQL. */
export type Operation<Input, Output> = (tx: Transaction, input: Input) => Promise<Output> | Output;
