import { Outlet } from '@tanstack/react-router';
import { lazy, Suspense } from 'react';

const Messages = lazy(() => import('./messages').then((module) => ({ default: module.Messages })));

/** Every page, and the messages over it: inside the router, since messages hold links. */
export function Root() {
  return (
    <>
      <Outlet />
      <Suspense>
        <Messages />
      </Suspense>
    </>
  );
}
