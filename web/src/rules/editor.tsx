import { useRef, useState } from 'preact/hooks';
import { Diff } from '../diff/diff.tsx';
import { visibleWords } from '../diff/visible.ts';
import { VisibleText } from '../diff/visible-text.tsx';
import { Button } from '../parts/button.tsx';
import { Panel } from '../parts/panel.tsx';
import { type Action, useAction } from '../use-action.ts';
import { useFocusKept } from '../use-focus-kept.ts';
import { type Base, type Draft, draftOf, keepDraft } from './drafts.ts';
import { DryRun } from './dry-run.tsx';
import { Problems } from './problems.tsx';
import { marksOf, rangeOfLine } from './text.ts';
import { TextField } from './text-field.tsx';
import { useCheck } from './use-check.ts';
import type { OpenFile } from './use-file.ts';

interface EditorProps {
  /** What the file holds, as it is known newest; one that is not there has no tag. */
  file: Base;
  save: OpenFile['save'];
  /** Gives up what was to become a new one. */
  abandon(): void;
}

/** A rule's file, with what the daemon would say of it while it is edited, and what it would do before it is saved. */
export function Editor({ file, abandon, ...does }: EditorProps) {
  const { name } = file;
  const draft = draftOf(name);
  const text = draft?.text ?? file.text;
  /** What the text was begun from: only that may be written over unseen. */
  const base = draft?.base ?? file;
  /** The tag of another file that was looked at and left. */
  const [left, setLeft] = useState<Base['etag'] | undefined>();
  const [discarded, setDiscarded] = useState<Draft | null>(null);
  const isOther = base.etag !== file.etag && file.etag !== left;
  const field = useRef<HTMLTextAreaElement>(null);
  const { check, isCurrent, why } = useCheck(name, text);
  const isNew = file.etag === null;
  const isChanged = draft !== null;
  useFocusKept([isOther, isChanged, discarded], '.editor textarea');

  function change(next: string): void {
    keepDraft(name, next === file.text && !isNew ? null : { text: next, base });
  }

  function discard(): void {
    setDiscarded(draft);
    keepDraft(name, null);
    if (isNew) abandon();
  }

  /** What is written now can be had back the same way. */
  function bringBack(): void {
    setDiscarded(draft);
    setLeft(undefined);
    keepDraft(name, discarded);
  }

  async function write(over: Base): Promise<string | undefined> {
    const saved = await does.save(text, over);
    if (saved === undefined) setLeft(undefined);
    else setDiscarded(null);
    return saved;
  }
  const save = useAction(() => write(base));
  const overwrite = useAction(() => write(file));
  const canSave = isChanged && check?.ok === true && isCurrent && !save.isBusy;

  function show(line: number): void {
    const { from, to } = rangeOfLine(text, line);
    field.current?.focus();
    field.current?.setSelectionRange(from, to);
  }

  return (
    <Panel
      title={isNew ? 'A new rule' : 'The file'}
      class="editor"
      aside={
        <>
          {isChanged && (
            <Button kind="quiet" isSmall action={discard}>
              {isNew ? 'Discard it' : 'Discard changes'}
            </Button>
          )}
          <Button kind="main" isSmall isDisabled={!canSave} action={save} title="Ctrl+S">
            {isChanged ? 'Save' : 'Saved'}
          </Button>
        </>
      }
    >
      {discarded !== null && (
        <div class="discarded">
          <span>What you wrote was discarded.</span>
          <Button isSmall action={bringBack}>
            Have it back
          </Button>
        </div>
      )}
      {isOther && (
        <Meanwhile
          file={file}
          text={text}
          take={discard}
          overwrite={overwrite}
          close={() => setLeft(file.etag)}
        />
      )}
      <div class="editor-body">
        <TextField
          field={field}
          text={text}
          marks={marksOf(check?.problems ?? [])}
          label={`The text of ${visibleWords(name)}`}
          describedBy="rule-problems"
          change={change}
          save={() => canSave && void save.run()}
        />
        <div class="editor-side">
          {why === null ? (
            <Problems id="rule-problems" check={check} isCurrent={isCurrent} show={show} />
          ) : (
            <p id="rule-problems" class="wrong" role="status">
              It is not checked: <VisibleText text={why} />. It is checked as soon as it can be.
            </p>
          )}
          <DryRun
            name={name}
            text={text}
            isGood={check?.ok === true && isCurrent}
            sense={check?.sense ?? null}
            isNew={isNew}
            isChanged={isChanged}
          />
        </div>
      </div>
    </Panel>
  );
}

/** The file was changed while it was edited here: neither is lost without somebody saying so. */
function Meanwhile(props: { file: Base; text: string; take(): void; overwrite: Action; close(): void }) {
  const { file, text, take, overwrite, close } = props;
  const isGone = file.etag === null;
  return (
    <div class="meanwhile" role="alert">
      <p>
        <strong>The file was {isGone ? 'deleted' : 'changed'} meanwhile, and yours is not saved.</strong>{' '}
        {isGone ? 'What you wrote:' : 'From what it holds now to what you wrote:'}
      </p>
      <Diff before={file.text} after={text} label="the file as it is and as you wrote it" />
      <div class="actions">
        <Button kind="danger" action={overwrite}>
          {isGone ? 'Save mine' : 'Save mine over it'}
        </Button>
        <Button action={take}>{isGone ? 'Discard mine' : 'Take the one that is there'}</Button>
        <Button kind="quiet" action={close}>
          Go on editing
        </Button>
      </div>
    </div>
  );
}
