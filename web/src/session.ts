import { type ReadonlySignal, signal } from '@preact/signals';
import { CodedError } from '../../src/base/errors.ts';
import type { SessionView } from '../../src/contract/token-view.ts';
import type { Transport } from '../../src/surfaces/client.ts';

/** Whether this page may ask the daemon: before a code was exchanged, while it is, after, and never again. */
export type SessionState =
  | { kind: 'none' }
  | { kind: 'opening' }
  | { kind: 'open' }
  | { kind: 'refused'; error: CodedError }
  | { kind: 'ended' };

/** The right to ask, in the memory of this page and in no other place: who reloads it needs another link. */
export interface Session {
  state: ReadonlySignal<SessionState>;
  token(): string | null;
  /** Exchanges the code of a link. A session that was before ends for this page, also where the code is refused. */
  enter(code: string, transport: Pick<Transport, 'ask'>): Promise<void>;
  /** That token is good no more: it was revoked, or not used for too long. */
  end(token: string): void;
}

export function createSession(): Session {
  const state = signal<SessionState>({ kind: 'none' });
  let token: string | null = null;
  return {
    state,
    token: () => token,
    async enter(code, transport) {
      state.value = { kind: 'opening' };
      try {
        const session = await transport.ask<SessionView>({
          ...{ method: 'POST', path: '/v1/session', body: { code } },
        });
        token = session.token;
        state.value = { kind: 'open' };
      } catch (error) {
        if (!(error instanceof CodedError)) throw error;
        token = null;
        state.value = { kind: 'refused', error };
      }
    },
    end(of) {
      // What was asked in a session before tells nothing of this one.
      if (of !== token) return;
      token = null;
      state.value = { kind: 'ended' };
    },
  };
}

/** The code in the address of a link, and the address without it; null where there is none. */
export function codeIn(hash: string): string | null {
  return /^#code=([\w.~-]{1,200})$/.exec(hash)?.[1] ?? null;
}
