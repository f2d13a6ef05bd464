import type { ReadonlySignal } from '@preact/signals';
import type { ComponentType } from 'preact';
import type { StatusView } from '../../src/contract/status-view.ts';
import { unapproved } from './inbox/drafts.ts';
import { InboxPage } from './pages/inbox.tsx';
import { MachinePage } from './pages/machine.tsx';
import { NowPage } from './pages/now.tsx';
import { QueuePage } from './pages/queue.tsx';
import { RulePage } from './pages/rule.tsx';
import { RulesPage } from './pages/rules.tsx';
import { SettingsPage } from './pages/settings.tsx';
import { ThoughtPage } from './pages/thought.tsx';
import { ThoughtsPage } from './pages/thoughts.tsx';
import { unsaved } from './rules/drafts.ts';

/** A page of the dashboard, in the order of the menu. */
export interface PageEntry {
  /** The first part of its hash. */
  name: string;
  title: string;
  /** After `g`. */
  key: string;
  /** How much of it asks for somebody; 0 = nothing. */
  asks?(status: StatusView): number;
  /** What of it is not saved: in the menu, too. */
  unsaved?: ReadonlySignal<readonly string[]>;
  /** Its head pauses everything, and resumes it. */
  hasPause?: true;
  All: ComponentType;
  /** Of one thing; `place.value.of` says of which. */
  One?: ComponentType;
}

export const PAGES: readonly PageEntry[] = [
  { name: '', title: 'Now', key: 'n', All: NowPage, hasPause: true },
  { name: 'thoughts', title: 'Thoughts', key: 't', All: ThoughtsPage, One: ThoughtPage },
  {
    name: 'inbox',
    title: 'Inbox',
    key: 'i',
    All: InboxPage,
    asks: ({ proposals }) => proposals.waiting,
    unsaved: unapproved,
  },
  { name: 'rules', title: 'Rules', key: 'r', All: RulesPage, One: RulePage, asks: brokenRules, unsaved },
  { name: 'machine', title: 'Machine', key: 'm', All: MachinePage },
  {
    name: 'queue',
    title: 'Queue',
    key: 'q',
    All: QueuePage,
    asks: ({ queue }) => queue.dead,
    hasPause: true,
  },
  { name: 'settings', title: 'Settings', key: 's', All: SettingsPage },
];

/** The page of a name; null where there is none. */
export function pageNamed(name: string): PageEntry | null {
  return PAGES.find((page) => page.name === name) ?? null;
}

function brokenRules({ rules }: StatusView): number {
  return rules.filter(({ problem }) => problem !== null).length;
}
