import { Menu, UnstyledButton } from '@mantine/core';
import {
  IconChevronDown,
  IconCode,
  IconFlask2,
  IconListCheck,
  IconPercentage,
  IconPower,
} from '@tabler/icons-react';
import { useState } from 'react';
import type { Environment, FlagEnvironment, FlagSummary, ServingKind } from '@/api/types';
import { environmentName } from '@/components/environment-badge';
import classes from './flags.module.css';
import { ValueMenu } from './value-menu';

const icons: Partial<Record<ServingKind, typeof IconCode>> = {
  code: IconCode,
  split: IconPercentage,
  rules: IconListCheck,
  experiment: IconFlask2,
  off: IconPower,
};

type Props = { flag: FlagSummary; environment: Environment; state: FlagEnvironment };

/** What a flag serves in one environment, in words; a press opens what it could serve instead. */
export function ValueButton({ flag, environment, state }: Props) {
  // The menu is made at the first press: a list of thousands must not carry thousands of menus.
  const [used, setUsed] = useState(false);
  const [opened, setOpened] = useState(false);
  const Icon = icons[state.servingKind];
  const face = (
    <UnstyledButton
      className={classes.value}
      data-serving={state.servingKind}
      data-value-button={`${flag.key} ${environment.key}`}
      aria-haspopup="menu"
      aria-expanded={opened}
      aria-label={`${flag.key} in ${environmentName(environment)}: ${state.serving}. Change`}
      title={state.serving}
      disabled={flag.archivedAt !== undefined}
      onClick={() => {
        setUsed(true);
        setOpened(!opened);
      }}
    >
      {Icon && <Icon size={13} aria-hidden />}
      <span className="b-ellipsis">{state.serving}</span>
      <IconChevronDown size={12} aria-hidden />
    </UnstyledButton>
  );
  if (!used) return face;
  return (
    <Menu opened={opened} onChange={setOpened} position="bottom-start" shadow="md" width={270} trapFocus>
      <Menu.Target>{face}</Menu.Target>
      <Menu.Dropdown>
        <ValueMenu flag={flag} environment={environment} state={state} />
      </Menu.Dropdown>
    </Menu>
  );
}
