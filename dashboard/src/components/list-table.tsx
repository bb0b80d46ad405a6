import { Table } from '@mantine/core';
import type { ReactNode } from 'react';

type ListTableProps = {
  label: string;
  columns: string[];
  /** False where no row ends in buttons. */
  actions?: boolean;
  children: ReactNode;
};

/**
 * A table of things whose rows end in buttons, each a Table.Tr. Where it is wider
 * than the page it scrolls in its own panel, by keyboard too.
 */
export function ListTable({ label, columns, actions = true, children }: ListTableProps) {
  return (
    <section
      className="b-panel b-scroll-x"
      aria-label={label}
      // biome-ignore lint/a11y/noNoninteractiveTabindex: a box that scrolls must be reachable by keyboard
      tabIndex={0}
    >
      <Table miw={640} verticalSpacing={6} horizontalSpacing="md">
        <Table.Thead>
          <Table.Tr>
            {columns.map((column) => (
              <Table.Th key={column}>{column}</Table.Th>
            ))}
            {actions && (
              <Table.Th>
                <span className="b-hidden">Actions</span>
              </Table.Th>
            )}
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>{children}</Table.Tbody>
      </Table>
    </section>
  );
}
