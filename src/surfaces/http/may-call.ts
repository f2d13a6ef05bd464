import { CodedError } from '../../base/errors.ts';
import type { Access } from '../../contract/access.ts';
import type { RouteScope } from './route.ts';

/** Why this caller may not call a route of this scope; null where they may. */
export function mayCall(access: Access | null, scope: RouteScope): CodedError | null {
  if (scope === 'open' || access?.kind === 'owner') return null;
  if (access === null) return new CodedError('token-missing', 'nobody is let in without a token');
  if (scope !== 'owner' && access.scopes.includes(scope)) return null;
  return new CodedError('scope-missing', `the token ${access.name} may not do this`, {
    value: access.scopes.join(', '),
    allowed: scope === 'owner' ? 'only the owner, through the socket' : `a token of scope ${scope}`,
    next: scope === 'owner' ? 'use the command line' : 'consciousness token new NAME --act',
  });
}
