import type { Verdict } from '../../contract/progress.ts';

/** `/livez` and `/readyz`: a bare code and a bare word, since anybody may ask; the reasons are for the owner. */
export function probeAnswer({ ok }: Verdict): Response {
  return new Response(ok ? 'ok\n' : 'not ok\n', {
    status: ok ? 200 : 503,
    headers: { 'content-type': 'text/plain; charset=utf-8', 'cache-control': 'no-store' },
  });
}
