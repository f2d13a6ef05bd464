import { CodedError } from '../../base/errors.ts';
import type { Access } from '../../contract/access.ts';
import { SESSION_NAME } from '../../contract/token-view.ts';
import type { RouteScope } from './route.ts';

/** Why this caller may not call a route of this scope; null where they may. */
export function mayCall(access: Access | null, scope: RouteScope): CodedError | null {
  if (scope === 'open' || access?.kind === 'owner') return null;
  if (access === null) return new CodedError('token-missing', 'nobody is let in without a token');
  if (scope === 'person' ? !isProgram(access) : scope !== 'owner' && access.scopes.includes(scope))
    return null;
  return new CodedError('scope-missing', `the token ${access.name} may not do this`, {
    value: access.scopes.join(', '),
    ...HOW[scope],
  });
}

/** Whether a program asks that somebody let in: the dashboard speaks for the person who opened it. */
export function isProgram(access: Access | null): boolean {
  return access?.kind !== 'owner' && access?.name !== SESSION_NAME;
}

const HOW: Readonly<Record<Exclude<RouteScope, 'open'>, { allowed: string; next: string }>> = {
  read: { allowed: 'a token of scope read', next: 'consciousness token new NAME' },
  act: { allowed: 'a token of scope act', next: 'consciousness token new NAME --act' },
  person: {
    allowed: 'only a person: through the socket, or the dashboard',
    next: 'consciousness open, or edit the file itself',
  },
  owner: { allowed: 'only the owner, through the socket', next: 'use the command line' },
};
