import type { Tool } from './tool.ts';
import { explainFile } from './tools/explain-file.ts';
import { getThought } from './tools/get-thought.ts';
import { listProposals } from './tools/list-proposals.ts';
import { listThoughts } from './tools/list-thoughts.ts';
import { status } from './tools/status.ts';
import { think } from './tools/think.ts';

/** Every tool, in the order in which clients show them. None of them approves anything. */
export const TOOLS: readonly Tool[] = [listThoughts, getThought, explainFile, status, listProposals, think];
