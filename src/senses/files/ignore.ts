import ignore, { type Ignore } from 'ignore';

/** Which pattern keeps a path from being perceived, and whose it is. */
export interface IgnoredBy {
  by: 'denied' | 'built in' | 'configured';
  pattern: string;
}

/** As git does: names that differ in case are one file on macOS and Windows. */
const CASE = { ignorecase: process.platform !== 'linux' };

/** Tells why a path is not perceived. Paths are path texts relative to the root. */
export interface IgnoreMatcher {
  /** Null = it is perceived. A path beneath an ignored directory is ignored with it. */
  ignoredBy(path: string, isDirectory: boolean): IgnoredBy | null;
}

/** Never perceived, whatever the configuration says: where secrets are kept. gitignore syntax. */
const DENIED_PATTERNS = [
  '.env*',
  '*.pem',
  'id_*',
  '.ssh/',
  '.aws/',
  '.gnupg/',
  '.kube/',
  '.docker/',
  '.netrc',
  '.npmrc',
  '.pypirc',
  '.git-credentials',
  '*.kdbx',
  '.mozilla/',
  '.thunderbird/',
  '**/.config/google-chrome*/',
  '**/.config/chromium/',
  '**/.config/BraveSoftware/',
  '**/.config/microsoft-edge*/',
  '**/.config/vivaldi*/',
  '**/.config/opera*/',
  '**/Application Support/Google/Chrome*/',
  '**/Application Support/Chromium/',
  '**/Application Support/BraveSoftware/',
  '**/Application Support/Microsoft Edge*/',
  '**/Application Support/Firefox/',
  '**/Library/Safari/',
] as const;

/** The pattern by which a path, relative to any folder, looks like a secret; null = it does not. */
export function deniedBy(path: string): string | null {
  const { rule } = ignore(CASE)
    .add([...DENIED_PATTERNS])
    .test(path);
  return rule?.pattern ?? null;
}

/** What tools leave beside files people care for. gitignore syntax. */
const BUILT_IN_PATTERNS = [
  '.git',
  'node_modules',
  '.venv',
  '__pycache__',
  '.DS_Store',
  '~$*',
  '*.swp',
  '*.swx',
  '4913',
  '*~',
  '.#*',
  '\\#*#',
  '*.part',
  '*.crdownload',
  '.consciousness-*.tmp',
] as const;

/** Paths tested before the caches of `ignore`, which never forget, are thrown away: about 1 MB. */
const REMEMBERED = 5000;

/** The matcher of a root: denied patterns first, then ours, then these gitignore patterns of its configuration. */
export function ignoreMatcher(configured: readonly string[]): IgnoreMatcher {
  let own: Ignore;
  let theirs: Ignore;
  let tested = REMEMBERED;

  return {
    ignoredBy(path, isDirectory) {
      if (tested === REMEMBERED) {
        tested = 0;
        own = ignore(CASE)
          .add(BUILT_IN_PATTERNS.map((pattern) => ({ pattern, mark: 'built in' })))
          .add(DENIED_PATTERNS.map((pattern) => ({ pattern, mark: 'denied' })));
        theirs = ignore(CASE).add(configured.map((pattern) => ({ pattern })));
      }
      tested += 1;
      const subject = isDirectory ? `${path}/` : path;
      const mine = own.test(subject).rule;
      if (mine) return { by: mine.mark === 'denied' ? 'denied' : 'built in', pattern: mine.pattern };
      const yours = theirs.test(subject).rule;
      return yours ? { by: 'configured', pattern: yours.pattern } : null;
    },
  };
}
