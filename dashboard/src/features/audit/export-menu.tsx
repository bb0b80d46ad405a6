import { Button, Menu } from '@mantine/core';
import { IconDownload } from '@tabler/icons-react';
import { type ChangeFilter, changesExportAddress } from '@/api/changes';
import { useProject } from '@/components/project-context';

/** The audit log as a file: all of it, or what the filters in force leave. */
export function ExportMenu({ filter }: { filter: ChangeFilter }) {
  const { key } = useProject();
  const filtered = Object.values(filter).some((value) => value !== undefined);
  return (
    <Menu shadow="md" position="bottom-end">
      <Menu.Target>
        <Button leftSection={<IconDownload size={14} aria-hidden />}>Export</Button>
      </Menu.Target>
      <Menu.Dropdown>
        {filtered && (
          <>
            <Menu.Label>What the filters leave</Menu.Label>
            <Menu.Item
              component="a"
              href={changesExportAddress(key, 'csv', filter)}
              download={`${key}-audit-part.csv`}
            >
              CSV, for a spreadsheet
            </Menu.Item>
            <Menu.Item
              component="a"
              href={changesExportAddress(key, 'ndjson', filter)}
              download={`${key}-audit-part.ndjson`}
            >
              NDJSON, for programs
            </Menu.Item>
          </>
        )}
        <Menu.Label>The whole log</Menu.Label>
        <Menu.Item component="a" href={changesExportAddress(key, 'csv')} download={`${key}-audit.csv`}>
          All as CSV
        </Menu.Item>
        <Menu.Item component="a" href={changesExportAddress(key, 'ndjson')} download={`${key}-audit.ndjson`}>
          All as NDJSON, which can be verified
        </Menu.Item>
      </Menu.Dropdown>
    </Menu>
  );
}
