import { Text } from '@mantine/core';
import type { FieldChange } from '@/api/types';
import classes from './history.module.css';

const shown = (value: unknown): string =>
  value === undefined ? '' : typeof value === 'string' ? value : JSON.stringify(value);

/** What changed, field by field: the old value struck, the new one beside it. */
export function FieldDiff({ diff }: { diff: FieldChange[] }) {
  if (diff.length === 0) return <Text size="sm">No field differs.</Text>;
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: a box that scrolls sideways must be reachable by keyboard
    <section className={classes.diff} tabIndex={0} aria-label="Fields that changed">
      <table>
        <thead className="b-hidden">
          <tr>
            <th scope="col">Field</th>
            <th scope="col">Before</th>
            <th scope="col">After</th>
          </tr>
        </thead>
        <tbody>
          {diff.map((change) => (
            <tr key={change.path}>
              <th scope="row" className="b-mono">
                {change.path || 'whole'}
              </th>
              <td>{change.before !== undefined && <del className="b-mono">{shown(change.before)}</del>}</td>
              <td>{change.after !== undefined && <ins className="b-mono">{shown(change.after)}</ins>}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}
