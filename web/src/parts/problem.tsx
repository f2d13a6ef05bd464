import type { CodedError } from '../../../src/base/errors.ts';
import { VisibleText } from '../diff/visible-text.tsx';
import { Button } from './button.tsx';
import { Next } from './command.tsx';
import { Shape } from './state.tsx';

/** What went wrong: what was attempted, what is allowed, what to do next. */
export function Problem({ error, retry }: { error: CodedError; retry?: () => void }) {
  return (
    <div class="problem" role="alert">
      <Shape tone="bad" />
      <div>
        <p class="title">
          <VisibleText text={error.message} />
        </p>
        <Facts error={error} />
        {retry !== undefined && (
          <Button action={retry} isSmall>
            Try again
          </Button>
        )}
      </div>
      <code class="code">{error.code}</code>
    </div>
  );
}

/** What an error tells besides its message. */
export function Facts({ error: { value, allowed, next } }: { error: CodedError }) {
  return (
    <>
      {value !== undefined && value !== '' && (
        <p>
          given:{' '}
          <code>
            <VisibleText text={typeof value === 'string' ? value : JSON.stringify(value)} />
          </code>
        </p>
      )}
      {allowed !== undefined && (
        <p>
          allowed: <VisibleText text={allowed} />
        </p>
      )}
      {next !== undefined && <Next words={next} />}
    </>
  );
}
