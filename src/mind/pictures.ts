import type { Picture } from '../contract/provider.ts';
import type { Captured } from './compose.ts';

/** Tokens that one picture may have: models differ, and most have fewer. */
export const PICTURE_TOKENS = 1500;

/** Of the context, for pictures. */
const SHARE = 0.75;

/**
 * The pictures that a model is shown: none where it does not see; with text beside them, only where all of them have
 * room (`context` tokens; null = unknown).
 */
export function picturesFor(
  captured: Captured | null,
  sees: boolean,
  context: number | null,
): readonly Picture[] {
  const { pictures = [], text } = captured ?? { text: '' };
  if (!sees || pictures.length === 0) return [];
  const room = context === null ? pictures.length : Math.floor((context * SHARE) / PICTURE_TOKENS);
  return text.trim() === '' || room >= pictures.length ? pictures.slice(0, Math.max(1, room)) : [];
}
