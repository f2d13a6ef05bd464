import { effect, type ReadonlySignal, signal } from '@preact/signals';

/** What is written and not saved yet, by what it is of, as long as this page is open. */
export interface Drafts<Draft> {
  all: ReadonlySignal<ReadonlyMap<string, Draft>>;
  of(key: string): Draft | null;
  /** Null: there is nothing to be kept. */
  keep(key: string, draft: Draft | null): void;
}

/** One of any kind, as somebody can take it elsewhere. */
interface Unsaved {
  key: string;
  title: string;
  text: string;
}

/** A kind of drafts, in words. */
interface Kind<Draft> {
  titleOf(key: string): string;
  textOf(draft: Draft): string;
}

const kinds: (() => readonly Unsaved[])[] = [];

export function createDrafts<Draft>({ titleOf, textOf }: Kind<Draft>): Drafts<Draft> {
  const all = signal<ReadonlyMap<string, Draft>>(new Map());
  kinds.push(() => [...all.value].map(([key, draft]) => ({ key, title: titleOf(key), text: textOf(draft) })));
  return {
    all,
    of: (key) => all.value.get(key) ?? null,
    keep(key, draft) {
      const next = new Map(all.value);
      if (draft === null) next.delete(key);
      else next.set(key, draft);
      all.value = next;
    },
  };
}

/** All that is not saved, of every kind. */
export function allUnsaved(): readonly Unsaved[] {
  return kinds.flatMap((unsaved) => unsaved());
}

/** Whoever closes the page with something unsaved is asked, wherever in it they are. */
export function guardDrafts(window: EventTarget): void {
  const ask = (event: Event) => event.preventDefault();
  effect(() => {
    if (allUnsaved().length > 0) window.addEventListener('beforeunload', ask);
    else window.removeEventListener('beforeunload', ask);
  });
}
