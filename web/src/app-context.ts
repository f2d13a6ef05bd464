import { createContext } from 'preact';
import { useContext } from 'preact/hooks';
import type { Client } from '../../src/surfaces/client.ts';
import type { Live } from './live.ts';
import type { FlowStore } from './now/flow-store.ts';

/** What every page asks with, and hears from. */
export interface App {
  client: Client;
  live: Live;
  /** What has happened lately, thing by thing. */
  flow: FlowStore;
}

export const AppContext = createContext<App | null>(null);

export function useApp(): App {
  const app = useContext(AppContext);
  if (app === null) throw new Error('no page is outside of the app');
  return app;
}
