const HIDDEN = '[secret]';

/** Below this length a "secret" is so common a piece of text that hiding it would only eat the log. */
const SHORTEST = 4;

/** Shapes of credentials that nobody told us about; each keeps what comes before the credential itself. */
const PATTERNS: readonly RegExp[] = [
  /(\bbearer\s+)[\w.~+/=:-]{8,}/gi,
  /(\bbasic\s+)[A-Za-z0-9+/]{12,}={0,2}/gi,
  // JSON keys, also inside JSON that is itself a string: "api_key":"…", \"password\": \"…\"
  /(["'](?:x-)?(?:api[_-]?key|authorization|password|passwd|secret|access_token|refresh_token)\\?["']\s*:\s*\\?["'])[^"'\\]+/gi,
  /([?&](?:api[_-]?key|key|token|access_token|password)=)[^&\s"'\\]+/gi,
  /(\b[a-z][a-z0-9+.-]{1,20}:\/\/[^\s/:@"'\\]{0,100}:)[^\s/@"'\\]{1,200}(?=@)/gi,
  /(\b)(?:sk|pk|rk)-[\w:-]{16,}/g,
  /(\b)(?:gh[opsur]_|github_pat_|glpat-|xox[abeprs]-|hf_|npm_)\w[\w-]{15,}/g,
  /(\b)csn_[0-9a-f]{8}_[\w-]{16,}/g,
  /(\b)A[KS]IA[0-9A-Z]{16}\b/g,
  /(\b)AIza[\w-]{35}/g,
  /(\b)eyJ[\w-]{8,}\.[\w-]{8,}\.[\w-]*/g,
];

/**
 * Makes the last filter before text leaves the process: hides known secret values (as they are, as JSON
 * writes them, as URLs write them) and everything that looks like a credential. `secrets` is asked each
 * time, so a reloaded configuration counts at once.
 */
export function createScrubber(secrets: () => readonly string[]): (text: string) => string {
  let known: readonly string[] = [];
  let values: RegExp | undefined;
  return (text) => {
    const now = secrets();
    if (now.length !== known.length || now.some((secret, at) => secret !== known[at])) {
      known = [...now];
      values = anyOf(known);
    }
    let scrubbed = values ? text.replace(values, HIDDEN) : text;
    for (const pattern of PATTERNS) scrubbed = scrubbed.replace(pattern, `$1${HIDDEN}`);
    return scrubbed;
  };
}

/** Longest first, so that a secret which contains another is hidden whole. */
function anyOf(secrets: readonly string[]): RegExp | undefined {
  const forms = new Set(secrets.filter((secret) => secret.length >= SHORTEST).flatMap(formsOf));
  if (forms.size === 0) return undefined;
  const longestFirst = [...forms].sort((one, other) => other.length - one.length);
  return new RegExp(longestFirst.map((form) => RegExp.escape(form)).join('|'), 'g');
}

function formsOf(secret: string): string[] {
  return [secret, JSON.stringify(secret).slice(1, -1), encodeURIComponent(secret.toWellFormed())];
}
