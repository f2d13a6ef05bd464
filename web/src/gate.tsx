import { visibleWords } from './diff/visible.ts';
import { VisibleText } from './diff/visible-text.tsx';
import { allUnsaved } from './drafts.ts';
import { Command, HomeHint } from './parts/command.tsx';
import { Copy } from './parts/copy.tsx';
import { Notices } from './parts/notices.tsx';
import { Facts } from './parts/problem.tsx';
import type { SessionState } from './session.ts';
import { useFocusKept } from './use-focus-kept.ts';

/** Lines of each text that are seen at once. */
const ROWS = 8;

/** What stands where the pages would be, for who is not let in. */
export function Gate({ state }: { state: SessionState }) {
  useFocusKept([state.kind]);
  return (
    <main class="gate">
      <Mark />
      <h1 tabIndex={-1}>Consciousness</h1>
      <Said state={state} />
      <Kept />
      <Notices />
    </main>
  );
}

/** What was written before the session ended: nobody loses it to that. */
function Kept() {
  const unsaved = allUnsaved();
  if (unsaved.length === 0) return null;
  return (
    <section class="kept" aria-labelledby="kept">
      <h2 id="kept">What you wrote is not saved</h2>
      <p>It stays as long as this page is open: open the new link in this tab, or copy it.</p>
      {unsaved.map(({ key, title, text }) => (
        <div key={key}>
          <h3>
            <VisibleText text={title} />
          </h3>
          <Copy text={text} what={title} />
          <textarea class="field mono" rows={ROWS} readOnly value={text} aria-label={visibleWords(title)} />
        </div>
      ))}
    </section>
  );
}

function Said({ state }: { state: SessionState }) {
  switch (state.kind) {
    case 'opening':
    case 'open':
      return <p role="status">Opening …</p>;
    case 'none':
      return (
        <>
          <p>This page opens with a link that is good for one use. To get one, type</p>
          <LinkCommand />
        </>
      );
    case 'ended':
      return (
        <>
          <p role="alert">
            This session has ended: it was revoked, or not used for too long, or another daemon answers here
            now. For another, type
          </p>
          <LinkCommand />
        </>
      );
    case 'refused':
      return (
        <>
          <p role="alert">
            <VisibleText text={state.error.message} />
          </p>
          <Facts error={state.error} />
          <p>For another link, type</p>
          <LinkCommand />
        </>
      );
    default:
      state satisfies never;
      return null;
  }
}

function LinkCommand() {
  return (
    <>
      <Command line="consciousness open" />
      <HomeHint />
    </>
  );
}

/** An eye that is open. */
export function Mark() {
  return (
    <svg class="mark" viewBox="0 0 32 32" aria-hidden="true">
      <circle cx="16" cy="16" r="11" class="ring" />
      <circle cx="16" cy="16" r="4.5" class="dot" />
    </svg>
  );
}
