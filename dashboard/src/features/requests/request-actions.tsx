import { Button, Group, TextInput } from '@mantine/core';
import {
  IconAlertTriangle,
  IconCalendarTime,
  IconCheck,
  IconPencil,
  IconSend,
  IconX,
} from '@tabler/icons-react';
import { type ReactNode, useState } from 'react';
import {
  approveRequest,
  openRequest,
  publishRequest,
  rejectRequest,
  scheduleRequest,
  withdrawRequest,
} from '@/api/requests';
import type { ChangeRequestDetail } from '@/api/types';
import { Confirm } from '@/components/confirm';
import { EnvironmentBadge, environmentName } from '@/components/environment-badge';
import { Unless } from '@/components/may';
import { useProject } from '@/components/project-context';
import { type Refusals, useRefusals } from './refusals';
import { useAct } from './use-act';
import { useEdit } from './use-edit';
import { whenWords } from './words';

type Name = Exclude<keyof Refusals, 'comment' | 'edit'> | 'unschedule';
type Offer = { name: Name; label: string; icon?: ReactNode; variant?: string; red?: boolean };

const icon = { size: 14, 'aria-hidden': true } as const;

function offers(request: ChangeRequestDetail, names: string): Offer[] {
  const bypassed = !request.approved;
  if (request.state === 'draft') {
    return [
      { name: 'open', label: 'Open for review', icon: <IconSend {...icon} />, variant: 'filled' },
      { name: 'withdraw', label: 'Discard…', icon: <IconX {...icon} /> },
    ];
  }
  const out: Offer[] = [
    {
      name: 'approve',
      label: 'Approve',
      icon: <IconCheck {...icon} />,
      variant: bypassed ? 'filled' : 'default',
    },
    { name: 'reject', label: 'Reject…', icon: <IconX {...icon} /> },
    { name: 'publish', label: `Publish to ${names}`, variant: bypassed ? 'default' : 'filled' },
    request.publishAt
      ? { name: 'unschedule', label: 'Take it off the schedule', icon: <IconCalendarTime {...icon} /> }
      : { name: 'schedule', label: 'Schedule…', icon: <IconCalendarTime {...icon} /> },
    { name: 'withdraw', label: 'Withdraw…' },
  ];
  if (bypassed) {
    out.push({
      name: 'bypass',
      label: 'Publish in an emergency…',
      icon: <IconAlertTriangle {...icon} />,
      red: true,
    });
  }
  return out;
}

/** What can be done with a change request; what cannot says why. */
export function RequestActions({ request }: { request: ChangeRequestDetail }) {
  const project = useProject();
  const refusals = useRefusals(project, request);
  const [asking, setAsking] = useState<Name>();
  const edit = useEdit(request);
  const concerned = project.environments.filter((item) => request.environments.includes(item.key));
  const names = concerned.map(environmentName).join(', ') || 'every environment';
  return (
    <Group gap="xs" role="group" aria-label="What to do with it">
      {offers(request, names).map((offer) => {
        const refusal = refusals[offer.name === 'unschedule' ? 'schedule' : offer.name];
        return (
          <Unless key={offer.name} refusal={refusal}>
            <Button
              size="xs"
              variant={offer.variant ?? 'default'}
              c={offer.red && refusal === undefined ? 'var(--mantine-color-error)' : undefined}
              leftSection={offer.icon}
              onClick={() => setAsking(offer.name)}
            >
              {offer.label}
            </Button>
          </Unless>
        );
      })}
      <Unless refusal={refusals.edit ?? edit.refusal}>
        <Button size="xs" variant="default" leftSection={<IconPencil {...icon} />} onClick={edit.start}>
          Edit
        </Button>
      </Unless>
      {asking && <Ask request={request} what={asking} names={names} onClose={() => setAsking(undefined)} />}
    </Group>
  );
}

type AskProps = { request: ChangeRequestDetail; what: Name; names: string; onClose: () => void };

