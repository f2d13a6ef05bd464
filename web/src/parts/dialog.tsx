import type { ComponentChildren } from 'preact';
import { useEffect, useRef } from 'preact/hooks';
import { Button } from './button.tsx';

export interface DialogProps {
  title: string;
  children: ComponentChildren;
  /** Buttons beside the one that closes it. */
  actions?: ComponentChildren;
  isWide?: boolean;
  close(): void;
}

/** Over the page, which waits: Escape and a click beside it close it, and the focus goes back to where it was. */
export function Dialog({ title, children, actions, isWide = false, close }: DialogProps) {
  const dialog = useRef<HTMLDialogElement>(null);
  useEffect(() => dialog.current?.showModal(), []);
  return (
    <dialog
      ref={dialog}
      class={isWide ? 'wide' : ''}
      aria-label={title}
      onClose={close}
      // Also a click beside it.
      {...{ closedby: 'any' }}
    >
      <div class="sheet">
        <h2>{title}</h2>
        <div class="text">{children}</div>
        <div class="actions">
          {actions}
          <Button kind="quiet" action={() => dialog.current?.close()}>
            Close
          </Button>
        </div>
      </div>
    </dialog>
  );
}
