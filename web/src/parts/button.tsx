import type { ComponentChildren } from 'preact';
import type { Action } from '../use-action.ts';
import { Kbd } from './kbd.tsx';

export interface ButtonProps {
  children: ComponentChildren;
  /** What it does. */
  action?: Action | (() => void);
  kind?: 'plain' | 'main' | 'danger' | 'quiet';
  isSmall?: boolean;
  isDisabled?: boolean;
  /** The key that does the same. */
  of?: string;
  label?: string;
  title?: string;
  isPressed?: boolean;
  /** Whether what it opens is open. */
  isExpanded?: boolean;
}

export function Button(props: ButtonProps) {
  const { children, action, kind = 'plain', isSmall = false, isDisabled = false, of, label, title } = props;
  const isBusy = typeof action === 'object' && action.isBusy;
  const press = () => (typeof action === 'function' ? action() : void action?.run());
  return (
    <button
      type="button"
      class={`button ${kind}${isSmall ? ' small' : ''}`}
      disabled={isDisabled}
      aria-busy={isBusy}
      onClick={press}
      {...(label !== undefined && { 'aria-label': label })}
      {...(title !== undefined && { title })}
      {...(props.isPressed !== undefined && { 'aria-pressed': props.isPressed })}
      {...(props.isExpanded !== undefined && { 'aria-expanded': props.isExpanded })}
      {...(of !== undefined && { 'aria-keyshortcuts': of })}
    >
      {children}
      {of !== undefined && <Kbd>{of}</Kbd>}
    </button>
  );
}
