import { useEffect, useRef, useState } from 'preact/hooks';
import type { ProposalView } from '../../../src/contract/proposal.ts';
import { Diff } from '../diff/diff.tsx';
import { Button } from '../parts/button.tsx';
import { drafts } from './drafts.ts';
import { keyOf } from './selection.ts';

interface EditProps {
  view: ProposalView;
  isBusy: boolean;
  /** Somebody has asked for it, and writes next. */
  takesFocus: boolean;
  /** Approves this in the place of what was proposed. */
  approve(content: string): void;
  close(): void;
}

/** Other content in the place of what was proposed, and what differs in it. */
export function Edit({ view, isBusy, takesFocus, approve, close }: EditProps) {
  const [text, setText] = useState(drafts.of(keyOf(view)) ?? view.content);
  const field = useRef<HTMLTextAreaElement>(null);
  useEffect(() => {
    if (takesFocus) field.current?.focus();
  }, []);

  function change(next: string): void {
    setText(next);
    drafts.keep(keyOf(view), next === view.content ? null : next);
  }

  function press(event: KeyboardEvent): void {
    if (event.key === 'Escape') close();
    if (event.key === 'Enter' && (event.ctrlKey || event.metaKey) && !event.repeat) approve(text);
  }

  return (
    <div class="edit">
      <label>
        <span class="dim">What is written in its place</span>
        <textarea
          ref={field}
          class="field mono"
          rows={Math.min(24, Math.max(8, text.split('\n').length + 1))}
          value={text}
          spellcheck={false}
          onInput={({ currentTarget }) => change(currentTarget.value)}
          onKeyDown={press}
        />
      </label>
      <div class="actions">
        <Button kind="main" isDisabled={isBusy} action={() => approve(text)} of="Ctrl+Enter">
          {text === view.content ? 'Approve as proposed' : 'Approve my version'}
        </Button>
        <Button kind="quiet" action={close}>
          {text === view.content ? 'Leave it as proposed' : 'Put it aside'}
        </Button>
        {text !== view.content && (
          <Button kind="quiet" action={() => change(view.content)}>
            Begin again from what is proposed
          </Button>
        )}
      </div>
      {text !== view.content && (
        <>
          <h3 class="dim">What you changed</h3>
          <Diff before={view.content} after={text} label="your version" />
        </>
      )}
    </div>
  );
}
