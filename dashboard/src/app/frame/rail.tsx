import { Tooltip } from '@mantine/core';
import { useMediaQuery } from '@mantine/hooks';
import { type Icon, IconFolders, IconPlug, IconSettings } from '@tabler/icons-react';
import { Link } from '@tanstack/react-router';
import { sectionRoute, sections } from '../sections';
import classes from './frame.module.css';
import type { Current } from './use-current';

type Props = { current: Current; wide?: boolean };

function Label({ icon: Picture, name }: { icon: Icon; name: string }) {
  return (
    <>
      <Picture size={18} stroke={1.8} aria-hidden />
      <span className={classes.label}>{name}</span>
    </>
  );
}

/** The way to every page; icons only where the window is narrow. */
export function Rail({ current, wide }: Props) {
  const { project, environment } = current;
  // Where the names are hidden, a hint gives them.
  const narrow = useMediaQuery('(max-width: 1100px)') && !wide;
  return (
    <nav className={classes.nav} aria-label="Pages">
      {project &&
        environment &&
        sections.map((section) => (
          <Tooltip
            key={section.id}
            label={`${section.name} (g ${section.letter})`}
            position="right"
            disabled={!narrow}
          >
            <Link
              className={classes.item}
              to={sectionRoute[section.id]}
              params={{ project: project.key, environment: environment.key }}
              activeProps={{ 'data-active': true }}
            >
              <Label icon={section.icon} name={section.name} />
            </Link>
          </Tooltip>
        ))}
      <div className={classes.divider} />
      {project && environment && (
        <Link
          className={classes.item}
          to="/p/$project/connect"
          params={{ project: project.key }}
          search={{ env: environment.key, sdk: undefined }}
          activeProps={{ 'data-active': true }}
        >
          <Label icon={IconPlug} name="Connect an app" />
        </Link>
      )}
      <Link className={classes.item} to="/projects" activeProps={{ 'data-active': true }}>
        <Label icon={IconFolders} name="Projects" />
      </Link>
      <Link className={classes.item} to="/settings" activeProps={{ 'data-active': true }}>
        <Label icon={IconSettings} name="Settings" />
      </Link>
    </nav>
  );
}
