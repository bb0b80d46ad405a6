import { Badge } from '@mantine/core';
import type { ChangeRequest } from '@/api/types';
import { stateWords } from './words';

const colors: Record<ChangeRequest['state'], string> = {
  draft: 'gray',
  open: 'navy',
  published: 'green',
  rejected: 'red',
  withdrawn: 'gray',
};

/** How far a change request has come, in colour and words. */
export function RequestBadge({ request }: { request: ChangeRequest }) {
  const color = request.state === 'open' && request.problem ? 'red' : colors[request.state];
  return (
    <Badge variant="light" color={color} tt="none" miw="max-content">
      {stateWords(request)}
    </Badge>
  );
}
