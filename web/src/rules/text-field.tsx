import type { RefObject } from 'preact';
import { useLayoutEffect, useRef } from 'preact/hooks';
import { linesIn, placeAfter } from './text.ts';

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
  const typed = useRef(text);
  const stand = text === typed.current ? null : standIn(field.current, text);
  typed.current = text;
  // A browser goes to the end of a text that was not typed.
  useLayoutEffect(() => {
    if (stand === null) return;
    field.current?.setSelectionRange(stand.from, stand.to);
    field.current?.scrollTo({ top: stand.top, left: stand.left });
  });
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
        onInput={({ currentTarget }) => {
          typed.current = currentTarget.value;
          change(currentTarget.value);
        }}
        onKeyDown={press}
        onScroll={({ currentTarget }) => {
          if (numbers.current !== null) numbers.current.scrollTop = currentTarget.scrollTop;
        }}
      />
    </div>
  );
}

/** Where somebody stands in a field, once it holds another text. */
function standIn(field: HTMLTextAreaElement | null, text: string) {
  if (field === null) return null;
  const { value, selectionStart, selectionEnd, scrollTop: top, scrollLeft: left } = field;
  const [from, to] = [selectionStart, selectionEnd].map((at) => placeAfter(value, text, at));
  return { from: from ?? 0, to: to ?? 0, top, left };
}
