import { Hono } from 'hono';
import { bodyLimit } from 'hono/body-limit';
import { CodedError, EXIT } from '../../base/errors.ts';
import type { Daemon } from '../daemon.ts';
import { changeEach } from './changes.ts';
import { createHub } from './hub.ts';
import {
  approveBody,
  cancelBody,
  checked,
  embedBody,
  emptyBody,
  eventsQuery,
  explainQuery,
  idempotencyKey,
  idParameter,
  logLevelBody,
  ofRule,
  pauseBody,
  proposalPath,
  proposalsQuery,
  retryBody,
  runBody,
  thinkBody,
  thoughtsQuery,
  undoBody,
  vitalsQuery,
} from './input.ts';
import { problemOf, problemResponse } from './problem.ts';
import { eventStream } from './sse.ts';
import { followThought } from './thought-stream.ts';

/** Most bytes of a request's body. */
const BODY_LIMIT = 4 * 1024 * 1024;

export interface AppOptions {
  /** Ends every event stream when it aborts. */
  signal: AbortSignal;
  /** Told of errors that a client only sees as `internal`. */
  report(error: unknown): void;
}

/**
 * The HTTP API, `/v1/…`: shapes in contract/api.ts, errors as RFC 9457 problem details with our codes. Follows
 * the daemon's live events from this call on, so that a reader who comes late still gets a whole answer.
 */
