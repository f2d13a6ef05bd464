import { visible } from './visible.ts';

/** Text of a file, a path or a model, with a name for every character that would not be seen. */
export function VisibleText({ text }: { text: string }) {
  return (
    <>
      {visible(text).map((run) => ('text' in run ? run.text : <span class="hidden-char">{run.hidden}</span>))}
    </>
  );
}
