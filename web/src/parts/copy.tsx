import { useEffect, useState } from 'preact/hooks';
import { visibleWords } from '../diff/visible.ts';
import { codedOf } from '../use-load.ts';
import { sayProblem } from './notices.tsx';

/** For so long it says that it was copied. */
const SAID_MS = 1500;

/** Puts a text into the clipboard; `what` it is, for who does not see the button. */
export function Copy({ text, what }: { text: string; what: string }) {
  const [isCopied, setCopied] = useState(false);
  useEffect(() => {
    if (!isCopied) return;
    const timer = setTimeout(() => setCopied(false), SAID_MS);
    return () => clearTimeout(timer);
  }, [isCopied]);
  const copy = () =>
    navigator.clipboard.writeText(text).then(
      () => setCopied(true),
      (error: unknown) => sayProblem(codedOf(error)),
    );
  return (
    <button type="button" class="copy" aria-label={`Copy ${visibleWords(what)}`} onClick={() => void copy()}>
      {isCopied ? 'copied' : 'copy'}
    </button>
  );
}
