import { Badge, Tooltip } from '@mantine/core';
import { IconAlertTriangle, IconChevronRight, IconLock } from '@tabler/icons-react';
import { Link } from '@tanstack/react-router';
import type { Environment, FlagSummary } from '@/api/types';
import { useProject } from '@/components/project-context';
import { Sparkline } from '@/components/sparkline';
import { Time } from '@/components/time';
import { count } from '@/lib/names';
import type { Row } from './flag-tree';
import classes from './flags.module.css';
import { ValueButton } from './value-button';

type NamespaceProps = { row: Extract<Row, { kind: 'namespace' }>; toggle: (path: string) => void };

/** A namespace: a press opens or closes it. */
export function NamespaceRow({ row, toggle }: NamespaceProps) {
  return (
    // biome-ignore lint/a11y/useSemanticElements: virtual rows are placed, which a table's own rows cannot be
    <span role="cell" className={classes.namespaceCell} style={{ paddingLeft: 34 + row.depth * 18 }}>
      <button
        type="button"
        className={classes.namespace}
        aria-expanded={row.open}
        onClick={() => toggle(row.path)}
      >
        <IconChevronRight size={14} aria-hidden className={classes.chevron} />
        {row.name}
        <span className={classes.dim}>{count(row.flags, 'flag')}</span>
      </button>
    </span>
  );
}

type FlagProps = {
  selected: boolean;
  select: (key: string) => void;
  row: Extract<Row, { kind: 'flag' }>;
  environments: Environment[];
  current: Environment;
};

/** One flag: name, type, what it serves where, and who touched it last. */
export function FlagCells({ row, environments, current, selected, select }: FlagProps) {
  const { flag } = row;
  const last = lastChange(flag);
  return (
    <>
      {/* biome-ignore lint/a11y/useSemanticElements: virtual rows are placed, which a table's own rows cannot be */}
      <span role="cell" className={classes.check}>
        <input
          type="checkbox"
          aria-label={`Select ${flag.key}`}
          checked={selected}
          disabled={flag.archivedAt !== undefined}
          onChange={() => select(flag.key)}
        />
      </span>
      <Name row={row} current={current} />
      {/* biome-ignore-start lint/a11y/useSemanticElements: virtual rows are placed, which a table's own rows cannot be */}
      <span role="cell" className={`${classes.cell} ${classes.wide} ${classes.dim}`}>
        {flag.type}
      </span>
      {environments.map((environment) => {
        const state = flag.environments[environment.key];
        return (
          <span
            role="cell"
            key={environment.key}
            className={`${classes.cell} ${classes.environment}`}
            data-current={environment.key === current.key || undefined}
          >
            {state && (
              <>
                <ValueButton flag={flag} environment={environment} state={state} />
                <Sparkline values={state.hourly} label={sparkWords(state.hourly)} />
              </>
            )}
          </span>
        );
      })}
      <span role="cell" className={`${classes.cell} ${classes.wide} ${classes.dim}`}>
        <LastEvaluated flag={flag} environment={current} />
      </span>
      <span role="cell" className={`${classes.cell} ${classes.widest} ${classes.dim} b-ellipsis`}>
        {flag.owner}
      </span>
      <span role="cell" className={`${classes.cell} ${classes.widest} ${classes.dim}`}>
        {last && (
          <>
            <span className="b-ellipsis" title={last.actor}>
              {shortActor(last.actor)}
            </span>
            ,&nbsp;
            <Time at={last.at} />
          </>
        )}
      </span>
      {/* biome-ignore-end lint/a11y/useSemanticElements: see above */}
    </>
  );
}

function Name({ row, current }: { row: FlagProps['row']; current: Environment }) {
  const project = useProject();
  const { flag } = row;
  const fresh = flag.source === 'code' && Object.values(flag.environments).every((item) => !item.configured);
  return (
    // biome-ignore lint/a11y/useSemanticElements: virtual rows are placed, which a table's own rows cannot be
    <span role="cell" className={classes.name} style={{ paddingLeft: 8 + row.depth * 18 }}>
      <Link
        className={classes.link}
        to="/p/$project/e/$environment/flags/$flag"
        params={{ project: project.key, environment: current.key, flag: flag.key }}
        title={flag.description ? `${flag.key}: ${flag.description}` : flag.key}
        aria-label={flag.key}
      >
        {row.namespace && <span className={classes.dim}>{row.namespace} ▸ </span>}
        {row.name}
      </Link>
      {fresh && !flag.archivedReason && (
        <Badge variant="light" color="gray" size="sm" tt="none">
          from code
        </Badge>
      )}
      <Marks flag={flag} current={current} />
      {flag.drift.length > 0 && (
        <Tooltip label={flag.drift.join(' ')} multiline w={320}>
          <span role="img" aria-label={`Drift: ${flag.drift.join(' ')}`} className={classes.warning}>
            <IconAlertTriangle size={15} aria-hidden />
          </span>
        </Tooltip>
      )}
      {flag.tags.slice(0, 2).map((tag) => (
        <span key={tag} className={classes.tag}>
          {tag}
        </span>
      ))}
    </span>
  );
}

/** Who manages it, why it archived itself, and which flag it may be taken for. */
function Marks({ flag, current }: { flag: FlagSummary; current: Environment }) {
  const project = useProject();
  const managed = flag.managedIn ? `Managed by a file, ${flag.managedIn}` : 'Managed by a file';
  return (
    <>
      {flag.managedBy === 'file' && (
        <Tooltip label={managed}>
          <span role="img" aria-label={managed} className={classes.lock}>
            <IconLock size={14} aria-hidden />
          </span>
        </Tooltip>
      )}
      {flag.archivedReason && (
        <Tooltip label={flag.archivedReason} multiline w={320}>
          <span className={classes.mark}>
            by Burgee<span className="b-hidden">: {flag.archivedReason}</span>
          </span>
        </Tooltip>
      )}
      {flag.looksLike?.map((key) => (
        <Link
          key={key}
          className={classes.mark}
          to="/p/$project/e/$environment/flags/$flag"
          params={{ project: project.key, environment: current.key, flag: key }}
          title={`${flag.key} looks like ${key}`}
          aria-label={`Looks like ${key}`}
        >
          ≈
        </Link>
      ))}
    </>
  );
}

function LastEvaluated({ flag, environment }: { flag: FlagSummary; environment: Environment }) {
  const at = flag.environments[environment.key]?.lastEvaluatedAt;
  return at ? <Time at={at} /> : <>never</>;
}

function lastChange(flag: FlagSummary) {
  return Object.values(flag.environments)
    .flatMap((item) => (item.lastChange ? [item.lastChange] : []))
    .sort((a, b) => b.at - a.at)[0];
}

/** "ann" of "ann@corp.example"; the whole name stands in the title. */
const shortActor = (actor: string) => actor.split('@')[0] ?? actor;

function sparkWords(hourly: number[]): string {
  const total = hourly.reduce((sum, value) => sum + value, 0);
  return total === 0 ? 'No evaluations in 24 hours' : `${count(total, 'evaluation')} in 24 hours`;
}
