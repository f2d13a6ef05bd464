import { VisibleText } from '../diff/visible-text.tsx';
import { Empty } from '../parts/empty.tsx';
import { Link } from '../parts/link.tsx';
import { Page } from '../parts/panel.tsx';
import { place } from '../place.ts';

/** An address that names no page. */
export function UnknownPage() {
  return (
    <Page title="There is no such page" name="There is no such page">
      <Empty title="This address leads nowhere">
        <p>
          There is no page{' '}
          <code>
            <VisibleText text={place.value.page} />
          </code>
          . The menu has all that there are.
        </p>
        <Link page="">Look at what happens now</Link>
      </Empty>
    </Page>
  );
}
