import { CodedError, EXIT } from '../../base/errors.ts';
import type {
  InvitationView,
  NewToken,
  NewTokenView,
  SessionView,
  TokenView,
  WhichTokens,
} from '../../contract/token-view.ts';
import type { Codes } from './codes.ts';
import type { Failures } from './failures.ts';
import type { Tokens } from './tokens.ts';

/** What surfaces may ask about who is let in; the routes of tokens and sessions are its only callers. */
export interface Desk {
  tokens(): TokenView[];
  make(what: NewToken): Promise<NewTokenView>;
  revoke(which: WhichTokens): Promise<TokenView[]>;
  /** A way in for one page. Throws `http-off`, `http-port`. */
  invite(): Promise<InvitationView>;
  /** A session for a code. Throws `code-refused`, `too-many-guesses`. */
  enter(code: string): Promise<SessionView>;
}

export interface DeskOptions {
  tokens: Tokens;
  codes: Codes;
  failures: Failures;
  /** Resolves once the port is as it has to be for those who are let in now. */
  port: { settled(): Promise<{ url: string | null; problem: string | null }> };
  /** A code was made: the port has somebody to wait for. */
  onChange(): void;
}

export function createDesk({ tokens, codes, failures, port, onChange }: DeskOptions): Desk {
  return {
    tokens: tokens.list,
    async make(what) {
      const { text, view } = await tokens.make(what);
      await port.settled();
      return { ...view, token: text };
    },
    async revoke(which) {
      const revoked = await tokens.revoke(which);
      await port.settled();
      return revoked;
    },
    async invite() {
      const { code, expiresAt } = codes.make();
      onChange();
      const { url, problem } = await port.settled();
      if (url === null) throw noPort(problem);
      // After the #: browsers send that to no server.
      return { code, url: `${url}/#code=${code}`, expiresAt: new Date(expiresAt).toISOString() };
    },
    async enter(code) {
      if (!codes.take(code)) throw refused(failures.count());
      const { text, view } = await tokens.makeSession();
      return { token: text, scopes: view.scopes, expiresAt: view.expiresAt ?? '' };
    },
  };
}

function noPort(problem: string | null): CodedError {
  return problem === null
    ? new CodedError('http-off', 'the port is off, and the dashboard needs it', {
        value: 'http.port: off',
        allowed: 'a port from 1024 to 65535',
        next: 'set http.port in config.yaml',
        exitCode: EXIT.config,
      })
    : new CodedError('http-port', problem, {
        next: 'set http.port in config.yaml to a port that is free',
        retryable: true,
        exitCode: EXIT.unavailable,
      });
}

function refused(wait: number | null): CodedError {
  return wait === null
    ? new CodedError('code-refused', 'the code is not one that is good now', {
        allowed: 'each is good for one use, within a minute',
        next: 'open the dashboard anew',
        exitCode: EXIT.usage,
      })
    : new CodedError('too-many-guesses', 'too many were not let in of late', {
        next: `wait ${wait} s`,
        retryable: true,
        exitCode: EXIT.unavailable,
      });
}
