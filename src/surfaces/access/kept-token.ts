import type { Scope } from '../../contract/access.ts';
import type { TokenView } from '../../contract/token-view.ts';
import type { TokenRow } from '../../store/operations/tokens.ts';

/** How long a session lives after its last use. */
const SESSION_MS = 12 * 60 * 60 * 1000;

/** A token that the daemon knows of. */
export interface KeptToken {
  row: Readonly<TokenRow>;
  digest: Buffer;
  /** Epoch ms; newer than the row's, which is only written now and then. */
  usedAt: number | null;
  /** Answers to it that are under way, streams among them. */
  open: number;
  /** Aborts when it is revoked or over. */
  ended: AbortController;
}

export function keptToken(row: TokenRow): KeptToken {
  return {
    row,
    digest: Buffer.from(row.hash, 'hex'),
    usedAt: row.usedAt,
    open: 0,
    ended: new AbortController(),
  };
}

/** When it is over (epoch ms), as things stand; null = never. A session is in use while a page is open. */
export function endOf({ row, usedAt, open }: KeptToken): number | null {
  if (row.kind === 'token') return row.expiresAt;
  return open > 0 ? null : Math.max(row.createdAt, usedAt ?? 0) + SESSION_MS;
}

export function isOver(token: KeptToken, now: number): boolean {
  const end = endOf(token);
  return token.ended.signal.aborted || (end !== null && end <= now);
}

export function scopesOf(row: Pick<TokenRow, 'act'>): Scope[] {
  return row.act === 1 ? ['read', 'act'] : ['read'];
}

export function viewOf(token: KeptToken, now: number): TokenView {
  const { id, name, kind, createdAt } = token.row;
  const iso = (at: number | null) => (at === null ? null : new Date(at).toISOString());
  return {
    id,
    name,
    kind,
    scopes: scopesOf(token.row),
    createdAt: new Date(createdAt).toISOString(),
    usedAt: iso(token.usedAt),
    expiresAt: iso(endOf(token)),
    expired: isOver(token, now),
  };
}
