import { CodedError, EXIT } from '../../base/errors.ts';
import { ROUTES } from './routes.ts';

/** What to say of a request that no route is for: another method would be, or nothing is there. */
export function notThere(method: string, path: string): CodedError {
  const methods = ROUTES.filter((route) => patternOf(route.path).test(path)).map((route) => route.method);
  if (methods.length > 0) {
    return new CodedError('method-not-allowed', `${path} does not take ${method}`, {
      value: method,
      allowed: [...new Set(methods)].join(', '),
      exitCode: EXIT.usage,
    });
  }
  return new CodedError('not-found', `there is no ${method} ${path}`, {
    next: 'GET /v1/openapi.json lists what there is',
    exitCode: EXIT.usage,
  });
}

function patternOf(path: string): RegExp {
  return new RegExp(`^${path.replaceAll(/[.]/g, '\\.').replaceAll(/\{\w+\}/g, '[^/]+')}$`);
}
