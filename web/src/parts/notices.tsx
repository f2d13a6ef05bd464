import { signal } from '@preact/signals';
import { useEffect } from 'preact/hooks';
import type { CodedError } from '../../../src/base/errors.ts';
import { count } from '../../../src/surfaces/cli/phrases.ts';
import { useApp } from '../app-context.ts';
import { VisibleText } from '../diff/visible-text.tsx';
import { useFocusKept } from '../use-focus-kept.ts';
import { Button } from './button.tsx';
import { Facts } from './problem.tsx';
import { Shape } from './state.tsx';

interface Notice {
  id: number;
  text: string;
  error: CodedError | null;
  /** How often it was said. */
  times: number;
}

/** What is said stays for so long; a problem, until somebody takes it away. */
const SHOWN_MS = 5000;
const MOST = 4;

const notices = signal<readonly Notice[]>([]);
let last = 0;

/** Says in a corner of the page what was done. */
export function say(text: string): void {
  const notice = add(text, null);
  setTimeout(() => dismiss(notice), SHOWN_MS);
}

/** Says what could not be done. */
export function sayProblem(error: CodedError): void {
  add(error.message, error);
}

/** What stands there already is said once more where it stands: the notice is another one then. */
function add(text: string, error: CodedError | null): Notice {
  const same = notices.value.find((each) => each.text === text && each.error?.code === error?.code);
  if (same !== undefined) {
    const again = { ...same, error, times: same.times + 1 };
    notices.value = notices.value.map((each) => (each === same ? again : each));
    return again;
  }
  last += 1;
  const notice = { id: last, text, error, times: 1 };
  notices.value = [...notices.value, notice].slice(-MOST);
  return notice;
}

function dismiss(notice: Notice): void {
  notices.value = notices.value.filter((each) => each !== notice);
}

export function Notices() {
  const isLive = useApp().live.connection.value.kind === 'live';
  useEffect(() => {
    if (isLive) notices.value = notices.value.filter(({ error }) => error?.code !== 'daemon-away');
  }, [isLive]);
  useFocusKept([notices.value], '.notices button, main h1');
  return (
    <div class="notices" role="status" aria-live="polite">
      {notices.value.map((notice) => (
        <div key={notice.id} class="notice">
          <Shape tone={notice.error === null ? 'good' : 'bad'} />
          <div>
            <p>
              <VisibleText text={notice.text} />
              {notice.times > 1 && <span class="dim"> ({count(notice.times, 'time')})</span>}
            </p>
            {notice.error !== null && <Facts error={notice.error} />}
          </div>
          <Button kind="quiet" isSmall label="Dismiss" action={() => dismiss(notice)}>
            ×
          </Button>
        </div>
      ))}
    </div>
  );
}
