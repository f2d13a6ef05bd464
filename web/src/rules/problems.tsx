import type { RuleCheckView } from '../../../src/contract/rule-text.ts';
import { VisibleText } from '../diff/visible-text.tsx';
import { Pieces } from '../parts/pieces.tsx';
import { Shape, State } from '../parts/state.tsx';

interface ProblemsProps {
  id: string;
  check: RuleCheckView | null;
  isCurrent: boolean;
  /** Goes to a line. */
  show(line: number): void;
}

/** What is wrong with a text, each with its line. */
export function Problems({ id, check, isCurrent, show }: ProblemsProps) {
  return (
    <div id={id} class={isCurrent || check === null ? 'problems' : 'problems stale'} role="status">
      {check === null && <span class="dim">Checking …</span>}
      {check?.ok === true && (
        <p>
          <State of="ok">good</State>{' '}
          <span class="dim">
            woken by <Pieces text={check.wokenBy} after=",/" />
          </span>
        </p>
      )}
      {check?.ok === false && <State of="refused">It would be refused</State>}
      <ul>
        {check?.problems.map(({ severity, line, key, message, allowed, nearest }, at) => (
          <li key={at}>
            <button type="button" disabled={line === null} onClick={() => line !== null && show(line)}>
              <Shape tone={severity === 'error' ? 'bad' : 'warn'} />
              <span class="where">{line === null ? severity : `line ${line}`}</span>
              <span class="words">
                {key !== '' && (
                  <code>
                    <VisibleText text={key} />
                  </code>
                )}{' '}
                <VisibleText text={message} />
                {allowed !== null && (
                  <span class="dim">
                    allowed: <VisibleText text={allowed} />
                  </span>
                )}
                {nearest !== null && (
                  <span class="dim">
                    did you mean{' '}
                    <code>
                      <VisibleText text={nearest} />
                    </code>
                    ?
                  </span>
                )}
              </span>
            </button>
          </li>
        ))}
      </ul>
    </div>
  );
}
