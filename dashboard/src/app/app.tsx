import '@/components/styles';
import { MantineProvider } from '@mantine/core';
import { QueryClientProvider } from '@tanstack/react-query';
import { RouterProvider } from '@tanstack/react-router';
import { useState } from 'react';
import { sessionQuery } from '@/api/account';
import type { Session } from '@/api/types';
import { cssVariablesResolver, theme } from '@/components/theme';
import { prefer } from '@/lib/preferences';
import { createQueryClient } from './query-client';
import { createAppRouter } from './router';

/** A session that ended: load the page anew, which opens the door; drafts stay in the tab's storage. */
const reload = () => window.location.reload();

/** The dashboard of someone signed in. */
export function App({ session }: { session: Session }) {
  const [client] = useState(() => {
    const made = createQueryClient(reload);
    made.setQueryData(sessionQuery().queryKey, session);
    prefer({});
    return made;
  });
  const [router] = useState(createAppRouter);
  return (
    <MantineProvider theme={theme} cssVariablesResolver={cssVariablesResolver} defaultColorScheme="auto">
      <QueryClientProvider client={client}>
        <RouterProvider router={router} />
      </QueryClientProvider>
    </MantineProvider>
  );
}
