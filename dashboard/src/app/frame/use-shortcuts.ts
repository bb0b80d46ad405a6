import { useNavigate } from '@tanstack/react-router';
import { useEffect, useRef } from 'react';
import { preferences } from '@/lib/preferences';
import { typing } from '@/lib/typing';
import { sectionRoute, sections } from '../sections';
import type { Current } from './use-current';

/** The frame's keys: `g` and a letter, `/` for the page's filter, `?` for the sheet. */
export function useShortcuts(current: Current, openSheet: () => void) {
  const navigate = useNavigate();
  const going = useRef(0);
  useEffect(() => {
    const press = (event: KeyboardEvent) => {
      if (!preferences().shortcuts || event.ctrlKey || event.metaKey || event.altKey || typing(event)) return;
      if (event.key === '?') {
        event.preventDefault();
        openSheet();
      } else if (event.key === '/') {
        const filter = document.querySelector<HTMLElement>('[data-filter]');
        if (!filter) return;
        event.preventDefault();
        filter.focus();
      } else if (event.key === 'g') {
        going.current = Date.now();
      } else if (Date.now() - going.current < 1500) {
        going.current = 0;
        if (event.key === 's') void navigate({ to: '/settings' });
        const section = sections.find((item) => item.letter === event.key);
        if (!section || !current.project || !current.environment) return;
        event.preventDefault();
        const params = { project: current.project.key, environment: current.environment.key };
        void navigate({ to: sectionRoute[section.id], params });
      }
    };
    window.addEventListener('keydown', press);
    return () => window.removeEventListener('keydown', press);
  }, [navigate, current.project, current.environment, openSheet]);
}
