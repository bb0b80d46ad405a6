import { Kbd, Modal, Switch, Table } from '@mantine/core';
import { prefer, usePreferences } from '@/lib/preferences';
import { sections } from '../sections';

const rows: [string[], string][] = [
  [['Ctrl', 'K'], 'Search, or do anything'],
  [['/'], 'Filter the list'],
  ...sections.map((section): [string[], string] => [['g', section.letter], `Go to ${section.name}`]),
  [['g', 's'], 'Go to Settings'],
  [['j'], 'Next row'],
  [['k'], 'Previous row'],
  [['Enter'], 'Open the row'],
  [['x'], 'Select the row'],
  [['e'], 'Change what the row serves'],
  [['?'], 'This sheet'],
];

/** All keys on one sheet, and the switch that turns them off. */
export function KeysSheet({ opened, onClose }: { opened: boolean; onClose: () => void }) {
  const { shortcuts } = usePreferences();
  return (
    <Modal opened={opened} onClose={onClose} title="Keyboard shortcuts" centered>
      <Table verticalSpacing={6}>
        <Table.Tbody>
          {rows.map(([keys, what]) => (
            <Table.Tr key={what}>
              <Table.Td w={110}>
                {keys.map((key) => (
                  <Kbd key={key} mr={4}>
                    {key}
                  </Kbd>
                ))}
              </Table.Td>
              <Table.Td>{what}</Table.Td>
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
      <Switch
        mt="md"
        label="Single-key shortcuts"
        checked={shortcuts}
        onChange={(event) => prefer({ shortcuts: event.currentTarget.checked })}
      />
    </Modal>
  );
}
