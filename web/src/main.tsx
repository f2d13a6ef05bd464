import { render } from 'preact';
import { systemClock } from '../../src/base/clock.ts';
import { clientOver } from '../../src/surfaces/client.ts';
import { Shell } from './app.tsx';
import { guardDrafts } from './drafts.ts';
import { createLive } from './live.ts';
import { createFlowStore } from './now/flow-store.ts';
import { keepTime } from './parts/time.tsx';
import { followAddress } from './place.ts';
import { codeIn, createSession } from './session.ts';
import { keepTheme } from './theme.ts';
import { createTransport } from './transport.ts';
import { noteFocus } from './use-focus-kept.ts';

/** A page that is not drawn takes what has come at such times. */
const UNSEEN_MS = 250;

function start(root: HTMLElement): void {
  const session = createSession();
  const transport = createTransport({
    base: '',
    fetch: (input, init) => fetch(input, init),
    token: session.token,
    onRefused: () => session.end(),
  });
  const client = clientOver(transport);
  const live = createLive({
    ...{ transport, clock: systemClock, status: client.status },
    random: { fraction: () => Math.random() },
    frame: (draw) => {
      if (document.visibilityState === 'visible') requestAnimationFrame(draw);
      else setTimeout(draw, UNSEEN_MS);
    },
  });
  const flow = createFlowStore({ live, client, clock: systemClock });

  keepTheme(document.documentElement, matchMedia('(prefers-color-scheme: dark)'));
  keepTime(document);
  noteFocus(document);
  guardDrafts(window);
  render(<Shell app={{ client, live, flow }} session={session} />, root);

  const ended = new AbortController();
  session.state.subscribe(({ kind }) => {
    if (kind === 'open') {
      void live.run(ended.signal);
      void flow.run(ended.signal);
    }
    if (kind === 'ended') ended.abort();
  });
  const code = codeIn(location.hash);
  // At once: the code is good for one use, and an address is seen, kept and passed on.
  if (code !== null) history.replaceState(null, '', `${location.pathname}#/`);
  // Another link in the same tab is a page of its own: what it begins with is the code.
  addEventListener('hashchange', () => {
    if (codeIn(location.hash) !== null) location.reload();
  });
  followAddress(window);
  if (code !== null) void session.enter(code, transport);
}

const root = document.getElementById('app');
if (root !== null) start(root);
