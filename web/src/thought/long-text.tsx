import { useState } from 'preact/hooks';
import { VisibleText } from '../diff/visible-text.tsx';
import { Copy } from '../parts/copy.tsx';

/** A text of any length, whole, behind a line that says how long it is. */
export function LongText({ title, text, isOpen = false }: { title: string; text: string; isOpen?: boolean }) {
  const [isShown, setShown] = useState(isOpen);
  return (
    <details class="long-text" open={isShown} onToggle={({ currentTarget }) => setShown(currentTarget.open)}>
      <summary>
        {title} <span class="dim">{text.length.toLocaleString('en')} characters</span>
      </summary>
      {isShown && <DataText text={text} what={title} />}
    </details>
  );
}

/** What a file holds or a model said, as it is. */
export function DataText({ text, what }: { text: string; what: string }) {
  return (
    <div class="data-text">
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: a keyboard scrolls it so */}
      <pre tabIndex={0}>
        <VisibleText text={text} />
      </pre>
      <Copy text={text} what={what} />
    </div>
  );
}
