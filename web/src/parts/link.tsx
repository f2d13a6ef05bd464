import type { ComponentChildren } from 'preact';
import { hashOf, type Place } from '../route.ts';

export interface LinkProps extends Partial<Place> {
  children: ComponentChildren;
  class?: string;
  /** It leads to where the page is. */
  isCurrent?: boolean;
  title?: string;
}

/** To a place of this page; there are no other links, and data makes none. */
export function Link({ page, of, query, children, isCurrent = false, ...rest }: LinkProps) {
  const to = hashOf({ ...(page && { page }), ...(of && { of }), ...(query && { query }) });
  return (
    <a href={to} {...(isCurrent && { 'aria-current': 'page' })} {...rest}>
      {children}
    </a>
  );
}