/** One confirm for each of them, with a reason or a time. */
function Ask({ request, what, names, onClose }: AskProps) {
  const project = useProject();
  const act = useAct();
  const [text, setText] = useState(what === 'schedule' ? tomorrow() : '');
  const { number, version } = request;
  const key = project.key;
  const said = (reason: string) => reason.trim() || undefined;
  const all: Record<
    Name,
    { title: string; verb: string; run: (reason: string) => Promise<ChangeRequestDetail> }
  > = {
    open: {
      title: 'Open it for review?',
      verb: 'Open for review',
      run: (reason) => openRequest(key, number, said(reason)),
    },
    approve: {
      title: `Approve version ${version}?`,
      verb: 'Approve',
      run: (reason) => approveRequest(key, number, version, said(reason)),
    },
    reject: {
      title: 'Reject this change request?',
      verb: 'Reject',
      run: (reason) => rejectRequest(key, number, said(reason)),
    },
    withdraw: {
      title: request.state === 'draft' ? 'Discard this draft?' : 'Withdraw this change request?',
      verb: request.state === 'draft' ? 'Discard' : 'Withdraw',
      run: (reason) => withdrawRequest(key, number, said(reason)),
    },
    publish: {
      title: 'Publish it now?',
      verb: `Publish to ${names}`,
      run: (reason) => publishRequest(key, number, { comment: said(reason) }),
    },
    schedule: {
      title: 'Publish it at a time',
      verb: 'Schedule',
      run: (reason) => scheduleRequest(key, number, new Date(text).getTime(), said(reason)),
    },
    unschedule: {
      title: 'Take it off the schedule?',
      verb: 'Take it off',
      run: (reason) => scheduleRequest(key, number, 0, said(reason)),
    },
    bypass: {
      title: 'Publish past the approvals?',
      verb: `Publish to ${names} now`,
      run: () => publishRequest(key, number, { bypass: text.trim() }),
    },
  };
  const { title, verb, run } = all[what];
  return (
    <Confirm
      opened
      onClose={onClose}
      title={title}
      verb={verb}
      danger={what === 'bypass' || what === 'reject' || what === 'withdraw'}
      withReason={what !== 'bypass'}
      disabled={
        (what === 'bypass' && text.trim() === '') || (what === 'schedule' && !(Date.parse(text) > Date.now()))
      }
      action={(reason) => act(run(reason))}
    >
      <Explanation what={what} request={request} />
      {what === 'bypass' && (
        <TextInput
          mt="sm"
          label="Reason"
          description="Why nobody can be waited for; it stays in the audit log."
          required
          value={text}
          onChange={(event) => setText(event.currentTarget.value)}
          data-autofocus
        />
      )}
      {what === 'schedule' && (
        <TextInput
          mt="sm"
          type="datetime-local"
          label="When"
          description="In the time of this computer."
          required
          value={text}
          onChange={(event) => setText(event.currentTarget.value)}
        />
      )}
    </Confirm>
  );
}

function Explanation({ what, request }: { what: Name; request: ChangeRequestDetail }) {
  const project = useProject();
  const concerned = project.environments.filter((item) => request.environments.includes(item.key));
  const badges = concerned.map((item) => <EnvironmentBadge key={item.key} environment={item} />);
  switch (what) {
    case 'approve':
      return <>It counts for this version; when the content changes, it is void. {badges}</>;
    case 'publish':
    case 'bypass':
      return <>All of it becomes live at once, as one revision of each environment. {badges}</>;
    case 'schedule':
      return <>It is published then, all of it or nothing. What is overtaken until then is not. {badges}</>;
    case 'open':
      return <>Others see it as a change request, may approve it, and it can be published.</>;
    case 'unschedule':
      return <>It stays open. It would have been published at {whenWords(request.publishAt ?? 0)}.</>;
    default:
      return <>It stays on record and cannot be opened again.</>;
  }
}

/** This time tomorrow, as the browser's field has it. */
function tomorrow(): string {
  return whenWords(Date.now() + 24 * 3_600_000).replace(' ', 'T');
}
