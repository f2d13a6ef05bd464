import { withOption } from '../../../src/surfaces/cli/line.ts';
import { useApp } from '../app-context.ts';
import { VisibleText } from '../diff/visible-text.tsx';
import { Copy } from './copy.tsx';
import { Pieces } from './pieces.tsx';

/** Something to type at a terminal, as it reaches this daemon. */
export function Command({ line }: { line: string }) {
  const whole = useLine(line);
  return (
    <span class="command">
      <code>
        <Pieces text={whole} after=" " />
      </code>
      <Copy text={whole} what="the command" />
    </span>
  );
}

/** The same within a sentence. */
export function CommandWords({ line }: { line: string }) {
  return (
    <code>
      <Pieces text={useLine(line)} after=" " />
    </code>
  );
}

/** What a problem says to do next: a command, or a sentence that may name some between backticks. */
export function Next({ words }: { words: string }) {
  if (/^consciousness [^,;]+$/.test(words)) return <Command line={words} />;
  return (
    <p>
      {words
        .split('`')
        .map((part, at) =>
          at % 2 === 0 ? <VisibleText key={at} text={part} /> : <CommandWords key={at} line={part} />,
        )}
    </p>
  );
}

/**
 * Where somebody has not been let in, nothing says where the daemon's home is: a stranger learns no path. Nothing where
 * the daemon has said it.
 */
export function HomeHint() {
  const isTold = useApp().live.status.value !== null;
  if (isTold) return null;
  return (
    <p class="dim">
      with the <code>--home</code> that the daemon was started with, if it has one.
    </p>
  );
}

/** A command line with the daemon's home, as it was last told. */
function useLine(line: string): string {
  const option = useApp().live.status.value?.home.option ?? '';
  return line.startsWith('consciousness ') ? withOption(line, option) : line;
}
