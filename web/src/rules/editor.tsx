import { useRef, useState } from 'preact/hooks';
import { CodedError } from '../../../src/base/errors.ts';
import { useApp } from '../app-context.ts';
import { Diff } from '../diff/diff.tsx';
import { visibleWords } from '../diff/visible.ts';
import { VisibleText } from '../diff/visible-text.tsx';
import { Button } from '../parts/button.tsx';
import { Panel } from '../parts/panel.tsx';
import { useAction } from '../use-action.ts';
import { type Base, type Draft, draftOf, keepDraft } from './drafts.ts';
import { DryRun } from './dry-run.tsx';
import { Problems } from './problems.tsx';
import { marksOf, rangeOfLine } from './text.ts';
import { TextField } from './text-field.tsx';
import { useCheck } from './use-check.ts';

interface EditorProps {
  /** What is edited; one that is not there yet has no tag. */
  file: Base;
  /** It was saved, or another one is there: this is what the file holds now. */
  saved(file: Base): void;
  /** Gives up what was to become a new one. */
  abandon(): void;
}

/** A rule's file, with what the daemon would say of it while it is edited, and what it would do before it is saved. */
export function Editor({ file, saved, abandon }: EditorProps) {
  const { client } = useApp();
  const draft = draftOf(file.name);
  const [text, setText] = useState(draft?.text ?? file.text);
  /** What the text was begun from: only that may be written over unseen. */
  const [base, setBase] = useState(draft?.base ?? file);
  const [other, setOther] = useState<Base | null>(base.etag === file.etag ? null : file);
  const field = useRef<HTMLTextAreaElement>(null);
  const { check, isCurrent, why } = useCheck(file.name, text);
  const isNew = base.etag === null;
  const isChanged = isNew || text !== file.text;

  function change(next: string): void {
    setText(next);
    keepDraft(file.name, next === base.text && !isNew ? null : { text: next, base });
  }

  function discard(): void {
    if (isNew) abandon();
    else change(base.text);
  }

  async function write(over: Base): Promise<string | undefined> {
    try {
      const now = await client.saveRule({
        name: file.name,
        text,
        known: over.etag === null ? null : [over.etag],
      });
      // What was typed while it was being saved begins from what is saved.
      keepDraft(file.name, draftAfter(draftOf(file.name), text, now));
      setBase(now);
      saved(now);
      setOther(null);
      return 'Saved: it is in force from the next event on.';
    } catch (error) {
      if (!(error instanceof CodedError) || error.code !== 'rule-changed') throw error;
      setOther(await client.rule(file.name));
      return undefined;
    }
  }
  const save = useAction(() => write(base));
  const overwrite = useAction(async () => (other === null ? undefined : write(other)));
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
      {other !== null && (
        <Meanwhile
          other={other}
          text={text}
          take={() => {
            setText(other.text);
            setBase(other);
            keepDraft(file.name, null);
            saved(other);
            setOther(null);
          }}
          overwrite={overwrite}
          close={() => setOther(null)}
        />
      )}
      <div class="editor-body">
        <TextField
          field={field}
          text={text}
          marks={marksOf(check?.problems ?? [])}
          label={`The text of ${visibleWords(file.name)}`}
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
            name={file.name}
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
function Meanwhile(props: {
  other: Base;
  text: string;
  take(): void;
  overwrite: ReturnType<typeof useAction>;
  close(): void;
}) {
  const { other, text, take, overwrite, close } = props;
  return (
    <div class="meanwhile" role="alert">
      <p>
        <strong>The file was changed meanwhile, and yours was not saved.</strong> From what it holds now to
        what you wrote:
      </p>
      <Diff before={other.text} after={text} label="the file as it is and as you wrote it" />
      <div class="actions">
        <Button kind="danger" action={overwrite}>
          Save mine over it
        </Button>
        <Button action={take}>Take the one that is there</Button>
        <Button kind="quiet" action={close}>
          Go on editing
        </Button>
      </div>
    </div>
  );
}

function draftAfter(draft: Draft | null, saved: string, base: Base): Draft | null {
  return draft === null || draft.text === saved ? null : { text: draft.text, base };
}
