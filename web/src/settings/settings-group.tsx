import { useApp } from '../app-context.ts';
import { VisibleText } from '../diff/visible-text.tsx';
import { Panel } from '../parts/panel.tsx';
import { Path } from '../parts/path.tsx';
import { Pieces } from '../parts/pieces.tsx';
import { type Setting, valueText } from './settings-list.ts';

/** Settings that begin alike. */
export function SettingsGroup({ name, settings }: { name: string; settings: readonly Setting[] }) {
  const config = useApp().live.status.value?.home.config;
  const places = config === undefined ? [] : [config];
  return (
    <Panel title={name === '' ? 'Others' : <span class="mono">{name}</span>}>
      <dl class="set">
        {settings.map((setting) => (
          <div key={setting.key} class={setting.isDefault ? 'default' : ''}>
            <dt class="mono">
              <Pieces text={shortKey(setting.key)} after="._" />
            </dt>
            <dd class="mono">
              <Value value={setting.value} />
            </dd>
            <dd class="source">
              {setting.isDefault ? 'default' : <Path path={setting.source} places={places} />}
            </dd>
          </div>
        ))}
      </dl>
    </Panel>
  );
}

function Value({ value }: { value: unknown }) {
  if (Array.isArray(value) && value.length > 0) {
    return (
      <ul>
        {value.map((each) => (
          <li key={valueText(each)}>
            <VisibleText text={valueText(each)} />
          </li>
        ))}
      </ul>
    );
  }
  const text = valueText(value);
  return text === '' || text === '{}' || text === '[]' ? (
    <span class="faint">none</span>
  ) : (
    <VisibleText text={text} />
  );
}

/** Without the group's name, where more is said. */
function shortKey(key: string): string {
  return key.includes('.') ? key.slice(key.indexOf('.') + 1) : key;
}
