import { VisibleText } from './diff/visible-text.tsx';
import { Command, HomeHint } from './parts/command.tsx';
import { Notices } from './parts/notices.tsx';
import { Facts } from './parts/problem.tsx';
import type { SessionState } from './session.ts';

/** What stands where the pages would be, for who is not let in. */
export function Gate({ state }: { state: SessionState }) {
  return (
    <main class="gate">
      <Mark />
      <h1>Consciousness</h1>
      <Said state={state} />
      <Notices />
    </main>
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
            This session has ended: it was revoked, or not used for too long. For another, type
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
