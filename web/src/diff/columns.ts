/** How the lines of two texts are laid out. A text without lines has no column of numbers, nor has a piece of one. */
export interface Columns {
  /** Both texts stand beside each other. */
  isBeside: boolean;
  hasOld: boolean;
  hasNew: boolean;
}

/** `before` null = there was nothing. `isPiece`: where in its text `after` stands is not known. */
export function columnsOf(
  before: string | null,
  after: string,
  { isPiece, isWide }: { isPiece: boolean; isWide: boolean },
): Columns {
  const hasOld = before !== null && before !== '' && !isPiece;
  const hasNew = after !== '' && !isPiece;
  return { isBeside: isWide && hasOld && hasNew, hasOld, hasNew };
}
