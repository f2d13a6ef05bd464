import { useEffect, useRef, useState } from 'preact/hooks';
import { THOUGHT_STATES } from '../../../src/contract/thought.ts';
import { visibleWords } from '../diff/visible.ts';
import { Button } from '../parts/button.tsx';
import { type Filter, isNarrow, NO_FILTER, SINCE } from './filter.ts';

/** What is typed counts once nothing was for so long. */
const TYPED_MS = 250;

const STATES = ['open', ...THOUGHT_STATES] as const;

interface FilterBarProps {
  filter: Filter;
  rules: readonly string[];
  change(filter: Filter): void;
}

/** What the list is to show. */
export function FilterBar({ filter, rules, change }: FilterBarProps) {
  const typed = useTyped(filter, change);
  return (
    <search class="filters" aria-label="Which thoughts">
      <label class="labelled grow">
        <span>Search</span>
        <input
          type="search"
          class="field"
          value={typed.search}
          maxLength={200}
          placeholder="content, subject, answer"
          aria-keyshortcuts="/"
          onInput={({ currentTarget }) => typed.type({ search: currentTarget.value })}
        />
      </label>
      <label class="labelled grow extra">
        <span>File</span>
        <input
          type="text"
          class="field mono"
          value={typed.path}
          maxLength={1000}
          spellcheck={false}
          autocomplete="off"
          placeholder="its whole path"
          aria-invalid={typed.path !== '' && !typed.path.startsWith('/')}
          onInput={({ currentTarget }) => typed.type({ path: currentTarget.value })}
        />
      </label>
      <Choice
        name="State"
        value={filter.state}
        options={STATES.map((state) => ({ value: state, label: state }))}
        change={(value) => change({ ...filter, state: STATES.find((state) => state === value) ?? '' })}
      />
      <Choice
        name="Rule"
        value={filter.rule}
        options={namesOf(rules, filter.rule).map((rule) => ({ value: rule, label: rule }))}
        change={(rule) => change({ ...filter, rule })}
      />
      <Choice
        name="Made"
        value={filter.since}
        options={SINCE.flatMap(({ key, label }) => (key === '' ? [] : [{ value: key, label }]))}
        change={(value) => change({ ...filter, since: SINCE.find(({ key }) => key === value)?.key ?? '' })}
      />
      <Button kind="quiet" isDisabled={!isNarrow(filter)} action={() => change(NO_FILTER)}>
        Clear
      </Button>
    </search>
  );
}

/** A text field's words as they are typed; the filter has them a moment later. */
function useTyped(filter: Filter, change: (filter: Filter) => void) {
  const { search, path } = filter;
  const [typed, setTyped] = useState({ search, path });
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);
  /** As it is when the time is up: something may have been chosen meanwhile. */
  const current = useRef(filter);
  current.current = filter;
  useEffect(() => setTyped({ search, path }), [search, path]);
  useEffect(() => () => clearTimeout(timer.current), []);
  return {
    ...typed,
    type(what: Partial<typeof typed>) {
      const next = { ...typed, ...what };
      setTyped(next);
      clearTimeout(timer.current);
      timer.current = setTimeout(() => change({ ...current.current, ...next }), TYPED_MS);
    },
  };
}

function Choice(props: {
  name: string;
  value: string;
  options: readonly { value: string; label: string }[];
  change(value: string): void;
}) {
  return (
    <label class="labelled">
      <span>{props.name}</span>
      <select
        class="field"
        value={props.value}
        onChange={({ currentTarget }) => props.change(currentTarget.value)}
      >
        <option value="">any</option>
        {props.options.map(({ value, label }) => (
          <option key={value} value={value}>
            {visibleWords(label)}
          </option>
        ))}
      </select>
    </label>
  );
}

/** Also one that there is no rule of any more, where it is asked for. */
function namesOf(rules: readonly string[], asked: string): readonly string[] {
  return asked === '' || rules.includes(asked) ? rules : [asked, ...rules];
}
