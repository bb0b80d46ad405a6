import { Text } from '@mantine/core';
import type { ReactNode } from 'react';
import type { FlagDetail } from '@/api/types';
import type { Editor } from '../editor/use-editor';
import classes from '../flag.module.css';

export type Fault = { field: string; message: string };
export type PartProps = { flag: FlagDetail; editor: Editor; faults: Fault[] };

/** One part of the targeting, named at the left. */
export function Section(props: { title: string; hint: string; children: ReactNode }) {
  return (
    <section className={classes.section} aria-label={props.title}>
      <div>
        <h2>{props.title}</h2>
        <Text size="xs" c="dimmed">
          {props.hint}
        </Text>
      </div>
      <div className={classes.stack}>{props.children}</div>
    </section>
  );
}

/** What the server would refuse, next to what it refuses. */
export function Faults({ faults }: { faults: Fault[] }) {
  if (faults.length === 0) return null;
  return (
    <div role="alert" className={classes.fault}>
      {faults.map((fault) => (
        <div key={`${fault.field} ${fault.message}`}>{fault.message}</div>
      ))}
    </div>
  );
}
