import { sha256 } from '../../base/ids.ts';
import type { Access } from '../../contract/access.ts';
import type { Daemon } from '../daemon.ts';
import type { Reply } from '../requests.ts';
import { checked, idempotencyKey } from './input.ts';

/** An `Idempotency-Key` as this caller's own, so that nobody gets the answer to what another one asked. */
export function callersKey(given: string | null, access: Access | null): string | null {
  const key = checked(idempotencyKey, given ?? undefined, 'Idempotency-Key');
  if (key === undefined) return null;
  // No key that was sent has an arrow in it, so the owner's are never another's.
  return access?.kind === 'token' ? `${access.id}→${key}` : key;
}

/** Does the work, unless it was done for this key before: then that is answered again. */
export async function replyOnce(
  { key, params, body }: { key: string | null; params: unknown; body: unknown },
  route: string,
  daemon: Pick<Daemon, 'once'>,
  work: () => Promise<Reply>,
): Promise<Reply> {
  if (key === null) return work();
  return daemon.once({ key, route, digest: sha256(JSON.stringify([params, body])) }, work);
}
