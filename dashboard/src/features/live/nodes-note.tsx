import { Alert, Text } from '@mantine/core';
import type { Node } from '@/api/types';
import { count } from '@/lib/names';

/** "40 s", "3 min". */
function silence(ms: number): string {
  return ms < 120_000 ? `${Math.round(ms / 1000)} s` : `${Math.floor(ms / 60_000)} min`;
}

/** Of how many nodes the programs are, and which of them are not heard of. */
export function NodesNote({ nodes }: { nodes: Node[] }) {
  const silent = nodes.filter((node) => node.silent);
  if (silent.length === 0) {
    return nodes.length < 2 ? null : (
      <Text size="sm" c="dimmed" mb="sm">
        The programs of {count(nodes.length, 'node')}.
      </Text>
    );
  }
  return (
    <Alert color="orange" mb="sm" title={`${silent.length} of ${count(nodes.length, 'node')} silent`}>
      {silent.map((node) => (
        <div key={node.id}>
          <b>{node.name}</b> was last heard of {silence(node.seenAgoMs)} ago:{' '}
          {node.missing ? 'its programs are not in this list.' : 'its programs are shown as they were.'}
        </div>
      ))}
    </Alert>
  );
}
