import { ActionIcon, Kbd, Menu, Tooltip, UnstyledButton } from '@mantine/core';
import { spotlight } from '@mantine/spotlight';
import { IconHelp, IconMenu2, IconSearch } from '@tabler/icons-react';
import { Link } from '@tanstack/react-router';
import logo from '@/components/burgee.svg';
import { AccountMenu } from './account-menu';
import { EnvironmentSwitch } from './environment-switch';
import classes from './frame.module.css';
import { ProjectMenu } from './project-menu';
import { ThemeSwitch } from './theme-switch';
import type { Current } from './use-current';

type Props = { current: Current; onMenu: () => void; onKeys: () => void };

/** Project, environment, search, theme, keys, account: the same on every page. */
export function Header({ current, onMenu, onKeys }: Props) {
  return (
    <header className={classes.header} data-kind={current.environment?.kind}>
      <ActionIcon variant="subtle" color="gray" size="lg" aria-label="Menu" hiddenFrom="sm" onClick={onMenu}>
        <IconMenu2 size={20} aria-hidden />
      </ActionIcon>
      <Link to="/" className={classes.brand} aria-label="Burgee, home">
        <img src={logo} width={24} height={24} alt="" />
      </Link>
      <ProjectMenu current={current} />
      <EnvironmentSwitch current={current} />
      <div className={classes.grow} />
      <UnstyledButton className={classes.search} onClick={() => spotlight.open()} aria-label="Search or do">
        <IconSearch size={15} aria-hidden />
        <span className={classes.searchText}>Search or do…</span>
        <Kbd size="xs">Ctrl K</Kbd>
      </UnstyledButton>
      <span className={classes.theme}>
        <ThemeSwitch />
      </span>
      <Tooltip label="Keys (?)">
        <ActionIcon
          variant="subtle"
          color="gray"
          size="lg"
          aria-label="Keyboard shortcuts"
          visibleFrom="sm"
          onClick={onKeys}
        >
          <IconHelp size={18} aria-hidden />
        </ActionIcon>
      </Tooltip>
      <Menu position="bottom-end" withinPortal>
        <AccountMenu onKeys={onKeys} />
      </Menu>
    </header>
  );
}
