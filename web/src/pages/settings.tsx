import { useApp } from '../app-context.ts';
import { Command } from '../parts/command.tsx';
import { Empty } from '../parts/empty.tsx';
import { Page, Panel } from '../parts/panel.tsx';
import { Problem } from '../parts/problem.tsx';
import { Skeleton } from '../parts/skeleton.tsx';
import { filter, place } from '../place.ts';
import { SettingsGroup } from '../settings/settings-group.tsx';
import { grouped, matching, settingsOf } from '../settings/settings-list.ts';
import { WherePanel } from '../settings/where-panel.tsx';
import { useLiveLoad } from '../use-load.ts';
import '../settings/settings.css';

/** The configuration in force, and where each value comes from. It is changed in its file, and not here. */
export function SettingsPage() {
  const { client, live } = useApp();
  const { value, error, reload } = useLiveLoad(client.config, [], ({ type }) => type === 'reloaded');
  const { query } = place.value;
  const { search = '', set = '' } = query;
  const settings = value === null ? [] : settingsOf(value);
  const found = matching(settings, search).filter(({ isDefault }) => set === '' || !isDefault);
  return (
    <Page
      title="Settings"
      name="Settings"
      lead="As they are in force. They are changed in config.yaml: the daemon takes every change at once."
    >
      <div class="settings">
        <div class="column">
          <search class="settings-search">
            <input
              type="search"
              class="field"
              placeholder="Search keys, values, sources"
              aria-label="Search settings"
              value={search}
              onInput={({ currentTarget }) => filter({ ...query, search: currentTarget.value })}
            />
            <label class="check">
              <input
                type="checkbox"
                checked={set !== ''}
                onChange={({ currentTarget }) =>
                  filter({ ...query, set: currentTarget.checked ? 'yes' : '' })
                }
              />
              only what is set
            </label>
          </search>
          {error !== null && <Problem error={error} retry={reload} />}
          {value === null && error === null && (
            <Panel title="Configuration">
              <Skeleton what="The configuration" lines={8} />
            </Panel>
          )}
          {value !== null && found.length === 0 && (
            <Panel title="Configuration">
              <Empty title="No setting is like that">
                <p>Every setting and what it does is in the documentation of config.yaml.</p>
              </Empty>
            </Panel>
          )}
          {grouped(found).map(({ name, settings }) => (
            <SettingsGroup key={name} name={name} settings={settings} />
          ))}
        </div>
        <div class="column">
          <WherePanel status={live.status.value} />
          <Panel title="The same at a terminal">
            <div class="body commands">
              <Command line="consciousness config show --sources" />
              <Command line="consciousness config check" />
              <Command line="consciousness doctor" />
            </div>
          </Panel>
        </div>
      </div>
    </Page>
  );
}
