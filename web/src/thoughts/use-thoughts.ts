import { useCallback, useEffect, useRef, useState } from 'preact/hooks';
import type { CodedError } from '../../../src/base/errors.ts';
import type { FollowedEvent } from '../../../src/contract/live-event.ts';
import { useApp } from '../app-context.ts';
import { codedOf, useLiveLoad } from '../use-load.ts';
import { type Filter, queryOf } from './filter.ts';
import { afterEvent, type KnownThoughts, withNewest, withOlder } from './live-rows.ts';

const PAGE = 50;

/** The thoughts that a filter wants, the newest first, as they change; older ones when asked for. */
export function useThoughts(filter: Filter) {
  const { client, live } = useApp();
  const key = JSON.stringify(filter);
  const [known, setKnown] = useState<{ key: string; list: KnownThoughts } | null>(null);
  const list = known?.key === key ? known.list : null;
  const rows = useRef<KnownThoughts['rows']>([]);
  rows.current = list?.rows ?? [];

  const first = useLiveLoad(
    async () => ({ key, page: await client.thoughts(queryOf(filter, Date.now(), PAGE, null)) }),
    [key],
    (event) => event.type === 'state' && afterEvent(rows.current, event).isNews,
  );
  useEffect(() => {
    const { value } = first;
    if (value === null) return;
    setKnown((before) => ({
      key: value.key,
      list: withNewest(before?.key === value.key ? before.list : null, value.page),
    }));
  }, [first.value]);
  useEffect(() => live.onEvents((events) => setKnown((before) => before && changed(before, events))), [live]);

  const [older, setOlder] = useState<{ isLoading: boolean; error: CodedError | null }>({
    ...{ isLoading: false, error: null },
  });
  const more = useCallback(async () => {
    const cursor = list?.next ?? null;
    if (cursor === null) return;
    setOlder({ isLoading: true, error: null });
    try {
      const page = await client.thoughts(queryOf(filter, Date.now(), PAGE, cursor));
      setKnown((before) =>
        before?.key === key ? { key, list: withOlder(before.list, cursor, page) } : before,
      );
      setOlder({ isLoading: false, error: null });
    } catch (error) {
      setOlder({ isLoading: false, error: codedOf(error) });
    }
  }, [client, key, list?.next]);

  return { list, error: first.error, isLoading: first.isLoading, reload: first.reload, older, more };
}

function changed<Known extends { list: KnownThoughts }>(
  before: Known,
  events: readonly FollowedEvent[],
): Known {
  let { rows } = before.list;
  for (const event of events) rows = afterEvent(rows, event).rows;
  return rows === before.list.rows ? before : { ...before, list: { ...before.list, rows } };
}
