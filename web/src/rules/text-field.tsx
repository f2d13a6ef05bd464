import type { RefObject } from 'preact';
import { useRef } from 'preact/hooks';
import { linesIn } from './text.ts';

interface TextFieldProps {
  field: RefObject<HTMLTextAreaElement | null>;
  text: string;
  /** What is wrong, by line from 1. */
  marks: ReadonlyMap<number, 'error' | 'warning'>;
  label: string;
  describedBy: string;
  change(text: string): void;
  save(): void;
}

/** The text of a file with the numbers of its lines. Tab leaves it: a keyboard is never caught. */
export function TextField({ field, text, marks, label, describedBy, change, save }: TextFieldProps) {
  const numbers = useRef<HTMLOListElement>(null);
  function press(event: KeyboardEvent): void {
    if (event.key !== 's' || !(event.ctrlKey || event.metaKey)) return;
    event.preventDefault();
    if (!event.repeat) save();
  }
  return (
    <div class="text-field">
      <ol class="line-numbers" ref={numbers} aria-hidden="true">
        {Array.from({ length: linesIn(text) }, (_, at) => (
          <li key={at} class={marks.get(at + 1) ?? ''}>
            {at + 1}
          </li>
        ))}
      </ol>
      <textarea
        ref={field}
        value={text}
        aria-label={label}
        aria-describedby={describedBy}
        aria-keyshortcuts="Control+S"
        wrap="off"
        spellcheck={false}
        autocomplete="off"
        onInput={({ currentTarget }) => change(currentTarget.value)}
        onKeyDown={press}
        onScroll={({ currentTarget }) => {
          if (numbers.current !== null) numbers.current.scrollTop = currentTarget.scrollTop;
        }}
      />
    </div>
  );
}
