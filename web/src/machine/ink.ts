import type { Ink } from './plot.ts';

/** Lines that a chart tells apart. */
export const INKS = 5;

/** The colours of charts as the page's style has them just now. */
export function inkOf(element: Element): Ink {
  const style = getComputedStyle(element);
  const colour = (name: string) => style.getPropertyValue(name).trim();
  return {
    lines: Array.from({ length: INKS }, (_, at) => colour(`--ink-${at}`)),
    grid: colour('--chart-grid'),
    words: colour('--chart-words'),
    font: `11px ${style.fontFamily}`,
  };
}
