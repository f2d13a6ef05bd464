/** Tokens, by the patterns that their issuers publish for scanners. */
const TOKENS: readonly [string, RegExp][] = [
  ['a private key', /-----BEGIN (?:[A-Z0-9]+ )*PRIVATE KEY(?: BLOCK)?-----/],
  ['an AWS access key', /\b(?:AKIA|ASIA)[A-Z2-7]{16}\b/],
  ['a token of Consciousness', /\bcsn_[0-9a-f]{8}_[A-Za-z0-9_-]{43}/],
  ['a GitHub token', /\b(?:gh[pousr]_[A-Za-z0-9]{36,255}|github_pat_[A-Za-z0-9_]{50,255})\b/],
  ['a GitLab token', /\bglpat-[A-Za-z0-9_-]{20,64}\b/],
  ['a Slack token', /\bxox[abeoprs]-[A-Za-z0-9-]{10,250}\b/],
  ['a Slack webhook', /https:\/\/hooks\.slack\.com\/services\/[A-Za-z0-9/]{20,}/],
  ['an Anthropic key', /\bsk-ant-[A-Za-z0-9_-]{20,}/],
  ['an OpenAI key', /\bsk-(?:proj-|svcacct-|admin-)?[A-Za-z0-9_-]{32,}/],
  ['a Google API key', /\bAIza[0-9A-Za-z_-]{35}\b/],
  ['a Google OAuth secret', /\bGOCSPX-[A-Za-z0-9_-]{28}\b/],
  ['a Stripe key', /\b[rs]k_live_[0-9a-zA-Z]{20,}\b/],
  ['an npm token', /\bnpm_[A-Za-z0-9]{36}\b/],
  ['a PyPI token', /\bpypi-[A-Za-z0-9_-]{50,}\b/],
  ['a Hugging Face token', /\bhf_[A-Za-z0-9]{30,}\b/],
  ['a SendGrid key', /\bSG\.[A-Za-z0-9_-]{22}\.[A-Za-z0-9_-]{43}\b/],
  ['a Telegram bot token', /\b\d{8,10}:AA[A-Za-z0-9_-]{33}\b/],
  ['a JSON web token', /\beyJ[A-Za-z0-9_-]{10,}\.eyJ[A-Za-z0-9_-]{10,}\.[A-Za-z0-9_-]{10,}/],
];

/** What looks like a secret. */
const PATTERNS: typeof TOKENS = [
  ...TOKENS,
  ['credentials in an address', /\b[a-z][a-z0-9+.-]{1,20}:\/\/[^\s/:@]{1,100}:[^\s/@]{3,200}@/i],
  [
    'a password',
    // Words alone are prose: what follows has a digit or a sign in it.
    /\b(?:password|passwd|pwd|secret|api[_-]?key|access[_-]?token|auth[_-]?token)["']?\s*[:=]\s*["']?(?=[^\s"'<>{}]*[\d!@#$%^&*_+/=-])[^\s"'<>{}]{8,}/i,
  ],
];

/** A text with `mask` for each token of a known issuer in it. */
export function withoutTokens(text: string, mask: string): string {
  return TOKENS.reduce((rest, [, token]) => rest.replace(new RegExp(token, 'g'), mask), text);
}

/** Names of variables whose values are secrets. */
const SECRET_NAME =
  /(^|_)(api_?key|key|token|secret|passw(or)?d|passphrase|credentials?|auth|private|signature|pat)(_|$|S?$)|apikey|password|secret/i;
/** Shorter values are words that anybody might write. */
const SHORTEST = 8;

/** The values in an environment that must not leave, with the names of their variables. */
export function secretValues(environment: Readonly<Record<string, string | undefined>>): Map<string, string> {
  const found = new Map<string, string>();
  for (const [name, value = ''] of Object.entries(environment)) {
    const isPath = /^[/~.]/.test(value) || /^(SSH_AUTH_SOCK|XAUTHORITY|DBUS_)/.test(name);
    if (SECRET_NAME.test(name) && value.length >= SHORTEST && !isPath) found.set(value, name);
  }
  return found;
}

/** The first secret in a text, told by its kind alone; null where there is none. */
export function secretIn(text: string, values: ReadonlyMap<string, string>): string | null {
  for (const [value, name] of values) if (text.includes(value)) return `the value of ${name}`;
  return PATTERNS.find(([, pattern]) => pattern.test(text))?.[0] ?? null;
}
