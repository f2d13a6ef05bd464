import { timingSafeEqual } from 'node:crypto';
import type { Clock } from '../../base/clock.ts';
import { CodedError, EXIT, messageOf } from '../../base/errors.ts';
import type { Log } from '../../base/log.ts';
import type { Random } from '../../base/random.ts';
import type { Access } from '../../contract/access.ts';
import { type NewToken, SESSION_NAME, type TokenView, type WhichTokens } from '../../contract/token-view.ts';
import type { TokenRow } from '../../store/operations/tokens.ts';
import type { Store } from '../../store/store.ts';
import { endOf, isOver, type KeptToken, keptToken, scopesOf, viewOf } from './kept-token.ts';
import { hashOf, idIn, newToken } from './token-text.ts';

/** When a token was last used is written down so often at most. */
const USED_MS = 60_000;
const MOST_TOKENS = 100;
/** A page that opens beyond closes the one that was used least lately. */
const MOST_SESSIONS = 32;

/** Tokens and sessions: who is let in through the port. Only this knows of them; the table is read once, at the start. */
export interface Tokens {
  list(): TokenView[];
  /** Its text is told here, and nowhere again. Throws `token-name-taken`, `tokens-too-many`, `store-unavailable`. */
  make(what: NewToken): Promise<{ text: string; view: TokenView }>;
  makeSession(): Promise<{ text: string; view: TokenView }>;
  /**
   * Lets nobody in with them any more, at once, and forgets them. Throws `token-unknown`, and `store-unavailable` where
   * they would be back after a restart.
   */
  revoke(which: WhichTokens): Promise<TokenView[]>;
  /** Who shows this text; null for all others, and nobody can tell by its time for which. */
  admit(text: string): Extract<Access, { kind: 'token' }> | null;
  /** An answer to it is under way; the function returned ends that. */
  enter(id: string): () => void;
  /** Ends what is over, and says in how many milliseconds the next one is; null where nothing will be. */
  sweep(): number | null;
  /** Tokens and sessions that are let in. */
  count(): { tokens: number; sessions: number };
}

export interface TokensOptions {
  /** Writes to it fail at once while the disk takes nothing. */
  store: Store;
  clock: Clock;
  random: Random;
  log: Log;
  /** Tokens made before it (epoch ms) are void: the database is a backup's, and what was revoked since would be back. */
  voidBefore?: number;
  /** Somebody came or went. */
  onChange(): void;
  /** Default: Node's `timingSafeEqual`. */
  isSame?: (one: Buffer, other: Buffer) => boolean;
}

