import { CodedError } from '../base/errors.ts';
import type { Config } from '../contract/config.ts';
import type { EventData } from '../contract/event-data.ts';
import type { JournaledThought } from '../contract/thought-view.ts';
import type { Captured } from '../mind/compose.ts';
import { peek } from '../store/peek.ts';

/** What a thought was about, as it was captured then. */
export interface Past {
  view: JournaledThought;
  event: { at: number; data: EventData };
  captured: Captured | null;
}

/** The thought of this id, or of the only one that begins like this. Throws `thought-unknown`. */
export async function pastThought(prefix: string, config: Config): Promise<JournaledThought> {
  const [id, ...others] = (await peek(config.database, 'idsByPrefix', { prefix })) ?? [];
  const view = id === undefined ? null : await peek(config.database, 'viewThought', { id });
  if (view && others.length === 0) return view;
  throw new CodedError('thought-unknown', `there is no one thought ${prefix}`, {
    value: prefix,
    next: 'list them with `consciousness thoughts`',
  });
}

/** What it was about; null where that is not kept any more. */
export async function pastOf(view: JournaledThought, config: Config): Promise<Past | null> {
  const isOnFile = view.event.data.path !== undefined;
  if (isOnFile && view.captured === null) return null;
  const event = { at: Date.parse(view.event.at), data: view.event.data };
  if (view.captured === null) return { view, event, captured: null };
  const pictures = (await peek(config.database, 'picturesOf', { id: view.id })) ?? [];
  const { text, kind, truncated, unread } = view.captured;
  const captured = {
    ...{ text, format: kind, truncated },
    ...(unread === '' ? {} : { unread }),
    ...(pictures.length === 0 ? {} : { pictures }),
  };
  return { view, event, captured };
}

/** What to say where it is not kept. */
export function forgotten({ id }: JournaledThought): CodedError {
  return new CodedError('nothing-to-compare', `what the thought ${id} was about is not kept any more`, {
    value: id,
    next: 'see `retention.captured` in config.yaml',
  });
}
