import { Badge, Code } from '@mantine/core';
import type { Declaration, FlagDetail } from '@/api/types';
import { EnvironmentBadge } from '@/components/environment-badge';
import { useProject } from '@/components/project-context';
import { EmptyState } from '@/components/states';
import { Time } from '@/components/time';
import { valueText } from '@/lib/names';
import classes from './flag.module.css';

/** Which programs declare the flag, in which version, with which default. */
export function CodeTab({ flag }: { flag: FlagDetail }) {
  const declarations = [...flag.declarations].sort((a, b) => b.lastSeenAt - a.lastSeenAt);
  if (declarations.length === 0) {
    return (
      <EmptyState title="No program has declared this flag">
        A program that declares it when it starts appears here, with its version and its default. Until then{' '}
        <Code>burgee.get("{flag.key}", …)</Code> reads it all the same.
      </EmptyState>
    );
  }
  return (
    <div className="b-scroll-x">
      <table className={classes.table}>
        <thead>
          <tr>
            <th scope="col">Application</th>
            <th scope="col">Version</th>
            <th scope="col">Environment</th>
            <th scope="col">Type</th>
            <th scope="col">Default in the code</th>
            <th scope="col">SDK</th>
            <th scope="col">First seen</th>
            <th scope="col">Last seen</th>
          </tr>
        </thead>
        <tbody>
          {declarations.map((item) => (
            <DeclarationRow
              key={`${item.application} ${item.version} ${item.environment} ${item.sdk}`}
              flag={flag}
              declaration={item}
            />
          ))}
        </tbody>
      </table>
    </div>
  );
}

function DeclarationRow({ flag, declaration }: { flag: FlagDetail; declaration: Declaration }) {
  const project = useProject();
  const environment = project.environments.find((item) => item.key === declaration.environment);
  const otherType = declaration.type !== flag.type;
  const otherDefault = JSON.stringify(declaration.default) !== JSON.stringify(flag.codeDefault);
  return (
    <tr>
      <td>{declaration.application}</td>
      <td>{declaration.version}</td>
      <td>{environment ? <EnvironmentBadge environment={environment} /> : declaration.environment}</td>
      <td>
        {declaration.type} {otherType && <Drift>not {flag.type}</Drift>}
      </td>
      <td>
        <code>{valueText(declaration.default as never)}</code> {otherDefault && <Drift>differs</Drift>}
      </td>
      <td>{declaration.sdk}</td>
      <td>
        <Time at={declaration.firstSeenAt} />
      </td>
      <td>
        <Time at={declaration.lastSeenAt} />
      </td>
    </tr>
  );
}

function Drift({ children }: { children: React.ReactNode }) {
  return (
    <Badge variant="light" color="yellow" tt="none" size="sm">
      {children}
    </Badge>
  );
}
