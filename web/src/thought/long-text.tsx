import type { ComponentChildren } from 'preact';
import { useState } from 'preact/hooks';
import { VisibleText } from '../diff/visible-text.tsx';
import { Button } from '../parts/button.tsx';
import { Copy } from '../parts/copy.tsx';
import { beginningOf } from './beginning.ts';

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

/** How a text of any length begins, and all of it when that is asked for. */
export function Excerpt({ text, what }: { text: string; what: string }) {
  const [isWhole, setWhole] = useState(false);
  const begins = beginningOf(text);
  if (begins === text) return <DataText text={text} what={what} />;
  return (
    <DataText text={text} what={what} {...(isWhole ? {} : { begins })}>
      <Button isSmall kind="quiet" isExpanded={isWhole} action={() => setWhole(!isWhole)}>
        {isWhole ? 'Show less' : `Show all ${text.length.toLocaleString('en')} characters`}
      </Button>
    </DataText>
  );
}

interface DataTextProps {
  text: string;
  what: string;
  /** What is shown of it; absent = all. */
  begins?: string;
  children?: ComponentChildren;
}

/** What a file holds or a model said, as it is. */
export function DataText({ text, what, begins, children }: DataTextProps) {
  return (
    <div class="data-text">
      {begins === undefined ? (
        // biome-ignore lint/a11y/noNoninteractiveTabindex: a keyboard scrolls it so
        <pre tabIndex={0}>
          <VisibleText text={text} />
        </pre>
      ) : (
        <pre class="begins">
          <VisibleText text={begins} />
        </pre>
      )}
      <div class="data-foot">
        {children}
        <Copy text={text} what={what} />
      </div>
    </div>
  );
}
