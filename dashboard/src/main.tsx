import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import '@fontsource-variable/inter/wght.css';
import { fetchSession } from '@/api/session';
import type { Session } from '@/api/types';
import { applyScheme } from '@/lib/scheme';

// The door (sign in, first run) and the dashboard are separate chunks: whoever signs in does not wait for
// the dashboard's components, and whoever is signed in never loads the door.
const seenKey = 'burgee:signed-in';
const root = createRoot(document.getElementById('root') as HTMLElement);
const loadApp = () => import('@/app/app');
const loadDoor = () => import('@/features/session/door');

async function openApp(session: Session) {
  localStorage.setItem(seenKey, '1');
  // The local way in is a page of the door alone.
  if (window.location.pathname === '/signin') window.history.replaceState(null, '', '/');
  const { App } = await loadApp();
  root.render(
    <StrictMode>
      <App session={session} />
    </StrictMode>,
  );
}

async function openDoor(session: Session | undefined, fault?: unknown) {
  localStorage.removeItem(seenKey);
  const { Door } = await loadDoor();
  root.render(
    <StrictMode>
      <Door session={session} fault={fault} onRetry={start} onSignedIn={openApp} />
    </StrictMode>,
  );
}

async function start() {
  // Most visits are of someone signed in: fetch the dashboard while the server is asked.
  if (localStorage.getItem(seenKey)) void loadApp();
  try {
    const session = await fetchSession();
    const setup = window.location.pathname === '/start' && !session.ownerExists;
    // A link is for whoever opens it, also in a browser that somebody else is signed in with.
    const link = ['/join', '/reset'].includes(window.location.pathname) && window.location.hash !== '';
    // Who comes back from the provider may be somebody else, or link it to the account.
    const back = window.location.pathname === '/signin/callback';
    if (session.signedIn && !setup && !link && !back) await openApp(session);
    else await openDoor(session);
  } catch (fault) {
    await openDoor(undefined, fault);
  }
}

applyScheme();
void start();
