import type { EventData } from '../contract/event-data.ts';
import { compileGlobs } from '../contract/glob.ts';
import type { CaptureJob, CaptureResult } from '../store/operations/capture.ts';
import type { Store } from '../store/store.ts';
import type { Extractor } from './extraction.ts';
import { composeGathering, GATHER_LIMITS, type GatheredFile } from './gathering.ts';

export interface GatherOptions {
  store: Pick<Store, 'read'>;
  extractor: Pick<Extractor, 'extract'>;
  isOffline(root: string): boolean;
}

/** The text of a thought on a schedule that gathers: what has changed since the time before. */
export async function gather(
  job: Pick<CaptureJob, 'id' | 'rule' | 'event' | 'subject'>,
  wanted: NonNullable<EventData['gather']>,
  now: number,
  { store, extractor, isOffline }: GatherOptions,
  signal: AbortSignal,
): Promise<CaptureResult> {
  const { since, until, rules } = wanted;
  const { event, subject } = job;
  const found = await store.read('gathered', {
    event,
    subject,
    since: Date.parse(since),
    until: Date.parse(until),
    rule: job.rule,
    rules,
  });
  const isWanted = compileGlobs(wanted.files);
  const changed = found.files
    .map(({ root, path, at }) => ({ root, path: `${root}/${path}`, at }))
    .filter(({ path }) => isWanted(path));
  const files: GatheredFile[] = [];
  let characters = 0;
  for (const { root, path, at } of changed) {
    const isFull = characters >= GATHER_LIMITS.total || files.length >= GATHER_LIMITS.files;
    const read = isFull ? NO_ROOM : isOffline(root) ? OFFLINE : await textOf(path, root);
    characters += Math.min(read.text?.length ?? 0, GATHER_LIMITS.file);
    files.push({ path, at, ...read });
  }
  const answers = found.answers.map(({ answer, ...rest }) => ({ ...rest, answer: JSON.parse(answer) }));
  const composed = composeGathering({ since, until, files, answers });
  if (composed === null)
    return { id: job.id, now, kind: 'unwanted', reason: `nothing has changed since ${since}` };
  const { text, truncated } = composed;
  const content = `${count(files.length, 'file')} and ${count(answers.length, 'answer')} since ${since}`;
  return {
    id: job.id,
    now,
    kind: 'captured',
    text,
    format: 'text',
    characters: text.length,
    truncated,
    content,
  };

  async function textOf(path: string, root: string): Promise<Pick<GatheredFile, 'text' | 'why'>> {
    const extraction = await extractor.extract({ path, root, hash: null }, signal);
    switch (extraction.kind) {
      case 'text':
        return extraction.text === '' ? { text: null, why: 'a picture' } : { text: extraction.text, why: '' };
      case 'unreadable':
        return { text: null, why: extraction.reason };
      case 'changed':
        return { text: null, why: 'is not there any more' };
      default:
        return extraction satisfies never;
    }
  }
}

const NO_ROOM = { text: null, why: '' };
const OFFLINE = { text: null, why: 'its folder is offline' };

const count = (number: number, what: string) => `${number} ${what}${number === 1 ? '' : 's'}`;
