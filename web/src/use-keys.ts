import { useEffect, useRef } from 'preact/hooks';

/** What keys do, by the key; two of them in turn are written `g n`. */
export type Keys = Readonly<Record<string, (event: KeyboardEvent) => void>>;

/** The second key of two comes within so long. */
const CHORD_MS = 1500;

/** Keys of the whole page. They mean nothing while somebody types, with Ctrl, Alt or Meta, and under a dialog. */
export function useKeys(keys: Keys): void {
  const current = useRef(keys);
  current.current = keys;
  useEffect(() => {
    let first = '';
    let timer: ReturnType<typeof setTimeout> | undefined;
    const press = (event: KeyboardEvent) => {
      if (event.defaultPrevented || event.ctrlKey || event.altKey || event.metaKey || isTaken(event)) return;
      const key = first === '' ? event.key : `${first} ${event.key}`;
      first = '';
      clearTimeout(timer);
      const act = current.current[key];
      if (act !== undefined) {
        event.preventDefault();
        act(event);
      } else if (Object.keys(current.current).some((each) => each.startsWith(`${event.key} `))) {
        first = event.key;
        timer = setTimeout(() => {
          first = '';
        }, CHORD_MS);
      }
    };
    document.addEventListener('keydown', press);
    return () => {
      clearTimeout(timer);
      document.removeEventListener('keydown', press);
    };
  }, []);
}

function isTaken({ target }: KeyboardEvent): boolean {
  if (document.querySelector('dialog[open]') !== null) return true;
  return (
    target instanceof HTMLElement &&
    (target.isContentEditable || /^(input|textarea|select)$/i.test(target.tagName))
  );
}
