import type { FileObservation, FilesBatch, MetFolder } from '../../contract/event.ts';

/** Most observations of a batch: changes each cost the journal several rows, the others only one. */
const MOST_CHANGES = 200;
const MOST_ROWS = 2000;

/** One root's way out. What does not fit waits with its finder, so that a slow journal makes it gather. */
export interface Lane {
  /** Observations not accepted yet. */
  readonly size: number;
  put(observation: FileObservation): void;
  /** Nothing more may be put before {@link room} resolves. */
  readonly full: boolean;
  room(): Promise<void>;
  /** Sends what there is as soon as the batch before was accepted. */
  flush(): void;
  /** Sends the rest, marked as the end of the root's first scan. */
  finishBaseline(): void;
  /** From here on the root is this folder. What was put before is sent before where rows are set aside; else it goes with the next batch. */
  meet(met: MetFolder): void;
  close(): void;
}

/** Sends batches of all roots, one at a time: the next only once the one before was accepted. */
export interface Sender {
  lane(root: string): Lane;
  /** The batch in flight was accepted; the root it was of. */
  accepted(): string | null;
}

interface Line {
  root: string;
  /** Made up already; sent before the rest. */
  batches: FilesBatch[];
  observations: FileObservation[];
  changes: number;
  due: boolean;
  baselined: boolean;
  met: MetFolder | null;
  /** Observations sent and not accepted. */
  inFlight: number;
  waiting: (() => void)[];
}

export function createSender(send: (batch: FilesBatch) => void): Sender {
  let lines: Line[] = [];
  let inFlight: Line | null = null;

  function pump(): void {
    if (inFlight) return;
    const next = lines.find((line) => line.due || line.batches.length > 0);
    if (!next) return;
    inFlight = next;
    // To the end of the row, so that a busy root does not keep the others waiting.
    lines = [...lines.filter((line) => line !== next), next];
    const batch = next.batches.shift() ?? takeBatch(next);
    next.inFlight = batch.observations.length;
    send(batch);
    for (const resolve of next.waiting.splice(0)) resolve();
  }

  return {
    lane(root) {
      const line: Line = {
        root,
        batches: [],
        observations: [],
        changes: 0,
        due: false,
        baselined: false,
        met: null,
        inFlight: 0,
        waiting: [],
      };
      lines.push(line);
      return laneOf(line, pump, () => {
        lines = lines.filter((each) => each !== line);
      });
    },
    accepted() {
      const line = inFlight;
      if (line) line.inFlight = 0;
      inFlight = null;
      pump();
      return line?.root ?? null;
    },
  };
}

function takeBatch(line: Line): FilesBatch {
  const { root, observations, baselined, met } = line;
  line.observations = [];
  line.changes = 0;
  line.due = false;
  line.baselined = false;
  line.met = null;
  return { root, observations, baselined, ...(met === null ? {} : { met }) };
}

function laneOf(line: Line, pump: () => void, remove: () => void): Lane {
  const isFull = () =>
    line.baselined || line.changes >= MOST_CHANGES || line.observations.length >= MOST_ROWS;
  return {
    get size() {
      const made = line.batches.reduce((sum, batch) => sum + batch.observations.length, 0);
      return line.inFlight + made + line.observations.length;
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
    meet(met) {
      if (met.aside) {
        line.batches.push(takeBatch(line), { root: line.root, observations: [], baselined: false, met });
        pump();
      } else line.met = met;
    },
    close() {
      remove();
      line.batches = [];
      line.observations = [];
      line.changes = 0;
      line.baselined = false;
      for (const resolve of line.waiting.splice(0)) resolve();
    },
  };
}
