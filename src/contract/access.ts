/** What a caller may do: look, or also change things. */
export type Scope = 'read' | 'act';

/** Who asks. The owner comes through the Unix socket, which only their account can open. */
export type Access =
  | { kind: 'owner' }
  | {
      kind: 'token';
      id: string;
      name: string;
      scopes: readonly Scope[];
      /** Aborts when the token is revoked or expires: every stream of it ends then. */
      signal: AbortSignal;
    };

/** Through the socket. */
export const OWNER: Access = { kind: 'owner' };
