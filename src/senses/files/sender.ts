import type { FileObservation, FilesBatch } from '../../contract/event.ts';

/** Most observations of a batch: changes each cost the journal several rows, the others only one. */
const MOST_CHANGES = 200;
const MOST_ROWS = 2000;

/** One root's way out. What does not fit waits with its finder, so that a slow journal makes it gather. */
export interface Lane {
  /** Observations not sent yet. */
  readonly size: number;
  put(observation: FileObservation): void;
  /** Nothing more may be put before {@link room} resolves. */
  readonly full: boolean;
  room(): Promise<void>;
  /** Sends what there is as soon as the batch before was accepted. */
  flush(): void;
  /** Sends the rest, marked as the end of the root's first scan. */
  finishBaseline(): void;
  close(): void;
}

/** Sends batches of all roots, one at a time: the next only once the one before was accepted. */
export interface Sender {
  lane(root: string): Lane;
  accepted(): void;
}

interface Line {
  root: string;
  observations: FileObservation[];
  changes: number;
  due: boolean;
  baselined: boolean;
  waiting: (() => void)[];
}

export function createSender(send: (batch: FilesBatch) => void): Sender {
  let lines: Line[] = [];
  let inFlight = false;

  function pump(): void {
    if (inFlight) return;
    const next = lines.find((line) => line.due);
    if (!next) return;
    inFlight = true;
    // To the end of the row, so that a busy root does not keep the others waiting.
    lines = [...lines.filter((line) => line !== next), next];
    const { observations, baselined } = next;
    next.observations = [];
    next.changes = 0;
    next.due = false;
    next.baselined = false;
    send({ root: next.root, observations, baselined });
    for (const resolve of next.waiting.splice(0)) resolve();
  }

  return {
    lane(root) {
      const line: Line = { root, observations: [], changes: 0, due: false, baselined: false, waiting: [] };
      lines.push(line);
      return laneOf(line, pump, () => {
        lines = lines.filter((each) => each !== line);
      });
    },
    accepted() {
      inFlight = false;
      pump();
    },
  };
}

function laneOf(line: Line, pump: () => void, remove: () => void): Lane {
  const isFull = () =>
    line.baselined || line.changes >= MOST_CHANGES || line.observations.length >= MOST_ROWS;
  return {
    get size() {
      return line.observations.length;
    },
    get full() {
      return isFull();
    },
    put(observation) {
      line.observations.push(observation);
      if (observation.change !== 'existing' && observation.change !== 'unchanged') line.changes += 1;
      if (!isFull()) return;
      line.due = true;
      pump();
    },
    async room() {
      while (isFull()) await new Promise<void>((resolve) => line.waiting.push(resolve));
    },
    flush() {
      if (line.observations.length === 0) return;
      line.due = true;
      pump();
    },
    finishBaseline() {
      line.due = true;
      line.baselined = true;
      pump();
    },
    close() {
      remove();
      line.observations = [];
      line.changes = 0;
      line.baselined = false;
      for (const resolve of line.waiting.splice(0)) resolve();
    },
  };
}
