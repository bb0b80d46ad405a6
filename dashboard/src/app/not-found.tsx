import { AnchorLink } from '@/components/links';
import { EmptyState } from '@/components/states';

/** An address that names no page. */
export function NotFound() {
  return (
    <main>
      <EmptyState title="There is no such page" actions={<AnchorLink to="/">Go to the flags</AnchorLink>}>
        The address may be misspelt, or the page may have moved.
      </EmptyState>
    </main>
  );
}
