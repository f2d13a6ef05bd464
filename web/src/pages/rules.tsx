import type { RuleView } from '../../../src/contract/api.ts';
import { useApp } from '../app-context.ts';
import { visibleWords } from '../diff/visible.ts';
import { VisibleText } from '../diff/visible-text.tsx';
import { Empty } from '../parts/empty.tsx';
import { Link } from '../parts/link.tsx';
import { Page } from '../parts/panel.tsx';
import { Problem } from '../parts/problem.tsx';
import { Skeleton } from '../parts/skeleton.tsx';
import { State } from '../parts/state.tsx';
import { Time } from '../parts/time.tsx';
import { unsaved, unsavedNew } from '../rules/drafts.ts';
import { NewRule } from '../rules/new-rule.tsx';
import { standingOf, sumsOf } from '../rules/standing.ts';
import { titleOf } from '../thoughts/facts.ts';
import { useLiveLoad } from '../use-load.ts';
import { usePlaces } from '../use-places.ts';
import './rules.css';

/** Every rule, what wakes it, and what came of it. */
export function RulesPage() {
  const { client, live } = useApp();
  const { value, error, reload } = useLiveLoad(
    () => client.rules(),
    [],
    ({ type }) => type === 'state' || type === 'reloaded' || type === 'hold',
  );
  const places = usePlaces();
  const folder = live.status.value?.home.rules ?? '';
  return (
    <Page
      title="Rules"
      name="Rules"
      actions={
        <>
          {folder !== '' && <code class="dim rules-folder">{folder}</code>}
          {value !== null && <NewRule taken={[...value.map(({ name }) => name), ...unsavedNew.value]} />}
        </>
      }
    >
      {error !== null && <Problem error={error} retry={reload} />}
      {value === null && error === null && <Skeleton lines={6} what="The list of rules" />}
      {value?.length === 0 && unsavedNew.value.length === 0 && (
        <Empty title="There are no rules yet">
          <p>A rule is one Markdown file: what wakes it, how it thinks, and what is written of that.</p>
          <p>
            Begin with a new one, or with a recipe: <Link page="">Now</Link> says what to type.
          </p>
        </Empty>
      )}
      {value !== null && value.length + unsavedNew.value.length > 0 && (
        <ul class="rule-list">
          {unsavedNew.value.map((name) => (
            <li key={name} class="panel rule-row">
              <div class="rule-name">
                <Link page="rules" of={name}>
                  {name}
                </Link>
                <State of="unsaved">not saved yet</State>
              </div>
              <p class="rule-woken dim">It is a rule once it is saved.</p>
            </li>
          ))}
          {value.map((rule) => (
            <Row key={rule.name} rule={rule} places={places} />
          ))}
        </ul>
      )}
    </Page>
  );
}

function Row({ rule, places }: { rule: RuleView; places: readonly string[] }) {
  const { name, wokenBy, paths, next, held, problem, last, lastResult } = rule;
  const { of, word } = standingOf(rule);
  const { all, done, open, dead } = sumsOf(rule);
  return (
    <li class="panel rule-row">
      <div class="rule-name">
        <Link page="rules" of={name}>
          <VisibleText text={name} />
        </Link>
        <State of={of}>{word}</State>
        {unsaved.value.includes(name) && <State of="unsaved">changes are not saved</State>}
      </div>
      <p class="rule-woken">
        {paths.length > 0 ? (
          <code title={visibleWords(paths.join('\n'))}>
            <VisibleText text={paths.map((path) => nearest(path, places)).join('  ')} />
          </code>
        ) : (
          wokenBy !== '' && (
            <span>
              <VisibleText text={wokenBy} />
            </span>
          )
        )}
        {next[0] !== undefined && (
          <span class="dim">
            due <Time at={next[0]} />
          </span>
        )}
      </p>
      <dl class="rule-counts">
        <Count name="matched" number={all} query={{ rule: name }} />
        <Count name="done" number={done} query={{ rule: name, state: 'done' }} />
        <Count name="open" number={open} query={{ rule: name, state: 'open' }} />
        <Count name="dead" number={dead} query={{ rule: name, state: 'dead' }} isBad={dead > 0} />
      </dl>
      <div class="rule-last">
        {lastResult === null ? (
          <span class="faint">
            {last === null ? (
              'Nothing has woken it yet.'
            ) : (
              <>
                Last woken <Time at={last.timestamp} />; nothing came of it yet.
              </>
            )}
          </span>
        ) : (
          <>
            <State of={lastResult.state} />
            <Link page="thoughts" of={lastResult.id} class="rule-result">
              <VisibleText text={lastResult.title ?? titleOf(lastResult)} />
            </Link>
            <Time at={lastResult.timestamp} />
          </>
        )}
      </div>
      {problem !== null && (
        <p class="rule-trouble wrong">
          <VisibleText text={problem} />
        </p>
      )}
      {held !== null && rule.state !== 'paused' && (
        <p class="rule-trouble held-words">
          Held: <VisibleText text={held} />
        </p>
      )}
      {lastResult?.state === 'dead' && (
        <p class="rule-trouble wrong">
          The last one gave up: <VisibleText text={lastResult.reason} />
        </p>
      )}
    </li>
  );
}

function Count(props: { name: string; number: number; query: Record<string, string>; isBad?: boolean }) {
  const { name, number, query, isBad = false } = props;
  return (
    <div>
      <dt>{name}</dt>
      <dd class={isBad ? 'wrong' : ''}>
        {number === 0 ? (
          '0'
        ) : (
          <Link page="thoughts" query={query}>
            {number.toLocaleString('en')}
          </Link>
        )}
      </dd>
    </div>
  );
}

/** A glob without what stands above the folder that is watched. */
function nearest(path: string, places: readonly string[]): string {
  const place = places.find((each) => path.startsWith(`${each}/`));
  return place === undefined ? path : path.slice(place.lastIndexOf('/') + 1);
}
