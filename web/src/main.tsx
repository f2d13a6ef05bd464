import { signal } from '@preact/signals';
import { render } from 'preact';
import { systemClock } from '../../src/base/clock.ts';
import { clientOver } from '../../src/surfaces/client.ts';
import { Shell } from './app.tsx';
import type { App } from './app-context.ts';
import { guardDrafts } from './drafts.ts';
import { createLive } from './live.ts';
import { createFlowStore } from './now/flow-store.ts';
import { keepTime } from './parts/time.tsx';
import { followAddress, place } from './place.ts';
import { hashOf } from './route.ts';
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
    onRefused: session.end,
  });
  const client = clientOver(transport);
  const begin = (): App => {
    const live = createLive({
      ...{ transport, clock: systemClock, status: client.status },
      random: { fraction: () => Math.random() },
      frame: (draw) => {
        if (document.visibilityState === 'visible') requestAnimationFrame(draw);
        else setTimeout(draw, UNSEEN_MS);
      },
    });
    return { client, live, flow: createFlowStore({ live, client, clock: systemClock }) };
  };
  const app = signal(begin());

  keepTheme(document.documentElement, matchMedia('(prefers-color-scheme: dark)'));
  keepTime(document);
  noteFocus(document);
  guardDrafts(window);
  render(<Shell app={app} session={session} />, root);

  let ended = new AbortController();
  session.state.subscribe(({ kind }) => {
    if (kind === 'opening' || kind === 'ended') ended.abort();
    if (kind !== 'open') return;
    // Each session hears everything anew: what was told before it may not be gone on from.
    ended = new AbortController();
    app.value = begin();
    void app.value.live.run(ended.signal);
    void app.value.flow.run(ended.signal);
  });
  const takeCode = () => {
    const code = codeIn(location.hash);
    if (code === null) return;
    // At once: the code is good for one use, and an address is seen, kept and passed on.
    history.replaceState(null, '', `${location.pathname}${hashOf(place.value)}`);
    void session.enter(code, transport);
  };
  // Before the address is followed: the place stays what it was, and so does all that is not saved.
  addEventListener('hashchange', takeCode);
  takeCode();
  followAddress(window);
}

const root = document.getElementById('app');
if (root !== null) start(root);
