import { CodedError } from '../base/errors.ts';
import type { RuleOutput } from '../contract/rule.ts';
import { OWN_FILE } from '../contract/rule-output.ts';
import { parentOf } from './place.ts';
import type { Rendering } from './rendering.ts';

/** The absolute path text that an output on a file is about. Throws `template-failed`, `path-escapes`, `path-not-absolute`. */
export function wantedOf({ kind, path }: RuleOutput, rendering: Rendering): string {
  const own = rendering.request.event.data.path;
  if (OWN_FILE.test(path)) return ownOf(own);
  if (kind === 'rename') return `${parentOf(ownOf(own))}/${nameOf(rendering.path(`/${path}`))}`;
  if (kind === 'move' && path.endsWith('/')) return `${rendering.path(path)}/${nameOf(ownOf(own))}`;
  return rendering.path(path);
}

function ownOf(path: string | undefined): string {
  if (path !== undefined) return path;
  throw new CodedError('path-not-absolute', 'the event is about no file, so there is none to change');
}

function nameOf(path: string): string {
  return path.slice(path.lastIndexOf('/') + 1);
}
