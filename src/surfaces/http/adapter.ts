import type { IncomingMessage, ServerResponse } from 'node:http';
import { lazy } from '../../base/lazy.ts';
import type { Access } from '../../contract/access.ts';

/** Who asks comes along with each request; without it the app knows nobody. */
export interface Served {
  fetch(request: Request, env: { access?: Access }): Response | Promise<Response>;
}

export type Answer = (incoming: IncomingMessage, outgoing: ServerResponse, access: Access | null) => void;

/** The app as Node asks for it. */
export function adapted(app: Served): Answer {
  const asking = new WeakMap<object, { access?: Access }>();
  // Loaded with the first request: with what it pulls in it takes 10 MB [measured], and many never ask.
  const listener = lazy(async () => {
    const { getRequestListener } = await import('@hono/node-server');
    return getRequestListener((request, { incoming }) => app.fetch(request, asking.get(incoming) ?? {}), {
      // Else the whole process gets its Request and Response, undici's users too.
      overrideGlobalObjects: false,
    });
  });
  return (incoming, outgoing, access) => {
    asking.set(incoming, access === null ? {} : { access });
    listener().then(
      (listen) => listen(incoming, outgoing),
      () => outgoing.destroy(),
    );
  };
}
