import type { ComponentChildren } from 'preact';
import { useEffect, useRef } from 'preact/hooks';
import { visibleWords } from '../diff/visible.ts';

/** One page: its heading takes the focus when it is come to, so that a screen reader says where it is. */
export function Page(props: {
  title: ComponentChildren;
  name: string;
  /** What is to be said of it in a few words. */
  lead?: string;
  actions?: ComponentChildren;
  children: ComponentChildren;
}) {
  const { title, name, lead = '', actions, children } = props;
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => {
    document.title = `${visibleWords(name)} · Consciousness`;
    heading.current?.focus({ preventScroll: true });
  }, [name]);
  return (
    <article class="page">
      <header class="page-head">
        <h1 ref={heading} tabIndex={-1}>
          {title}
        </h1>
        {lead !== '' && <p class="lead">{lead}</p>}
        <div class="actions">{actions}</div>
      </header>
      {children}
    </article>
  );
}

/** A part of a page with a heading of its own. */
export function Panel(props: {
  title: ComponentChildren;
  aside?: ComponentChildren;
  class?: string;
  children: ComponentChildren;
}) {
  return (
    <section class={`panel ${props.class ?? ''}`}>
      <header>
        <h2>{props.title}</h2>
        {props.aside !== undefined && <div class="aside">{props.aside}</div>}
      </header>
      {props.children}
    </section>
  );
}