export async function createTokens(options: TokensOptions): Promise<Tokens> {
  const { store, clock, random, log, voidBefore = 0, isSame = timingSafeEqual } = options;
  const all = new Map<string, KeptToken>();
  /** Compared with where there is no such token, so that it takes the same time. */
  const nobody = Buffer.from(hashOf(newToken(random).text), 'hex');
  const rows = await store.read('tokens', undefined);
  const isVoid = ({ createdAt }: TokenRow) => createdAt < voidBefore;
  for (const row of rows) if (!isVoid(row)) all.set(row.id, keptToken(row));
  const gone = rows.filter(isVoid).map(({ id }) => id);
  if (gone.length > 0) {
    log.warning('tokens revoked', { count: gone.length, reason: 'the database was restored from a backup' });
    // Where that fails, the next start does it.
    await forget(gone);
  }

  /** What nobody is let in with already. */
  async function forget(ids: readonly string[]): Promise<void> {
    await store
      .write('dropTokens', { ids })
      .catch((error: unknown) => log.warning('tokens not forgotten', { count: ids.length, error }));
  }

  const ofKind = (kind: TokenRow['kind']) => [...all.values()].filter(({ row }) => row.kind === kind);
  const letIn = (kind: TokenRow['kind']) =>
    ofKind(kind).filter((token) => !isOver(token, clock.now())).length;

  async function keep(facts: Pick<TokenRow, 'name' | 'kind' | 'act' | 'expiresAt'>) {
    const { id, text } = newToken(random);
    const row = { id, hash: hashOf(text), createdAt: clock.now(), usedAt: null, ...facts };
    const token = keptToken(row);
    // Before it is durable, so that no other takes its name meanwhile; nobody has its text yet.
    all.set(id, token);
    try {
      await store.write('keepToken', row);
    } catch (error) {
      all.delete(id);
      throw error;
    }
    options.onChange();
    return { text, view: viewOf(token, clock.now()) };
  }

  async function drop(tokens: readonly KeptToken[]): Promise<void> {
    for (const { ended } of tokens) ended.abort();
    options.onChange();
    if (tokens.length === 0) return;
    await store.write('dropTokens', { ids: tokens.map(({ row }) => row.id) });
    for (const { row } of tokens) all.delete(row.id);
  }

  function use(token: KeptToken): void {
    const now = clock.now();
    const written = token.row.usedAt;
    token.usedAt = now;
    // A clock that was set back counts, too.
    if (written !== null && Math.abs(now - written) < USED_MS) return;
    token.row = { ...token.row, usedAt: now };
    store
      .write('useToken', { id: token.row.id, now })
      .catch((error: unknown) => log.debug('use of a token not written', { error }));
  }

  return {
    list: () => [...all.values()].map((token) => viewOf(token, clock.now())),
    async make({ name, act, expires }) {
      const tokens = ofKind('token');
      if (tokens.some(({ row }) => row.name === name)) throw nameTaken(name);
      if (tokens.length >= MOST_TOKENS) throw tooMany();
      const expiresAt = expires === undefined ? null : clock.now() + expires;
      return keep({ name, kind: 'token', act: act ? 1 : 0, expiresAt });
    },
    async makeSession() {
      const lastUse = ({ row, usedAt }: KeptToken) => usedAt ?? row.createdAt;
      const sessions = ofKind('session').sort((one, other) => lastUse(other) - lastUse(one));
      await drop(sessions.slice(MOST_SESSIONS - 1));
      return keep({ name: SESSION_NAME, kind: 'session', act: 1, expiresAt: null });
    },
    async revoke(which) {
      const named = 'all' in which ? [...all.values()] : namedBy(which.which, [...all.values()]);
      const views = named.map((token) => viewOf(token, clock.now()));
      try {
        await drop(named);
      } catch (cause) {
        throw notForgotten(named, cause);
      }
      return views;
    },
    admit(text) {
      const token = all.get(idIn(text));
      const same = isSame(Buffer.from(hashOf(text), 'hex'), token?.digest ?? nobody);
      if (!same || token === undefined || isOver(token, clock.now())) return null;
      use(token);
      const { row, ended } = token;
      return { kind: 'token', id: row.id, name: row.name, scopes: scopesOf(row), signal: ended.signal };
    },
    enter(id) {
      const token = all.get(id);
      if (token === undefined) return () => undefined;
      token.open += 1;
      return () => {
        token.open -= 1;
        token.usedAt = clock.now();
      };
    },
    sweep() {
      const now = clock.now();
      const over = [...all.values()].filter((token) => isOver(token, now));
      for (const { ended } of over) ended.abort();
      const sessions = over.filter(({ row }) => row.kind === 'session');
      // A token that is over stays listed until somebody revokes it: they will wonder why it does not work.
      for (const { row } of sessions) all.delete(row.id);
      if (sessions.length > 0) void forget(sessions.map(({ row }) => row.id));
      const ends = [...all.values()].filter((token) => !isOver(token, now)).map(endOf);
      const next = Math.min(...ends.filter((end) => end !== null));
      return Number.isFinite(next) ? Math.max(0, next - now) : null;
    },
    count: () => ({ tokens: letIn('token'), sessions: letIn('session') }),
  };
}

function nameTaken(name: string): CodedError {
  return new CodedError('token-name-taken', `there is a token ${name} already`, {
    value: name,
    allowed: 'a name that no token has',
    next: `consciousness token revoke ${name}`,
  });
}

function tooMany(): CodedError {
  return new CodedError('tokens-too-many', 'there are as many tokens as there can be', {
    value: MOST_TOKENS,
    allowed: `at most ${MOST_TOKENS}`,
    next: 'consciousness token list, and revoke what nobody uses',
  });
}

/** By id, by name, or by the text of the token itself, which is not repeated. */
function namedBy(which: string, tokens: readonly KeptToken[]): KeptToken[] {
  const wanted = idIn(which) || which;
  const named = tokens.filter(({ row }) => row.id === wanted || row.name === wanted);
  if (named.length > 0) return named;
  const names = [...new Set(tokens.map(({ row }) => row.name))];
  throw new CodedError('token-unknown', 'there is no such token', {
    value: wanted,
    allowed: names.length === 0 ? 'there is none' : names.join(', '),
    next: 'consciousness token list',
  });
}

function notForgotten(tokens: readonly KeptToken[], cause: unknown): CodedError {
  const names = tokens.map(({ row }) => row.name).join(', ');
  return new CodedError('token-not-forgotten', `nobody is let in with ${names}, until a restart`, {
    value: messageOf(cause),
    next: 'make room on the disk of the database, then revoke again',
    retryable: true,
    exitCode: EXIT.unavailable,
    cause,
  });
}
