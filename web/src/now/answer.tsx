import { VisibleText } from '../diff/visible-text.tsx';

/** Keys of an answer that are shown, and characters of each. */
const KEYS = 6;
const LENGTH = 400;

/** What a model answered, in short: a text, or the first keys of a map with what they say. */
export function Answer({ answer }: { answer: unknown }) {
  if (typeof answer !== 'object' || answer === null || Array.isArray(answer))
    return (
      <p class="answer">
        <VisibleText text={shortened(worded(answer))} />
      </p>
    );
  const told = Object.entries(answer).filter(([, value]) => value !== null && worded(value) !== '');
  // One more takes no more room than the words that there is one.
  const most = told.length === KEYS + 1 ? told.length : KEYS;
  return (
    <div class="answer">
      <dl>
        {told.slice(0, most).map(([key, value]) => (
          <div key={key}>
            <dt>
              <VisibleText text={key} />
            </dt>
            <dd>
              <VisibleText text={shortened(worded(value))} />
            </dd>
          </div>
        ))}
      </dl>
      {told.length > most && <p class="faint">and {told.length - most} more</p>}
    </div>
  );
}

function worded(value: unknown): string {
  if (typeof value === 'string') return value.trim();
  if (Array.isArray(value) && value.every((each) => typeof each !== 'object')) return value.join(', ');
  return JSON.stringify(value);
}

function shortened(text: string): string {
  return text.length > LENGTH ? `${text.slice(0, LENGTH)}…` : text;
}
