import { useState } from 'preact/hooks';
import { VisibleText } from '../diff/visible-text.tsx';
import { Button } from '../parts/button.tsx';
import { type Field, jsonOf, readable } from '../thoughts/facts.ts';
import { DataText } from './long-text.tsx';

/** An answer as people read it, or as it was validated. */
export function Answer({ answer }: { answer: unknown }) {
  const [isJson, setJson] = useState(false);
  const shown = readable(answer);
  if (shown.kind === 'none') return <p class="dim">It is empty.</p>;
  return (
    <div class="answer-card">
      <fieldset class="switch">
        <legend class="unseen">How it is shown</legend>
        <Button isSmall kind="quiet" isPressed={!isJson} action={() => setJson(false)}>
          Readable
        </Button>
        <Button isSmall kind="quiet" isPressed={isJson} action={() => setJson(true)}>
          JSON
        </Button>
      </fieldset>
      {isJson ? <DataText text={jsonOf(answer)} what="the answer" /> : <Readable shown={shown} />}
    </div>
  );
}

function Readable({ shown }: { shown: ReturnType<typeof readable> }) {
  if (shown.kind === 'none') return null;
  if (shown.kind === 'text') {
    return (
      <p class="answer-text">
        <VisibleText text={shown.text} />
      </p>
    );
  }
  return <Fields fields={shown.fields} />;
}

function Fields({ fields }: { fields: readonly Field[] }) {
  return (
    <dl class="answer-fields">
      {fields.map(({ key, value }) => (
        <div key={key}>
          <dt>
            <VisibleText text={key} />
          </dt>
          <dd>
            <FieldValue value={value} />
          </dd>
        </div>
      ))}
    </dl>
  );
}

export function FieldValue({ value }: { value: Field['value'] }) {
  if (value === null) return <span class="dim">left out</span>;
  if (value === '') return <span class="dim">empty</span>;
  if (typeof value === 'string') return <VisibleText text={value} />;
  if ('items' in value) {
    return (
      <ul class="answer-items">
        {value.items.map((fields, at) => (
          <li key={at}>
            <Fields fields={fields} />
          </li>
        ))}
      </ul>
    );
  }
  if (value.length === 0) return <span class="dim">none</span>;
  return (
    <ul class="chips">
      {value.map((each, at) => (
        <li key={at}>
          <VisibleText text={each} />
        </li>
      ))}
    </ul>
  );
}
