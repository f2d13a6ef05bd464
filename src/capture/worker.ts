import { createBell } from '../base/bell.ts';
import type { Clock } from '../base/clock.ts';
import { failpoint } from '../base/failpoint.ts';
import { createLimit } from '../base/limit.ts';
import type { Log } from '../base/log.ts';
import type { LiveEvent } from '../contract/live-event.ts';
import type { Rule } from '../contract/rule.ts';
import type { CaptureJob, CaptureResult } from '../store/operations/capture.ts';
import { eventData } from '../store/queries/list-thoughts.ts';
import type { Store } from '../store/store.ts';
import type { Extractor } from './extraction.ts';
import { gather } from './gather.ts';
import { readsText } from './reads-text.ts';
import { whyUnwanted } from './unwanted.ts';

/** Files read or stored at once; most of the time goes into waiting for a commit. */
const AT_ONCE = 64;

/** Settled thoughts asked for at a time. */
const PAGE = 64;

/** A file that does not look as the journal says will be perceived again; until then it is looked at this often. */
const LOOK_AGAIN_MS = 5000;

/** The longest wait without looking at the queue. */
const MAX_WAIT_MS = 60_000;

export interface CaptureOptions {
  store: Store;
  extractor: Extractor;
  clock: Clock;
  log: Log;
  /** Thoughts became ready. */
  onReady(): void;
  live(event: LiveEvent): void;
  /** The rule of a version in force; undefined where it is not any more. */
  rule(version: string): Rule | undefined;
  /** Whether a root is offline just now: its files are neither gone nor readable. */
  isOffline(root: string): boolean;
}

export interface CaptureWorker {
  /** Says that thoughts were queued. */
  queued(): void;
  /** Works until `signal` aborts, then ends what it is doing. */
  run(signal: AbortSignal): Promise<void>;
}

/** Stores the text of every settled thought and makes it ready, also while its provider is held. */
export function createCaptureWorker(options: CaptureOptions): CaptureWorker {
  const { store, clock } = options;
  const bell = createBell();
  const busy = new Set<string>();
  const slots = createLimit(AT_ONCE, () => bell.ring());
  let backlog: CaptureJob[] = [];
  let mayHaveMore = true;
  let nextAt: number | null = null;

  async function fetchDue(): Promise<void> {
    mayHaveMore = false;
    const due = await store.write('captureDue', { now: clock.now(), limit: PAGE, but: [...busy] });
    backlog = due.jobs;
    mayHaveMore ||= due.jobs.length === PAGE;
    nextAt = due.nextAt;
  }

  function startSome(signal: AbortSignal): void {
    while (slots.free() > 0) {
      const job = backlog.shift();
      if (!job) return;
      busy.add(job.id);
      slots.start(async () => {
        try {
          const lookAgainAt = await captureOne(job, options, signal);
          if (lookAgainAt !== null) nextAt = Math.min(nextAt ?? lookAgainAt, lookAgainAt);
        } finally {
          busy.delete(job.id);
        }
      });
    }
  }

  return {
    queued() {
      mayHaveMore = true;
      bell.ring();
    },
    async run(signal) {
      try {
        while (!signal.aborted) {
          slots.assertWell();
          const isDue = nextAt !== null && nextAt <= clock.now();
          if (backlog.length === 0 && (mayHaveMore || isDue)) await fetchDue();
          startSome(signal);
          if (slots.free() > 0 && mayHaveMore) continue;
          const waitMs =
            nextAt === null ? MAX_WAIT_MS : Math.min(Math.max(nextAt - clock.now(), 0), MAX_WAIT_MS);
          await bell.wait(slots.free() === 0 ? MAX_WAIT_MS : waitMs, signal);
        }
      } finally {
        await slots.idle();
      }
    },
  };
}

/** When to look at it again (epoch ms), where it could not be captured yet. */
async function captureOne(
  job: CaptureJob,
  options: CaptureOptions,
  signal: AbortSignal,
): Promise<number | null> {
  const { store, clock, log } = options;
  try {
    const result = await captureFile(job, options, signal);
    failpoint('text:read');
    const changed = await store.write('captured', result);
    if (result.kind === 'later') return result.at;
    if (!changed) return null;
    if (result.kind === 'unreadable') {
      log.warning('file not captured', { thought: job.id, rule: job.rule, reason: result.reason });
      tell(job, options, 'dead', result.reason);
      return null;
    }
    if (result.kind === 'unwanted') {
      tell(job, options, 'cancelled', result.reason);
      return null;
    }
    tell(job, options, 'ready', '');
    options.onReady();
    return null;
  } catch (error) {
    if (signal.aborted) return null;
    log.error('capture failed', { thought: job.id, error });
    const at = clock.now() + LOOK_AGAIN_MS;
    const reason = 'capture failed, see the log; it is tried again';
    await store.write('captured', { id: job.id, now: clock.now(), kind: 'later', at, reason });
    return at;
  }
}

async function captureFile(
  job: CaptureJob,
  options: CaptureOptions,
  signal: AbortSignal,
): Promise<CaptureResult> {
  const { extractor, clock } = options;
  const data = eventData(job.data);
  const now = clock.now();
  if (data.gather !== undefined) return gather(job, data.gather, now, options, signal);
  const { path, root } = data;
  if (path === undefined || root === undefined || data.change === 'deleted')
    return { id: job.id, now, kind: 'nothing' };
  const later = (reason: string): CaptureResult => ({
    id: job.id,
    now,
    kind: 'later',
    at: now + LOOK_AGAIN_MS,
    reason,
  });
  if (options.isOffline(root)) return later(`held: ${root} is offline`);
  const rule = options.rule(job.version);
  if (rule !== undefined && !readsText(rule)) return { id: job.id, now, kind: 'nothing' };
  const extraction = await extractor.extract({ path, root, hash: job.hash }, signal);
  switch (extraction.kind) {
    case 'text': {
      const { text, format, characters, truncated, pictures = [], unread } = extraction;
      const reason = whyUnwanted(rule, text);
      if (reason !== null) return { id: job.id, now, kind: 'unwanted', reason };
      return {
        id: job.id,
        now,
        kind: 'captured',
        text,
        format,
        characters,
        truncated,
        pictures,
        ...(unread === undefined ? {} : { unread }),
        content: snippet(text) || `(${pictures.length === 1 ? 'a picture' : `${pictures.length} pictures`})`,
      };
    }
    case 'unreadable':
      return { id: job.id, now, kind: 'unreadable', reason: extraction.reason };
    case 'changed':
      return later('the file has changed since: waiting for its newer revision');
    default:
      return extraction satisfies never;
  }
}

function tell(
  job: CaptureJob,
  { live, clock }: CaptureOptions,
  state: 'ready' | 'dead' | 'cancelled',
  reason: string,
): void {
  const { subject } = job;
  live({
    type: 'state',
    at: new Date(clock.now()).toISOString(),
    thought: job.id,
    rule: job.rule,
    subject,
    state,
    reason,
  });
}

/** What `thoughts` shows of a text: its first 280 characters on one line. */
function snippet(text: string): string {
  return text.slice(0, 1000).replaceAll(/\s+/g, ' ').trim().slice(0, 280);
}
