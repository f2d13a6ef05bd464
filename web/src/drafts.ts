import { effect, type ReadonlySignal, signal } from '@preact/signals';

/** What is written and not saved yet, by what it is of, as long as this page is open. */
export interface Drafts<Draft> {
  all: ReadonlySignal<ReadonlyMap<string, Draft>>;
  of(key: string): Draft | null;
  /** Null: there is nothing to be kept. */
  keep(key: string, draft: Draft | null): void;
}

const kinds: Pick<Drafts<unknown>, 'all'>[] = [];

export function createDrafts<Draft>(): Drafts<Draft> {
  const all = signal<ReadonlyMap<string, Draft>>(new Map());
  kinds.push({ all });
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

/** Whoever closes the page with something unsaved is asked, wherever in it they are. */
export function guardDrafts(window: EventTarget): void {
  const ask = (event: Event) => event.preventDefault();
  effect(() => {
    if (kinds.some(({ all }) => all.value.size > 0)) window.addEventListener('beforeunload', ask);
    else window.removeEventListener('beforeunload', ask);
  });
}
