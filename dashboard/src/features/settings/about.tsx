import { Table } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { sessionQuery } from '@/api/account';
import { QueryState } from '@/components/states';

/** Which server this is. */
export function About() {
  const session = useQuery(sessionQuery());
  return (
    <QueryState query={session} what="The server's state could not be loaded">
      {(data) => {
        const rows: [string, string][] = [
          ['Version', `Burgee ${data.version}`],
          ['Address', data.publicUrl || window.location.origin],
          ['Connection', data.encrypted ? 'encrypted (TLS)' : 'not encrypted'],
          [
            'Signed in as',
            data.member ? `${data.member.email} (${data.member.roles.join(', ') || 'no role'})` : 'nobody',
          ],
          ['Licence', 'Apache-2.0'],
        ];
        return (
          <div className="b-panel" style={{ maxWidth: 640 }}>
            <Table horizontalSpacing="md">
              <Table.Tbody>
                {rows.map(([name, value]) => (
                  <Table.Tr key={name}>
                    <Table.Th w={140}>{name}</Table.Th>
                    <Table.Td>{value}</Table.Td>
                  </Table.Tr>
                ))}
              </Table.Tbody>
            </Table>
          </div>
        );
      }}
    </QueryState>
  );
}
