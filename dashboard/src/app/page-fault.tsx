import type { ErrorComponentProps } from '@tanstack/react-router';
import { Page } from '@/components/page';
import { ErrorState } from '@/components/states';

/** A page that broke, or whose part of the program could not be loaded (after an upgrade of the server). */
export function PageFault({ error }: ErrorComponentProps) {
  return (
    <Page title="This page failed">
      <ErrorState
        what="The dashboard could not draw this page"
        error={error}
        retry={() => window.location.reload()}
      />
    </Page>
  );
}
