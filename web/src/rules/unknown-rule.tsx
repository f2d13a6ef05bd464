import type { RuleView } from '../../../src/contract/api.ts';
import { VisibleText } from '../diff/visible-text.tsx';
import { Button } from '../parts/button.tsx';
import { Empty } from '../parts/empty.tsx';
import { Link } from '../parts/link.tsx';
import { Page } from '../parts/panel.tsx';
import { whyNot } from './name.ts';
import { useBegin } from './new-rule.tsx';

/** An address that names a rule which is not there: which there are, and how it could be. */
export function UnknownRule({ name, rules }: { name: string; rules: readonly RuleView[] }) {
  const begin = useBegin();
  const names = rules.map((rule) => rule.name);
  return (
    <Page title="There is no such rule" name="There is no such rule">
      <Empty title="No rule has this name">
        <p>
          <code>
            <VisibleText text={name} />
          </code>{' '}
          may have been renamed or deleted.
        </p>
        <div class="actions">
          <Link page="rules">Look at all rules</Link>
          {begin !== null && whyNot(name, names) === null && (
            <Button isSmall action={() => begin(name)}>
              Make a rule of this name
            </Button>
          )}
        </div>
        {names.length > 0 && (
          <ul class="other-names" aria-label="Rules that there are">
            {names.map((each) => (
              <li key={each}>
                <Link page="rules" of={each}>
                  <VisibleText text={each} />
                </Link>
              </li>
            ))}
          </ul>
        )}
      </Empty>
    </Page>
  );
}
