import { Alert, Badge, Text } from '@mantine/core';
import { IconAlertTriangle, IconCalendarTime } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { useParams } from '@tanstack/react-router';
import { requestQuery } from '@/api/requests';
import type { ChangeRequestDetail } from '@/api/types';
import { EnvironmentBadge } from '@/components/environment-badge';
import { PlanItems, PlanItemView } from '@/components/history/plan-item';
import { AnchorLink, ButtonLink } from '@/components/links';
import { Page } from '@/components/page';
import { useProject } from '@/components/project-context';
import { ReceiptLine } from '@/components/receipt/receipt-line';
import { EmptyState, QueryState } from '@/components/states';
import { Time } from '@/components/time';
import { isMissing } from '@/lib/missing';
import { Discussion } from './discussion';
import { itemKey } from './document';
import { RequestActions } from './request-actions';
import { RequestConflict } from './request-conflict';
import classes from './requests.module.css';
import { RequestBadge } from './state-badge';
import { whenWords } from './words';

const from = '/frame/p/$project/change-requests/$number';

/** One change request: what it changes beside what is live, who has looked at it, and why. */
export function RequestPage() {
  const { number } = useParams({ from });
  const project = useProject();
  const query = useQuery(requestQuery(project.key, Number(number)));
  if (isMissing(query.error) || !/^[1-9]\d*$/.test(number)) return <NoSuchRequest number={number} />;
  if (query.data) return <Loaded request={query.data} />;
  return (
    <Page title={`Change request ${number}`}>
      <QueryState query={query} what={`The change request ${number} could not be loaded`}>
        {() => null}
      </QueryState>
    </Page>
  );
}

function Loaded({ request }: { request: ChangeRequestDetail }) {
  const project = useProject();
  const pending = request.state === 'open' || request.state === 'draft';
  const why = request.events.findLast(
    (event) => event.text && ['submitted', 'drafted', 'opened'].includes(event.kind),
  )?.text;
  return (
    <Page
      title={`#${request.number} ${request.title}`}
      before={<RequestBadge request={request} />}
      actions={
        <ButtonLink
          size="xs"
          variant="default"
          to="/p/$project/change-requests"
          params={{ project: project.key }}
        >
          All change requests
        </ButtonLink>
      }
    >
      <div className={classes.facts}>
        <span>
          by <b>{request.author.name}</b>, <Time at={request.createdAt} />
        </span>
        <span>version {request.version}</span>
        {project.environments
          .filter((item) => request.environments.includes(item.key))
          .map((item) => (
            <EnvironmentBadge key={item.key} environment={item} />
          ))}
      </div>
      {why && <blockquote className={classes.why}>{why}</blockquote>}
      <Notes request={request} />
      {pending && <RequestActions request={request} />}
      {pending && request.conflicts > 0 && (
        <section aria-label="Conflict" style={{ marginTop: 12 }}>
          <RequestConflict key={request.version} request={request} />
        </section>
      )}
      <Approvals request={request} />
      <section aria-labelledby="changes" className={classes.section}>
        <h2 id="changes">What it changes{pending && ', from what is live now'}</h2>
        <PlanItems label="What it changes">
          {request.items.map((item) => (
            <PlanItemView
              key={itemKey(item)}
              item={item}
              note={
                <>
                  {item.done && <Text size="sm">It is so already.</Text>}
                  {item.theirs && (
                    <Badge color="red" variant="light" tt="none">
                      changed on both sides
                    </Badge>
                  )}
                </>
              }
            />
          ))}
        </PlanItems>
      </section>
      <Discussion request={request} />
    </Page>
  );
}

/** What stands in the way, when it is due, and as what it was published. */
function Notes({ request }: { request: ChangeRequestDetail }) {
  const project = useProject();
  return (
    <>
      {request.publishAt !== undefined && request.publishAt > 0 && (
        <Alert color="navy" p="xs" mb="sm" icon={<IconCalendarTime size={18} aria-hidden />}>
          It is published at {whenWords(request.publishAt)}.
        </Alert>
      )}
      {request.problem && (
        <Alert
          color="red"
          p="xs"
          mb="sm"
          icon={<IconAlertTriangle size={18} aria-hidden />}
          title="It was not published at its time"
        >
          {request.problem}
        </Alert>
      )}
      {request.misfit && (
        <Alert
          color="red"
          p="xs"
          mb="sm"
          icon={<IconAlertTriangle size={18} aria-hidden />}
          title="It does not fit what is live any more"
        >
          {request.misfit}
        </Alert>
      )}
      {Object.entries(request.revisions).map(([key, revision]) => (
        <div key={key} className={classes.facts}>
          <span>
            Published as{' '}
            <AnchorLink
              underline="always"
              to="/p/$project/e/$environment/audit"
              params={{ project: project.key, environment: key }}
            >
              revision {revision}
            </AnchorLink>{' '}
            of {project.environments.find((item) => item.key === key)?.name ?? key}
          </span>
          <ReceiptLine environment={key} revision={revision} />
        </div>
      ))}
    </>
  );
}

function Approvals({ request }: { request: ChangeRequestDetail }) {
  const project = useProject();
  return (
    <section aria-labelledby="approvals" className={classes.section}>
      <h2 id="approvals">Approvals</h2>
      {request.approvals.length === 0 && <Text size="sm">No environment that it concerns needs one.</Text>}
      <ul className={classes.approvals}>
        {request.approvals.map((item) => {
          const environment = project.environments.find((known) => known.key === item.environment);
          return (
            <li key={item.environment}>
              {environment && <EnvironmentBadge environment={environment} />}
              <span>
                {item.by.length} of {item.needed}
                {item.by.length > 0 ? `, by ${item.by.join(', ')}` : ', nobody yet'}
              </span>
            </li>
          );
        })}
      </ul>
    </section>
  );
}

function NoSuchRequest({ number }: { number: string }) {
  const project = useProject();
  return (
    <EmptyState
      title={`There is no change request ${number} in ${project.name}`}
      actions={
        <ButtonLink to="/p/$project/change-requests" params={{ project: project.key }}>
          Show all change requests
        </ButtonLink>
      }
    />
  );
}
