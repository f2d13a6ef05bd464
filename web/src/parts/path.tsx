import { nameOf } from '../../../src/surfaces/place.ts';
import { visibleWords } from '../diff/visible.ts';
import { VisibleText } from '../diff/visible-text.tsx';

/** A path: its folder gives way where there is no room, its name does not. Never a link. */
export function Path({ path, places = [] }: { path: string; places?: readonly string[] }) {
  const shown = places.length === 0 ? path : nameOf(path, places);
  const cut = shown.lastIndexOf('/', shown.length - 2) + 1;
  return (
    <span class="path" title={visibleWords(path)}>
      {cut > 0 && (
        <span class="folder">
          <VisibleText text={shown.slice(0, cut)} />
        </span>
      )}
      <span class="name">
        <VisibleText text={shown.slice(cut)} />
      </span>
    </span>
  );
}

/** What an event or a thought is about: a path where it is a file, else its own words. */
export function Subject({ subject, places = [] }: { subject: string; places?: readonly string[] }) {
  const [, file] = /^(?:file|log):(.*)$/s.exec(subject) ?? [];
  if (file !== undefined) return <Path path={file} places={places} />;
  return (
    <span class="path" title={visibleWords(subject)}>
      <span class="name">
        <VisibleText text={subject.startsWith('request:') ? 'a request' : subject} />
      </span>
    </span>
  );
}
