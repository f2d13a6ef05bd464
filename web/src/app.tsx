import type { ReadonlySignal } from '@preact/signals';
import { useState } from 'preact/hooks';
import { type App, AppContext, useApp } from './app-context.ts';
import { ConnectionBanner } from './connection.tsx';
import { Gate } from './gate.tsx';
import { KeysDialog } from './keys.tsx';
import { Nav } from './nav.tsx';
import { UnknownPage } from './pages/unknown.tsx';
import { PAGES, pageNamed } from './pages.ts';
import { go, place } from './place.ts';
import type { Session } from './session.ts';
import { useKeys } from './use-keys.ts';

/** Everything: the way in, and behind it the pages. */
export function Shell({ app, session }: { app: ReadonlySignal<App>; session: Session }) {
  const state = session.state.value;
  return (
    <AppContext.Provider value={app.value}>
      {state.kind === 'open' ? <Inside /> : <Gate state={state} />}
    </AppContext.Provider>
  );
}

function Inside() {
  const { live } = useApp();
  const [isHelping, setHelping] = useState(false);
  const { page, of } = place.value;
  const shown = pageNamed(page);
  useKeys({
    '?': () => setHelping(true),
    '/': () => document.querySelector<HTMLInputElement>('main input[type=search]')?.focus(),
    ...Object.fromEntries(PAGES.map(({ name, key }) => [`g ${key}`, () => go({ page: name })])),
  });
  const Shown = shown === null ? UnknownPage : of !== '' && shown.One !== undefined ? shown.One : shown.All;
  return (
    <div class="shell">
      <button type="button" class="skip" onClick={() => document.getElementById('main')?.focus()}>
        Skip to the page
      </button>
      <Nav help={() => setHelping(true)} />
      <main id="main" tabIndex={-1}>
        <ConnectionBanner live={live} hasResume={shown?.hasPause !== true} />
        <Shown key={`${page}/${of}`} />
      </main>
      {isHelping && <KeysDialog close={() => setHelping(false)} />}
    </div>
  );
}
