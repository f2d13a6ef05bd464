/** A task written down in a text. */
export interface FoundTask {
  text: string;
  done: boolean;
}

const BOX = /^\s*(?:[-*+]|\d{1,3}[.)])\s+\[([ xX])\]\s+(\S.{0,400})$/;
const MARK = /^\s*(?:[-*+]\s+)?(?:TODO|FIXME|Action|To do|Aufgabe|Zu tun)\s?:\s+(\S.{0,400})$/i;

/** Checkbox lines and lines marked "TODO:", "Action:", "Aufgabe:". */
export function findTasks(text: string): FoundTask[] {
  return text.split('\n').flatMap((line): FoundTask[] => {
    const box = BOX.exec(line);
    if (box !== null) return [{ text: (box[2] ?? '').trim(), done: box[1] !== ' ' }];
    const marked = MARK.exec(line);
    return marked === null ? [] : [{ text: (marked[1] ?? '').trim(), done: false }];
  });
}
