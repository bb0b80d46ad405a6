import { Drawer } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { Outlet, useRouterState } from '@tanstack/react-router';
import { lazy, Suspense, useEffect, useState } from 'react';
import { liveHub } from '@/lib/live';
import classes from './frame.module.css';
import { Header } from './header';
import { OfflineStrip } from './offline-strip';
import { Rail } from './rail';
import { useCurrent } from './use-current';
import { useShortcuts } from './use-shortcuts';

const Palette = lazy(() => import('./palette').then((module) => ({ default: module.Palette })));
const KeysSheet = lazy(() => import('./keys-sheet').then((module) => ({ default: module.KeysSheet })));

/** What surrounds every page: header, rail, strip, palette, keys. */
export function Frame() {
  const current = useCurrent();
  const [menu, menuControl] = useDisclosure(false);
  const [keys, keysControl] = useDisclosure(false);
  const path = useRouterState({ select: (state) => state.location.pathname });
  useShortcuts(current, keysControl.open);
  // biome-ignore lint/correctness/useExhaustiveDependencies: a new page closes the menu that led to it
  useEffect(() => menuControl.close(), [path]);
  const idle = useIdle();
  useEffect(() => {
    if (current.project) liveHub(current.project.key);
  }, [current.project]);
  return (
    <div className={classes.frame} data-kind={current.environment?.kind}>
      <a className="b-skip" href="#content">
        Skip to the content
      </a>
      <Header current={current} onMenu={menuControl.open} onKeys={keysControl.open} />
      <OfflineStrip current={current} />
      <div className={classes.body}>
        <div className={classes.rail}>
          <Rail current={current} />
        </div>
        <main id="content" className={classes.main} tabIndex={-1}>
          <Outlet />
        </main>
      </div>
      <Drawer opened={menu} onClose={menuControl.close} size={260} title="Menu" hiddenFrom="sm">
        <Rail current={current} wide />
      </Drawer>
      <Suspense>
        {idle && <Palette current={current} onKeys={keysControl.open} />}
        {keys && <KeysSheet opened={keys} onClose={keysControl.close} />}
      </Suspense>
    </div>
  );
}

/** True once the first page stands: what is not needed for it is fetched then. */
function useIdle(): boolean {
  const [idle, setIdle] = useState(false);
  useEffect(() => {
    const timer = setTimeout(() => setIdle(true), 500);
    return () => clearTimeout(timer);
  }, []);
  return idle;
}
