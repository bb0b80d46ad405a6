import { Select } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useNavigate, useSearch } from '@tanstack/react-router';
import { evaluatePath } from '@/api/evaluate';
import { flagsQuery } from '@/api/flags';
import type { FlagSummary } from '@/api/types';
import { CopyButton } from '@/components/copy';
import { EnvironmentBadge } from '@/components/environment-badge';
import { ButtonLink } from '@/components/links';
import { Page } from '@/components/page';
import { useEnvironment, useProject } from '@/components/project-context';
import { EmptyState, QueryState } from '@/components/states';
import { AllFlags } from './all-flags';
import { AnswerPanel } from './answer-panel';
import { ContextForm } from './context-form';
import { curl } from './curl';
import { contextOf } from './model';
import { MomentChoice, momentOf } from './moment-choice';
import classes from './why.module.css';

const from = '/frame/p/$project/e/$environment/why';

/** Why did this user get this: a context on the left, the answer and every step to it on the right. */
export function WhyPage() {
  const project = useProject();
  const environment = useEnvironment();
  const flags = useQuery(flagsQuery(project.key));
  const search = useSearch({ from });
  const context = contextOf(search.context) ?? {};
  const moment = momentOf(search);
  const address = evaluatePath(project.key, environment.key);
  return (
    <Page
      title="Why"
      before={<EnvironmentBadge environment={environment} />}
      summary="What a context gets, and why"
      actions={
        <>
          <CopyButton text={window.location.href}>Copy link</CopyButton>
          {search.flag && (
            <CopyButton text={curl(window.location.origin + address, search.flag, context, moment)}>
              Copy as curl
            </CopyButton>
          )}
        </>
      }
    >
      <QueryState query={flags} what="The flags could not be loaded">
        {(all) =>
          all.length === 0 ? (
            <NoFlags />
          ) : (
            <div className={classes.columns}>
              <div className={classes.asked}>
                <FlagChoice flags={all} flag={search.flag} />
                <MomentChoice at={search.at} revision={search.revision} />
                <ContextForm context={context} />
              </div>
              <div className={classes.told}>
                {search.flag ? (
                  <AnswerPanel key={search.flag} flag={search.flag} context={context} moment={moment} />
                ) : (
                  <AllFlags flags={all} context={context} moment={moment} />
                )}
              </div>
            </div>
          )
        }
      </QueryState>
    </Page>
  );
}

function FlagChoice({ flags, flag }: { flags: FlagSummary[]; flag?: string }) {
  const navigate = useNavigate();
  const keys = flags.map((item) => item.key);
  return (
    <Select
      label="Flag"
      size="xs"
      placeholder="All flags"
      data={flag && !keys.includes(flag) ? [flag, ...keys] : keys}
      value={flag ?? null}
      onChange={(next) =>
        void navigate({ to: '.', search: (before) => ({ ...before, flag: next ?? undefined }) })
      }
      searchable
      clearable
      limit={100}
      nothingFoundMessage="No such flag"
      clearButtonProps={{ 'aria-label': 'Show all flags' }}
    />
  );
}

function NoFlags() {
  const project = useProject();
  const environment = useEnvironment();
  return (
    <EmptyState
      title="No flags yet"
      actions={
        <ButtonLink
          to="/p/$project/connect"
          params={{ project: project.key }}
          search={{ env: environment.key }}
        >
          Connect an application
        </ButtonLink>
      }
    >
      As soon as there is a flag, this page says what it serves to whom, and why.
    </EmptyState>
  );
}
