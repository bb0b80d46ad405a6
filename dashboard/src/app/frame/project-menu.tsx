import { Button, Menu } from '@mantine/core';
import { IconChevronDown } from '@tabler/icons-react';
import { MenuItemLink } from '@/components/links';
import classes from './frame.module.css';
import type { Current } from './use-current';

/** The project's name; opens the others. */
export function ProjectMenu({ current }: { current: Current }) {
  if (!current.project) return null;
  return (
    <Menu position="bottom-start">
      <Menu.Target>
        <Button
          variant="subtle"
          color="gray"
          size="compact-md"
          className={classes.project}
          c="var(--mantine-color-text)"
          rightSection={<IconChevronDown size={14} aria-hidden />}
          aria-label={`Project ${current.project.name}`}
        >
          <span className="b-ellipsis">{current.project.name}</span>
        </Button>
      </Menu.Target>
      <Menu.Dropdown>
        {current.projects.map((project) => (
          <MenuItemLink key={project.key} to="/p/$project" params={{ project: project.key }}>
            {project.name}
          </MenuItemLink>
        ))}
        <Menu.Divider />
        <MenuItemLink to="/projects">All projects</MenuItemLink>
        <MenuItemLink to="/p/$project/settings" params={{ project: current.project.key }}>
          Environments &amp; SDK keys
        </MenuItemLink>
      </Menu.Dropdown>
    </Menu>
  );
}
