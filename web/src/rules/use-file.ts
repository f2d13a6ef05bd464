import { useEffect, useRef, useState } from 'preact/hooks';
import { CodedError } from '../../../src/base/errors.ts';
import type { Client } from '../../../src/surfaces/client.ts';
import { useApp } from '../app-context.ts';
import { say } from '../parts/notices.tsx';
import { useLiveLoad } from '../use-load.ts';
import { type Base, draftOf, draftOver, keepDraft } from './drafts.ts';

const SAVED = 'Saved: it is in force from the next event on.';

/** The file of a rule, as it is known newest. */
export interface OpenFile {
  /** What it holds; null before that was read. */
  file: Base | null;
  error: CodedError | null;
  reload(): void;
  /** Writes a text over what is known of the file; the sentence that says so, or nothing where it holds something else. */
  save(text: string, over: Base): Promise<string | undefined>;
}

/**
 * Reads the file again whenever it may have been changed. A draft is never taken from under somebody's hands: it goes
 * where the file holds the same.
 */
export function useFile(name: string): OpenFile {
  const { client } = useApp();
  // Before it is read, and while nobody answers, it is what the draft was begun from.
  const [held, setHeld] = useState(draftOf(name)?.base ?? null);
  const known = useRef(held);
  /** What was sent to be saved, and may be in the file though nobody said so. */
  const sent = useRef<string | null>(null);
  const isSaving = useRef(false);
  /** Answers to questions of before are dropped. */
  const turn = useRef(0);
  const read = useLiveLoad(
    async () => {
      turn.current += 1;
      const asked = turn.current;
      const found = await fileOf(client, name).catch((error: unknown) => {
        if (asked === turn.current && isCoded(error, 'rule-file-unknown')) know(null);
        throw error;
      });
      if (asked !== turn.current || isSaving.current) return;
      const before = known.current;
      const draft = draftOf(name);
      if (hold(found)) say(SAVED);
      else if (draft === null && before !== null && before.etag !== found.etag)
        say(`${name} was changed elsewhere: this is what its file holds now.`);
    },
    [name],
    ({ type }) => type === 'reloaded',
  );
  useEffect(
    () => () => {
      turn.current += 1;
    },
    [],
  );

  /** Whether what was to be saved is what it holds. */
  function hold(found: Base): boolean {
    const isSaved = sent.current !== null && found.text === sent.current;
    keepDraft(name, draftOver(draftOf(name), found, sent.current));
    if (isSaved) sent.current = null;
    know(found);
    return isSaved;
  }

  function know(found: Base | null): void {
    known.current = found;
    setHeld(found);
  }

  async function save(text: string, over: Base): Promise<string | undefined> {
    sent.current = text;
    isSaving.current = true;
    try {
      const now = await client
        .saveRule({ name, text, known: over.etag === null ? null : [over.etag] })
        // Where an answer was lost, it may be what was saved before.
        .catch((error: unknown) => {
          if (!isCoded(error, 'rule-changed')) throw error;
          return fileOf(client, name);
        });
      const isSaved = hold(now);
      sent.current = null;
      return isSaved ? SAVED : undefined;
    } finally {
      isSaving.current = false;
      // What was asked before it was saved is not what it holds.
      read.reload();
    }
  }

  const draft = draftOf(name);
  const isBegun = draft !== null && read.error !== null && isCoded(read.error, 'rule-file-unknown');
  return {
    file: held ?? draft?.base ?? null,
    error: isBegun ? null : read.error,
    reload: read.reload,
    save,
  };
}

/** Where a file is not there, what somebody writes can still become it. */
async function fileOf(client: Client, name: string): Promise<Base> {
  try {
    return await client.rule(name);
  } catch (error) {
    if (!isCoded(error, 'rule-file-unknown') || draftOf(name) === null) throw error;
    return { name, text: '', etag: null };
  }
}

function isCoded(error: unknown, code: string): boolean {
  return error instanceof CodedError && error.code === code;
}
