import { Alert } from '@mantine/core';
import { IconGitPullRequest } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { waitingQuery } from '@/api/requests';
import type { FlagDetail } from '@/api/types';
import { AnchorLink } from '@/components/links';
import { useProject } from '@/components/project-context';
import { count } from '@/lib/names';
import { absolute } from '@/lib/time';

/** The open change requests that change this flag, and when those are due that have a time. */
export function WaitingNote({ flag }: { flag: FlagDetail }) {
  const project = useProject();
  const waiting = useQuery(waitingQuery(project.key, flag.key)).data ?? [];
  if (waiting.length === 0) return null;
  return (
    <Alert
      color="navy"
      p="xs"
      my="xs"
      icon={<IconGitPullRequest size={18} aria-hidden />}
      title={`${count(waiting.length, 'change waits', 'changes wait')}`}
    >
      {waiting.map((request) => (
        <div key={request.number}>
          <AnchorLink
            underline="always"
            size="sm"
            to="/p/$project/change-requests/$number"
            params={{ project: project.key, number: String(request.number) }}
          >
            #{request.number} {request.title}
          </AnchorLink>{' '}
          by {request.author.name}
          {request.publishAt ? `, published at ${absolute(request.publishAt).slice(0, 16)}` : ''}
        </div>
      ))}
    </Alert>
  );
}
