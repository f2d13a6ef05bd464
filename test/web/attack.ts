import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { TestContext } from 'node:test';
import type { Page } from 'playwright-core';
import { HIDDEN } from '../../web/src/diff/visible.ts';
import { newPage, type Watched } from './browser.ts';
import { enter, goTo } from './dashboard.ts';

/** Somebody whom a page has no reason to know. */
export interface Canary {
  url: string;
  /** Paths that were asked of it. */
  hits: string[];
}

export async function startCanary(t: Pick<TestContext, 'after'>): Promise<Canary> {
  const hits: string[] = [];
  const server = createServer((request, response) => {
    hits.push(request.url ?? '');
    response.writeHead(200, { 'content-type': 'image/svg+xml', 'access-control-allow-origin': '*' });
    response.end('<svg xmlns="http://www.w3.org/2000/svg"/>');
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  t.after(() => server.close());
  const { port } = server.address() as AddressInfo;
  return { url: `http://127.0.0.1:${port}`, hits };
}

/** What must never happen, as far as it did. */
export interface Findings {
  /** Payloads that ran. */
  ran: string[];
  /** Addresses elsewhere that Chromium was asked for. */
  outside: string[];
  /** What the policy had to refuse: text had become markup by then. */
  refused: string[];
  /** Elements and attributes that the page's own code never makes. */
  foreign: string[];
  /** Characters of a text or a title that nobody sees, in their places. */
  unseen: string[];
  /** The page went somewhere, asked something, or broke. */
  astray: string[];
}

export const NOTHING: Findings = { ran: [], outside: [], refused: [], foreign: [], unseen: [], astray: [] };

/** A page behind a link, looked at wherever `places` says while all of that is watched. */
export async function attacked(
  t: Pick<TestContext, 'after'>,
  { link, places }: { link: string; places: readonly string[] },
  look: (page: Page, place: string) => Promise<void>,
): Promise<{ findings: Findings; page: Page }> {
  const watched = await newPage(t);
  const { page } = watched;
  const astray: string[] = [];
  page.on('dialog', (dialog) => {
    astray.push(`dialog: ${dialog.message()}`);
    void dialog.dismiss();
  });
  page.on('popup', (popup) => astray.push(`popup: ${popup.url()}`));
  await page.addInitScript(WATCH);
  const { origin } = new URL(link);
  await enter(page, link, '#/');
  const foreign = new Set<string>();
  const unseen = new Set<string>();
  for (const place of places) {
    await goTo(page, place);
    await look(page, place);
    for (const each of await page.evaluate<string[]>(FOREIGN)) foreign.add(each);
    for (const each of await page.evaluate<string[]>(UNSEEN)) unseen.add(each);
    if (new URL(page.url()).origin !== origin) astray.push(`went to ${page.url()}`);
  }
  return { findings: await found(watched, origin, { foreign, unseen, astray }), page };
}

async function found(
  { page, errors, requests }: Watched,
  origin: string,
  {
    foreign,
    unseen,
    astray,
  }: Record<'foreign' | 'unseen', ReadonlySet<string>> & { astray: readonly string[] },
): Promise<Findings> {
  const told = await page.evaluate<{ ran: string[]; refused: string[] }>(
    '({ ran: window.ran, refused: window.refused })',
  );
  return {
    ...told,
    outside: requests.filter((url) => !url.startsWith(`${origin}/`)),
    foreign: [...foreign],
    unseen: [...unseen],
    astray: [...astray, ...errors],
  };
}

/** Whether the policy stands behind the page, should markup ever get into it: what of this came through. */
export async function throughThePolicy(page: Page, canary: Canary): Promise<string[]> {
  const before = canary.hits.length;
  // Later: what the browser's driver evaluates itself is above every policy.
  await page.evaluate(`new Promise((resolve) => setTimeout(async () => {
    const tried = (act) => { try { act(); } catch {} };
    const box = document.createElement('div');
    document.body.append(box);
    tried(() => { box.innerHTML = '<img src=x onerror="fired(\\'handler\\')">'; });
    tried(() => box.insertAdjacentHTML('beforeend', '<img src="${canary.url}/markup">'));
    tried(() => { const s = document.createElement('script'); s.append("fired('script')"); box.append(s); });
    tried(() => { const s = document.createElement('script'); s.src = '${canary.url}/script'; box.append(s); });
    tried(() => { const i = document.createElement('img'); i.src = '${canary.url}/picture'; box.append(i); });
    tried(() => { const i = document.createElement('iframe'); i.src = '${canary.url}/frame'; box.append(i); });
    tried(() => { const b = document.createElement('b'); b.setAttribute('onclick', "fired('click')"); box.append(b); b.click(); });
    tried(() => { const f = document.createElement('form'); f.action = '${canary.url}/form'; box.append(f); f.target = 'x'; f.submit(); });
    tried(() => (0, eval)("fired('eval')"));
    tried(() => setTimeout("fired('timer')", 0));
    await fetch('${canary.url}/fetch').catch(() => undefined);
    tried(() => new WebSocket('${canary.url.replace('http', 'ws')}/socket'));
    tried(() => navigator.sendBeacon('${canary.url}/beacon', 'x'));
    setTimeout(() => { box.remove(); resolve(); }, 500);
  }))`);
  return [...(await page.evaluate<string[]>('window.ran')), ...canary.hits.slice(before)];
}

const WATCH = `
  window.ran = [];
  window.refused = [];
  window.fired = (id) => window.ran.push(id);
  window.onerror = (message) => { window.refused.push('error: ' + message); };
  addEventListener('securitypolicyviolation', ({ effectiveDirective, blockedURI, sample }) =>
    window.refused.push([effectiveDirective, blockedURI, sample].join(' ')));
`;

/** All that is read or told and has in it what is not seen. */
const UNSEEN = `(() => {
  const hidden = new RegExp(${JSON.stringify(HIDDEN.source)}, 'u');
  const found = hidden.test(document.title) ? ['title ' + escape(document.title)] : [];
  const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (texts.nextNode()) {
    const { data, parentElement } = texts.currentNode;
    if (hidden.test(data)) found.push(parentElement.outerHTML.slice(0, 60) + ' ' + escape(data.slice(0, 200)));
  }
  for (const each of document.querySelectorAll('[title], [aria-label]')) {
    for (const name of ['title', 'aria-label']) {
      const value = each.getAttribute(name) ?? '';
      if (hidden.test(value)) found.push(each.tagName + ' ' + name + '=' + escape(value.slice(0, 200)));
    }
  }
  return found;
})()`;

/** All that is in the page and none of its own code makes. */
const FOREIGN = `(() => {
  const found = [];
  const tags = 'iframe,frame,object,embed,video,audio,source,track,base,marquee,math,img,image,applet,portal,' +
    'dialog[onclose],animate,set,foreignObject,xss,form[action],template,noscript img,body meta,body link,body style,body script';
  for (const each of document.querySelectorAll(tags)) found.push(each.outerHTML.slice(0, 200));
  for (const each of document.querySelectorAll('*')) {
    for (const { name, value } of each.attributes) {
      if (/^on/i.test(name)) found.push(each.tagName + ' ' + name + '=' + value.slice(0, 100));
      if (/^(href|src|srcset|action|formaction|data|poster|background|xlink:href|ping|srcdoc)$/i.test(name)) {
        const own = value.startsWith('#') || value.startsWith('/assets/');
        if (!own) found.push(each.tagName + ' ' + name + '=' + value.slice(0, 100));
      }
    }
  }
  return found;
})()`;
