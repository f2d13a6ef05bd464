import { CodedError, EXIT } from '../base/errors.ts';
import type { UndoableView, UndoResult } from '../contract/api.ts';
import type { Page } from '../contract/page.ts';
import type { Outputs } from '../outputs/worker.ts';
import type { AppliedOutput, AppliedPlace } from '../store/queries/applied-by.ts';
import type { Store } from '../store/store.ts';
import type { OfRule, UndoableQuery, UndoWhich } from '../surfaces/requests.ts';
import { wholeId } from './ask.ts';

/** Takes back what is meant, the last done first. Throws what `Daemon.undo` does. */
export async function undo(
  which: UndoWhich,
  store: Store,
  outputs: Pick<Outputs, 'undo'>,
): Promise<UndoResult[]> {
  if ('rule' in which) return undoRule(which, store, outputs);
  const id = 'id' in which ? await wholeId(store, which.id) : await store.read('lastApplied', undefined);
  if (id === null) throw nothing('nothing was written, or all of it was undone');
  return outputs.undo(id, null);
}

/** What a rule has done on disk and what still stands, the last done first, a page at a time. */
export async function undoable(
  { rule, since, limit, cursor }: UndoableQuery,
  store: Store,
): Promise<Page<UndoableView>> {
  const after = cursor ? placeIn(cursor) : undefined;
  const applied = await store.read('appliedBy', {
    ...{ rule, since: since ?? null, limit: limit + 1 },
    ...(after === undefined ? {} : { after }),
  });
  const page = applied.slice(0, limit);
  const last = page.at(-1);
  const items = page.filter(canBeTakenBack).map(({ at, source, mode: _, ...output }) => ({
    ...output,
    ...(source === null ? {} : { source }),
    at: new Date(at).toISOString(),
  }));
  const isMore = applied.length > limit && last !== undefined;
  return { items, next: isMore ? `${last.at}-${last.thought}-${last.position}` : null };
}

function placeIn(cursor: string): AppliedPlace {
  const [, at, thought, position] = /^(\d{1,15})-([0-9a-f]{1,64})-(\d{1,6})$/.exec(cursor) ?? [];
  if (thought !== undefined) return { at: Number(at), thought, position: Number(position) };
  throw new CodedError('request-invalid', 'the query: cursor: not one that was given', {
    value: cursor.slice(0, 200),
    allowed: '`next` of the page before',
    exitCode: EXIT.usage,
  });
}

async function undoRule(
  { rule, since }: OfRule,
  store: Store,
  outputs: Pick<Outputs, 'undo'>,
): Promise<UndoResult[]> {
  const wanted = { rule, since: since ?? null };
  const applied = await store.read('appliedBy', wanted);
  const onDisk = applied.filter(canBeTakenBack);
  if (onDisk.length === 0) throw nothing(`nothing that ${rule} has written since then still stands`, rule);
  const results: UndoResult[] = [];
  for (const thought of new Set(onDisk.map((each) => each.thought))) {
    for (const result of await outputs.undo(thought, wanted.since)) {
      // What was taken back before is not asked for.
      if (applied.some((each) => each.thought === thought && each.position === result.position))
        results.push(result);
    }
  }
  return results;
}

/** What was sent is gone: whoever takes back what was done last, and last but one, must come past it. */
function canBeTakenBack({ mode }: AppliedOutput): boolean {
  return mode !== 'send';
}

function nothing(why: string, value?: string): CodedError {
  return new CodedError('nothing-to-undo', `there is nothing to take back: ${why}`, {
    ...(value === undefined ? {} : { value }),
    next: 'see what was done with `consciousness thoughts --state done`',
    exitCode: EXIT.failed,
  });
}
