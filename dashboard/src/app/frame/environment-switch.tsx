import { Button, Menu } from '@mantine/core';
import { IconChevronDown } from '@tabler/icons-react';
import { Link, useRouterState } from '@tanstack/react-router';
import type { ReactNode } from 'react';
import type { Environment } from '@/api/types';
import { EnvironmentIcon, environmentName } from '@/components/environment-badge';
import { rememberEnvironment } from '@/lib/environments';
import classes from './frame.module.css';
import type { Current } from './use-current';

type TargetProps = {
  current: Current;
  environment: Environment;
  className?: string;
  active: boolean;
  children: ReactNode;
};

/** A link to the same page in another environment; from a page without one, to its flags. */
function Target({ current, environment, className, active, children }: TargetProps) {
  const connecting = useRouterState({ select: (state) => state.location.pathname.endsWith('/connect') });
  const shared = {
    className,
    'aria-current': active ? ('true' as const) : undefined,
    'data-active': active || undefined,
    'data-kind': environment.kind,
    onClick: () => current.project && rememberEnvironment(current.project.key, environment.key),
  };
  const project = current.project?.key ?? '';
  if (connecting) {
    return (
      <Link
        {...shared}
        to="/p/$project/connect"
        params={{ project }}
        search={(before) => ({ sdk: before.sdk, env: environment.key })}
      >
        {children}
      </Link>
    );
  }
  if (current.onEnvironmentPage) {
    return (
      <Link
        {...shared}
        to="."
        params={(before: Record<string, unknown>) => ({ ...before, environment: environment.key })}
        search={(before: Record<string, unknown>) => ({ ...before, review: undefined })}
      >
        {children}
      </Link>
    );
  }
  return (
    <Link
      {...shared}
      to="/p/$project/e/$environment/flags"
      params={{ project, environment: environment.key }}
    >
      {children}
    </Link>
  );
}

/** Which environment the page reads and writes: colour, icon and capital name, on every page. */
export function EnvironmentSwitch({ current }: { current: Current }) {
  const { project, environment } = current;
  if (!project || !environment) return null;
  const environments = project.environments;
  const few = environments.length <= 4;
  return (
    <>
      {few && (
        <nav className={`${classes.segments} mantine-visible-from-sm`} aria-label="Environment">
          {environments.map((item) => (
            <Target
              key={item.key}
              current={current}
              environment={item}
              className={classes.segment}
              active={item.key === environment.key}
            >
              <EnvironmentIcon kind={item.kind} />
              {environmentName(item)}
            </Target>
          ))}
        </nav>
      )}
      <Menu position="bottom-start">
        <Menu.Target>
          <Button
            hiddenFrom={few ? 'sm' : undefined}
            size="compact-sm"
            flex="none"
            variant="default"
            data-kind={environment.kind}
            c="var(--b-env)"
            bg="var(--b-env-soft)"
            leftSection={<EnvironmentIcon kind={environment.kind} />}
            rightSection={<IconChevronDown size={13} aria-hidden />}
            aria-label={`Environment ${environmentName(environment)}`}
          >
            {environmentName(environment)}
          </Button>
        </Menu.Target>
        <Menu.Dropdown>
          {environments.map((item) => (
            <Menu.Item key={item.key} component="div" p={0}>
              <Target
                current={current}
                environment={item}
                active={item.key === environment.key}
                className={classes.item}
              >
                <EnvironmentIcon kind={item.kind} />
                {environmentName(item)}
              </Target>
            </Menu.Item>
          ))}
        </Menu.Dropdown>
      </Menu>
    </>
  );
}
