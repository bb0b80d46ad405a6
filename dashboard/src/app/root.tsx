import { Outlet } from '@tanstack/react-router';
import { lazy, Suspense } from 'react';

const Notifications = lazy(() =>
  import('@mantine/notifications').then((module) => ({ default: module.Notifications })),
);

/** Every page, and the messages over it: inside the router, since messages hold links. */
export function Root() {
  return (
    <>
      <Outlet />
      <Suspense>
        <Notifications position="bottom-right" autoClose={8000} />
      </Suspense>
    </>
  );
}
