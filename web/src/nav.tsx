import { useEffect, useState } from 'preact/hooks';
import { useApp } from './app-context.ts';
import { ConnectionState } from './connection.tsx';
import { visibleWords } from './diff/visible.ts';
import { VisibleText } from './diff/visible-text.tsx';
import { Mark } from './gate.tsx';
import { PAGES, pageNamed } from './pages.ts';
import { Button } from './parts/button.tsx';
import { Link } from './parts/link.tsx';
import { Notices } from './parts/notices.tsx';
import { place } from './place.ts';
import { THEMES, theme } from './theme.ts';

/** The menu: pages, what in them asks for somebody, and how the daemon is. */
export function Nav({ help }: { help(): void }) {
  const { live } = useApp();
  const [isOpen, setOpen] = useState(false);
  const status = live.status.value;
  const current = pageNamed(place.value.page);
  useEffect(() => setOpen(false), [place.value]);
  return (
    <header class={`nav ${isOpen ? 'open' : ''}`}>
      <div class="brand">
        <Mark />
        <span>Consciousness</span>
        <ConnectionState live={live} />
        <button
          type="button"
          class="menu"
          aria-expanded={isOpen}
          aria-controls="menu"
          onClick={() => setOpen(!isOpen)}
        >
          Menu
          {status !== null && (
            <Asking number={PAGES.reduce((sum, { asks }) => sum + (asks?.(status) ?? 0), 0)} />
          )}
        </button>
      </div>
      <div class="drawer" id="menu">
        <nav aria-label="Pages">
          <ul>
            {PAGES.map(({ name, title, asks, unsaved }) => {
              const asking = status === null ? 0 : (asks?.(status) ?? 0);
              return (
                <li key={name}>
                  <Link page={name} isCurrent={current?.name === name}>
                    <span>
                      {title}
                      {unsaved !== undefined && unsaved.value.length > 0 && <Unsaved names={unsaved.value} />}
                    </span>
                    <Asking number={asking} of={name} />
                  </Link>
                </li>
              );
            })}
          </ul>
        </nav>
        <div class="foot">
          <ThemeSwitch />
          <div class="small">
            <Button kind="quiet" isSmall action={help} of="?">
              Keys
            </Button>
            {status !== null && <span class="version">{status.version}</span>}
          </div>
        </div>
      </div>
      <Notices />
    </header>
  );
}

/** A dot beside the name of a page that has something which is not saved. */
function Unsaved({ names }: { names: readonly string[] }) {
  return (
    <span class="unsaved" title={visibleWords(`Not saved yet: ${names.join(', ')}`)}>
      <span class="unseen">
        , not saved yet: <VisibleText text={names.join(', ')} />
      </span>
    </span>
  );
}

/** How much asks for somebody; nothing where nothing does. */
function Asking({ number, of = '' }: { number: number; of?: string }) {
  return number > 0 ? <span class={`badge ${of}`}>{number > 999 ? '999+' : number}</span> : null;
}

function ThemeSwitch() {
  return (
    <fieldset class="segments">
      <legend class="unseen">Theme</legend>
      {THEMES.map((each) => (
        <label key={each}>
          <input
            type="radio"
            name="theme"
            checked={theme.value === each}
            onChange={() => {
              theme.value = each;
            }}
          />
          <span>{each}</span>
        </label>
      ))}
    </fieldset>
  );
}
