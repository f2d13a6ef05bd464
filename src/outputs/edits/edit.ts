/** What an edit makes of the bytes that stand there now. `note` says what was left out of it; empty: nothing was. */
export type Edited =
  | { kind: 'changed'; content: Buffer; note: string }
  /** It is there already; `exact`: word for word. */
  | { kind: 'already'; exact: boolean; note: string }
  | { kind: 'impossible'; reason: string };

/** What taking an edit back leaves; null = no file. `reason` says exactly why it stays. */
export type TakenOut = { kind: 'taken'; content: Buffer | null } | { kind: 'stays'; reason: string };

/** What is to be done. */
export interface Task {
  /** The instruction, as it was planned. */
  content: string;
  /** The `markOf` its thought and position. */
  mark: string;
  /** Name of the file, perhaps with its folder. */
  file: string;
}

/** What the file was before the edit. */
export interface Former {
  /** null = there was none; `unknown` = it was not kept, or retention has removed it. */
  bytes: Buffer | null | 'unknown';
  /** Of what stood there when the edit was planned; null = nothing. */
  sha256: string | null;
}

/**
 * One way to edit a file that is a person's. Pure: what is planned is the instruction, and it is carried out on
 * whatever bytes stand there when it is applied. All other bytes stay as they are, whatever they are.
 */
export interface Edit {
  /** `whole`: null = there is no file. */
  apply(whole: Buffer | null, task: Task): Edited;
  /** `now`: what stands there, edited by a person since. */
  undo(now: Buffer, task: Task, former: Former): TakenOut;
}

export function impossible(reason: string): Edited {
  return { kind: 'impossible', reason };
}

export function stays(reason: string): TakenOut {
  return { kind: 'stays', reason };
}
