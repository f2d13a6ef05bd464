import { idPath } from '../http/input.ts';

/** The id of a thought, or enough of its first digits, as every surface takes it. */
export const thoughtId = idPath.shape.id;
