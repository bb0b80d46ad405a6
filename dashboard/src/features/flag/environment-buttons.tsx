import { Button, Text } from '@mantine/core';
import { IconPower } from '@tabler/icons-react';
import { useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { switchOff, switchOn } from '@/api/flags';
import type { Environment, FlagDetail } from '@/api/types';
import { Confirm } from '@/components/confirm';
import { EnvironmentBadge, environmentName } from '@/components/environment-badge';
import { AnchorLink } from '@/components/links';
import { May } from '@/components/may';
import { useEnvironment, useProject } from '@/components/project-context';
import { Sparkline } from '@/components/sparkline';
import { draftConfiguration, getDraft } from '@/features/review';
import { count } from '@/lib/names';
import classes from './flag.module.css';
import { overriddenWords } from './overridden-note';

/** What every environment serves, side by side; the page's own is enlarged and can be switched off at once. */
export function EnvironmentButtons({ flag }: { flag: FlagDetail }) {
  const project = useProject();
  const current = useEnvironment();
  return (
    <section className={classes.environments} aria-label="What each environment serves">
      {project.environments.map((environment) => (
        <EnvironmentCard
          key={environment.key}
          flag={flag}
          environment={environment}
          current={environment.key === current.key}
        />
      ))}
    </section>
  );
}

function EnvironmentCard(props: { flag: FlagDetail; environment: Environment; current: boolean }) {
  const { flag, environment, current } = props;
  const project = useProject();
  const state = flag.environments[environment.key];
  const overridden = flag.overridden[environment.key];
  const hourly = state?.hourly ?? [];
  const total = hourly.reduce((sum, value) => sum + value, 0);
  return (
    <div className={classes.environment} data-kind={environment.kind} data-current={current}>
      <div className={classes.line}>
        <EnvironmentBadge environment={environment} />
        {!current && (
          <AnchorLink
            to="/p/$project/e/$environment/flags/$flag"
            params={{ project: project.key, environment: environment.key, flag: flag.key }}
            size="sm"
            underline="always"
          >
            Open<span className="b-hidden"> {environment.name}</span>
          </AnchorLink>
        )}
      </div>
      <span className={classes.serving}>{state?.serving ?? 'code default'}</span>
      {overridden && overridden.instances > 0 && (
        <Text size="sm" c="dimmed">
          {overriddenWords(overridden)}
        </Text>
      )}
      <div className={classes.line}>
        <Sparkline
          values={hourly}
          label={`${count(total, 'evaluation')} in 24 hours in ${environment.name}`}
        />
        {current && <OffOn flag={flag} environment={environment} on={state?.enabled ?? true} />}
      </div>
    </div>
  );
}

/** Off and On: at once, with one confirm. */
function OffOn({ flag, environment, on }: { flag: FlagDetail; environment: Environment; on: boolean }) {
  const project = useProject();
  const client = useQueryClient();
  const [asking, setAsking] = useState(false);
  const name = environmentName(environment);
  const off = flag.configurations[environment.key]?.off ?? (flag.type === 'boolean' ? 'false' : 'code');
  const served = off === 'code' ? "each program's own default" : `the off value ${String(off)}`;
  const act = async (reason: string) => {
    const run = on ? switchOff : switchOn;
    await run(project.key, flag.key, environment.key, reason.trim() || undefined);
    const drafted = getDraft(project.key, environment.key)?.flags[flag.key]?.environments?.[environment.key];
    // Publishing what was drafted before must not switch it back.
    if (drafted) {
      const was = flag.configurations[environment.key];
      draftConfiguration(project, environment.key, flag.key, { ...drafted, enabled: !on }, was);
    }
    await client.invalidateQueries({ queryKey: ['project', project.key] });
  };
  return (
    <>
      <May to={on ? 'off' : 'publish'} at={`${project.key}/${environment.key}`}>
        <Button
          size="compact-sm"
          variant={on ? 'outline' : 'filled'}
          color={on ? 'red' : undefined}
          leftSection={<IconPower size={14} aria-hidden />}
          onClick={() => setAsking(true)}
        >
          {on ? 'Turn off' : 'Turn on'} in {name}
        </Button>
      </May>
      <Confirm
        opened={asking}
        onClose={() => setAsking(false)}
        title={`Turn ${on ? 'off' : 'on'} ${flag.key}?`}
        verb={`Turn ${on ? 'off' : 'on'} in ${name}`}
        danger={on}
        environment={environment}
        withReason
        action={act}
      >
        {on
          ? `Everyone gets ${served} at once: rules, targets and experiments no longer count.`
          : 'What was configured before counts again, at once.'}
      </Confirm>
    </>
  );
}
