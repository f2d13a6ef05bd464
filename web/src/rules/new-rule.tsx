import { useEffect, useRef, useState } from 'preact/hooks';
import { useApp } from '../app-context.ts';
import { Button } from '../parts/button.tsx';
import { Dialog } from '../parts/dialog.tsx';
import { go } from '../place.ts';
import { beginRule } from './drafts.ts';
import { whyNot } from './name.ts';
import { newRuleText } from './template.ts';

/** Begins a rule: asks what it is called, and goes to its text. Nothing is written before that is saved. */
export function NewRule({ taken }: { taken: readonly string[] }) {
  const [isAsking, setAsking] = useState(false);
  return (
    <>
      <Button kind="main" action={() => setAsking(true)}>
        New rule
      </Button>
      {isAsking && <NameDialog taken={taken} close={() => setAsking(false)} />}
    </>
  );
}

/** Begins the rule of a name that is free. */
export function useBegin(): ((name: string) => void) | null {
  const status = useApp().live.status.value;
  if (status === null) return null;
  return (name) => {
    beginRule(name, newRuleText(status));
    go({ page: 'rules', of: name });
  };
}

function NameDialog({ taken, close }: { taken: readonly string[]; close(): void }) {
  const begin = useBegin();
  const [name, setName] = useState('');
  const [isTold, setTold] = useState(false);
  const field = useRef<HTMLInputElement>(null);
  useEffect(() => field.current?.focus(), []);
  const why = whyNot(name, taken);
  const isWrong = why !== null && (isTold || name.length > 0);

  function take(): void {
    setTold(true);
    if (why !== null) field.current?.focus();
    else begin?.(name);
  }
  return (
    <Dialog
      title="A new rule"
      close={close}
      actions={
        <Button kind="main" action={take} isDisabled={begin === null}>
          Begin
        </Button>
      }
    >
      <label class="rule-name-field">
        <span>Its name, which becomes the name of its file</span>
        <input
          ref={field}
          class="field"
          type="text"
          value={name}
          placeholder="letters-to-tasks"
          spellcheck={false}
          autocomplete="off"
          autocapitalize="off"
          maxLength={120}
          aria-invalid={isWrong}
          aria-describedby="rule-name-why"
          onInput={({ currentTarget }) => setName(currentTarget.value.trim())}
          onKeyDown={(event) => event.key === 'Enter' && !event.isComposing && take()}
        />
      </label>
      <p id="rule-name-why" class={isWrong ? 'wrong' : 'dim'} role="status">
        {isWrong ? why : 'It is written when you save it, and not before.'}
      </p>
    </Dialog>
  );
}
