import { CodedError } from '../base/errors.ts';
import type { OutputKind } from '../contract/rule-output.ts';
import { append } from './append.ts';
import { frontmatter } from './frontmatter.ts';
import { insert } from './insert.ts';
import { move, rename } from './move.ts';
import type { OutputHandler, SendHandler, SentKind } from './output.ts';
import { command } from './send/command.ts';
import { notify } from './send/notify.ts';
import { webhook } from './send/webhook.ts';
import { tag } from './tag.ts';
import { tasks } from './tasks.ts';
import { write } from './write.ts';

/** Every kind of output that changes files. */
const ON_DISK: Partial<Record<OutputKind, OutputHandler>> = {
  write,
  append,
  frontmatter,
  insert,
  tasks,
  tag,
  move,
  rename,
};

/** Every kind that leaves the disk: it cannot be taken back. */
const SENT: Readonly<Record<SentKind, SendHandler>> = { notify, webhook, command };

/** How an output of a kind is planned, applied and taken back; null where it is sent. */
export function onDisk(kind: OutputKind): OutputHandler | null {
  return ON_DISK[kind] ?? null;
}

/** How an output of a kind that is sent is planned. Throws `output-kind` where it is not. */
export function sent(kind: OutputKind): SendHandler {
  if (kind === 'notify' || kind === 'webhook' || kind === 'command') return SENT[kind];
  throw new CodedError('output-kind', `outputs of the kind ${kind} are not in this version`, { value: kind });
}
