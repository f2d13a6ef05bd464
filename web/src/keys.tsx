import { PAGES } from './pages.ts';
import { Dialog } from './parts/dialog.tsx';
import { Kbd } from './parts/kbd.tsx';
import { areKeysOn } from './use-keys.ts';

/** What keys do in the inbox, besides. */
const INBOX = [
  ['j', 'next proposal'],
  ['k', 'the one before'],
  ['a', 'approve'],
  ['r', 'reject'],
  ['e', 'edit, then approve'],
  ['u', 'take back what was decided last'],
] as const;

/** What the keys do. */
export function KeysDialog({ close }: { close(): void }) {
  return (
    <Dialog title="Keys" close={close}>
      <div class="keys">
        <dl>
          {PAGES.map(({ title, key }) => (
            <div key={key}>
              <dt>
                <Kbd>g</Kbd> <Kbd>{key}</Kbd>
              </dt>
              <dd>{title}</dd>
            </div>
          ))}
        </dl>
        <dl>
          <div>
            <dt>
              <Kbd>/</Kbd>
            </dt>
            <dd>search this page</dd>
          </div>
          <div>
            <dt>
              <Kbd>?</Kbd>
            </dt>
            <dd>these keys</dd>
          </div>
          {INBOX.map(([key, does]) => (
            <div key={key}>
              <dt>
                <Kbd>{key}</Kbd>
              </dt>
              <dd>Inbox: {does}</dd>
            </div>
          ))}
        </dl>
      </div>
      <label class="keys-switch">
        <input
          type="checkbox"
          checked={areKeysOn.value}
          onChange={({ currentTarget }) => {
            areKeysOn.value = currentTarget.checked;
          }}
        />
        <span>Single keys act on these pages. Turn it off if you dictate, or press keys by accident.</span>
      </label>
    </Dialog>
  );
}