export function createApp(daemon: Daemon, options: AppOptions): Hono {
  const hub = createHub(daemon, options.signal, options.report);
  const app = new Hono();

  app.onError((error) => {
    const problem = problemOf(error);
    if (problem.status >= 500) options.report(error);
    return problemResponse(problem);
  });
  app.notFound((c) => {
    throw new CodedError('not-found', `there is no ${c.req.method} ${c.req.path}`, { exitCode: EXIT.usage });
  });
  app.use(
    bodyLimit({
      maxSize: BODY_LIMIT,
      onError: () => {
        throw new CodedError('body-too-large', 'the body is too large', {
          allowed: `at most ${BODY_LIMIT} bytes`,
        });
      },
    }),
  );

  app.get('/v1/status', async (c) => c.json(await daemon.status()));

  app.get('/v1/thoughts', async (c) => {
    const { state, rule, since, unprocessed, limit } = checked(thoughtsQuery, c.req.query(), 'the query');
    return c.json(
      await daemon.thoughts({
        limit,
        ...(state === undefined ? {} : { state }),
        ...(rule === undefined ? {} : { rule }),
        ...(since === undefined ? {} : { since }),
        ...(unprocessed === undefined ? {} : { unprocessed }),
      }),
    );
  });

  app.post('/v1/thoughts', async (c) => {
    const { text, rule } = checked(thinkBody, await jsonBody(c.req.raw), 'the body');
    const key = checked(idempotencyKey, c.req.header('idempotency-key'), 'Idempotency-Key');
    const row = await daemon.think({
      text,
      ...(rule === undefined ? {} : { rule }),
      ...(key === undefined ? {} : { key }),
    });
    return c.json(row, 202, { location: `/v1/thoughts/${row.id}` });
  });

  app.post('/v1/thoughts/retry', async (c) => {
    const which = checked(retryBody, await jsonBody(c.req.raw), 'the body');
    if ('dead' in which) return c.json(await daemon.retry(which));
    return c.json(await changeEach(which.ids, (ids) => daemon.retry({ ids })));
  });

  app.post('/v1/thoughts/cancel', async (c) => {
    const { ids } = checked(cancelBody, await jsonBody(c.req.raw), 'the body');
    return c.json(await changeEach(ids, (each) => daemon.cancel(each)));
  });

  app.post('/v1/run', async (c) =>
    c.json(await daemon.run(checked(runBody, await jsonBody(c.req.raw), 'the body'))),
  );

  app.post('/v1/undo', async (c) =>
    c.json(await daemon.undo(checked(undoBody, await jsonBody(c.req.raw), 'the body'))),
  );

  app.get('/v1/proposals', async (c) => {
    const { thought = null } = checked(proposalsQuery, c.req.query(), 'the query');
    return c.json(await daemon.proposals(thought));
  });

  app.get('/v1/proposals/:thought/:position', async (c) => {
    const { thought, position } = checked(proposalPath, c.req.param(), 'the path');
    return c.json(await daemon.proposal(thought, position));
  });

  app.post('/v1/proposals/:thought/:position/approve', async (c) => {
    const { thought, position } = checked(proposalPath, c.req.param(), 'the path');
    const { digest, content } = checked(approveBody, await jsonBody(c.req.raw), 'the body');
    const what = content === undefined ? { digest } : { digest, content };
    return c.json(await daemon.approve(thought, position, what));
  });

  app.post('/v1/proposals/:thought/:position/reject', async (c) => {
    const { thought, position } = checked(proposalPath, c.req.param(), 'the path');
    checked(emptyBody, await jsonBody(c.req.raw), 'the body');
    return c.json(await daemon.reject(thought, position));
  });
  app.get('/v1/undo', async (c) =>
    c.json(await daemon.undoable(checked(ofRule, c.req.query(), 'the query'))),
  );

  app.post('/v1/pause', async (c) => {
    const { rule = null } = checked(pauseBody, await jsonBody(c.req.raw), 'the body');
    return c.json(await daemon.pause(rule));
  });

  app.post('/v1/resume', async (c) => {
    const { rule = null } = checked(pauseBody, await jsonBody(c.req.raw), 'the body');
    return c.json(await daemon.resume(rule));
  });

  app.get('/v1/thoughts/:id', async (c) =>
    c.json(await daemon.thought(checked(idParameter, c.req.param('id'), 'the id'))),
  );

  app.get('/v1/thoughts/:id/stream', async (c) => {
    const id = checked(idParameter, c.req.param('id'), 'the id');
    const gone = new AbortController();
    try {
      return eventStream(await followThought(daemon, hub, id, gone.signal), gone, options.report);
    } catch (error) {
      gone.abort();
      throw error;
    }
  });

  app.get('/v1/rules', async (c) => c.json(await daemon.rules()));

  app.post('/v1/embed', async (c) =>
    c.json(await daemon.embed(checked(embedBody, await jsonBody(c.req.raw), 'the body').texts)),
  );

  app.get('/v1/explain', async (c) =>
    c.json(await daemon.explain(checked(explainQuery, c.req.query(), 'the query').path)),
  );

  app.get('/v1/vitals', async (c) =>
    c.json(await daemon.vitals(checked(vitalsQuery, c.req.query(), 'the query'))),
  );

  app.get('/v1/events', (c) => {
    const { tokens } = checked(eventsQuery, c.req.query(), 'the query');
    const gone = new AbortController();
    const events = hub.subscribe((event) => tokens || event.type !== 'token', gone.signal);
    return eventStream(events, gone, options.report);
  });

  app.put('/v1/log-level', async (c) => {
    const { level } = checked(logLevelBody, await jsonBody(c.req.raw), 'the body');
    daemon.setLogLevel(level);
    return c.json({ level });
  });

  app.post('/v1/stop', (c) => {
    daemon.stop();
    return c.json({ stopping: true }, 202);
  });

  return app;
}

/** JSON only: a web page cannot send it to us without asking first. */
async function jsonBody(request: Request): Promise<unknown> {
  const type = request.headers.get('content-type')?.split(';', 1)[0]?.trim().toLowerCase();
  if (type !== 'application/json') {
    throw new CodedError('content-type-unsupported', 'the body is not JSON', {
      value: type ?? '',
      allowed: 'application/json',
      exitCode: EXIT.usage,
    });
  }
  try {
    return await request.json();
  } catch (cause) {
    if (cause instanceof CodedError) throw cause;
    throw new CodedError('body-not-json', 'the body cannot be read as JSON', { exitCode: EXIT.usage, cause });
  }
}
