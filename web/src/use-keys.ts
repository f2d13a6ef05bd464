import { signal } from '@preact/signals';
import { useLayoutEffect, useRef } from 'preact/hooks';

/** What keys do, by the key; two of them in turn are written `g n`. */
export type Keys = Readonly<Record<string, (event: KeyboardEvent) => void>>;

/** Whether single keys do anything: who speaks to the machine, or touches keys unawares, turns them off. */
export const areKeysOn = signal(true);

/** The second key of two comes within so long. */
const CHORD_MS = 1500;

/** What is typed goes on for so long where the field that it was typed into is gone. */
const TYPING_MS = 1500;

/** Of all that is shown, what came last first. */
const inForce: { current: Keys }[] = [];
let first = '';
let timer: ReturnType<typeof setTimeout> | undefined;
let typed: { into: Element; at: number } | null = null;

/** Keys of the whole page. They mean nothing while somebody types, with Ctrl, Alt or Meta, and under a dialog. */
export function useKeys(keys: Keys): void {
  const current = useRef(keys);
  current.current = keys;
  // Whoever sees what a key does may press it.
  useLayoutEffect(() => {
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
  if (isTyped(event) || !areKeysOn.value || document.querySelector('dialog[open]') !== null) return;
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

/** Whether somebody types, or goes on to where the field was taken away from under the hands. */
function isTyped({ target, timeStamp: at }: KeyboardEvent): boolean {
  if (target instanceof HTMLElement && (target.isContentEditable || target.matches(TYPED))) {
    typed = { into: target, at };
    return true;
  }
  if (typed === null || typed.into.isConnected || at - typed.at > TYPING_MS) return false;
  typed.at = at;
  return true;
}
