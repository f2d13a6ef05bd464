import { signal } from '@preact/signals';
import { useEffect, useRef } from 'preact/hooks';

/** What keys do, by the key; two of them in turn are written `g n`. */
export type Keys = Readonly<Record<string, (event: KeyboardEvent) => void>>;

/** Whether single keys do anything: who speaks to the machine, or touches keys unawares, turns them off. */
export const areKeysOn = signal(true);

/** The second key of two comes within so long. */
const CHORD_MS = 1500;

/** Of all that is shown, what came last first. */
const inForce: { current: Keys }[] = [];
let first = '';
let timer: ReturnType<typeof setTimeout> | undefined;

/** Keys of the whole page. They mean nothing while somebody types, with Ctrl, Alt or Meta, and under a dialog. */
export function useKeys(keys: Keys): void {
  const current = useRef(keys);
  current.current = keys;
  useEffect(() => {
    if (inForce.length === 0) document.addEventListener('keydown', press);
    inForce.unshift(current);
    return () => {
      inForce.splice(inForce.indexOf(current), 1);
      if (inForce.length === 0) document.removeEventListener('keydown', press);
    };
  }, []);
}

function press(event: KeyboardEvent): void {
  if (event.defaultPrevented || event.ctrlKey || event.altKey || event.metaKey) return;
  if (!areKeysOn.value || isTaken(event)) return;
  const key = first === '' ? event.key : `${first} ${event.key}`;
  first = '';
  clearTimeout(timer);
  const act = inForce.map(({ current }) => current[key]).find((found) => found !== undefined);
  if (act !== undefined) {
    event.preventDefault();
    act(event);
  } else if (inForce.some(({ current }) => Object.keys(current).some((each) => each.startsWith(`${key} `)))) {
    first = event.key;
    timer = setTimeout(() => {
      first = '';
    }, CHORD_MS);
  }
}

/** Fields in which letters mean something of their own. */
const TYPED = 'textarea, select, input:not([type=checkbox], [type=radio], [type=button])';

function isTaken({ target }: KeyboardEvent): boolean {
  if (document.querySelector('dialog[open]') !== null) return true;
  return target instanceof HTMLElement && (target.isContentEditable || target.matches(TYPED));
}
