import { signal } from '@preact/signals';
import type { CodedError } from '../../../src/base/errors.ts';
import { VisibleText } from '../diff/visible-text.tsx';
import { Button } from './button.tsx';
import { Facts } from './problem.tsx';
import { Shape } from './state.tsx';

interface Notice {
  id: number;
  text: string;
  error: CodedError | null;
}

/** What is said stays for so long; a problem, until somebody takes it away. */
const SHOWN_MS = 5000;
const MOST = 4;

const notices = signal<readonly Notice[]>([]);
let last = 0;

/** Says in a corner of the page what was done. */
export function say(text: string): void {
  const id = add(text, null);
  setTimeout(() => dismiss(id), SHOWN_MS);
}

/** Says what could not be done. */
export function sayProblem(error: CodedError): void {
  add(error.message, error);
}

function add(text: string, error: CodedError | null): number {
  last += 1;
  notices.value = [...notices.value, { id: last, text, error }].slice(-MOST);
  return last;
}

function dismiss(id: number): void {
  notices.value = notices.value.filter((notice) => notice.id !== id);
}

export function Notices() {
  return (
    <div class="notices" role="status" aria-live="polite">
      {notices.value.map(({ id, text, error }) => (
        <div key={id} class="notice">
          <Shape tone={error === null ? 'good' : 'bad'} />
          <div>
            <p>
              <VisibleText text={text} />
            </p>
            {error !== null && <Facts error={error} />}
          </div>
          <Button kind="quiet" isSmall label="Dismiss" action={() => dismiss(id)}>
            ×
          </Button>
        </div>
      ))}
    </div>
  );
}
