import { Button } from '@mantine/core';
import { useNavigate, useSearch } from '@tanstack/react-router';
import { ChangeList } from '@/components/history/change-list';
import { CompareBar, Pick, usePicked } from '@/components/history/compare';
import { RollbackButton } from '@/components/history/rollback-button';
import { Page } from '@/components/page';
import { useProject } from '@/components/project-context';
import { ChainBadge, ChainBroken } from './chain';
import { ExportMenu } from './export-menu';
import { Filters } from './filters';

const from = '/frame/p/$project/e/$environment/audit';

/** Who changed what and when, in sentences, over the whole project. */
export function AuditPage() {
  const project = useProject();
  const { who, object, kind, env } = useSearch({ from });
  const navigate = useNavigate();
  const there = project.environments.find((item) => item.key === env);
  const picked = usePicked(there);
  const filtered = [who, object, kind, env].some((value) => value !== undefined);
  const clear = () => {
    void navigate({
      to: '.',
      search: (before) => ({ ...before, who: undefined, object: undefined, kind: undefined, env: undefined }),
    });
  };
  return (
    <Page
      title="Audit log"
      summary={<ChainBadge />}
      actions={<ExportMenu filter={{ actor: who, object, kind, environment: env }} />}
    >
      <ChainBroken />
      <Filters />
      {there && <CompareBar environment={there} picked={picked} />}
      <ChangeList
        filter={{ actor: who, object, kind, environment: env }}
        withObject
        grouped
        action={(change, newest) => {
          const revision = there && change.revisions[there.key];
          if (!there || revision === undefined) return null;
          return (
            <>
              <Pick change={change} environment={there} picked={picked} />
              {!newest && (
                <RollbackButton
                  environment={there}
                  to={{ revision }}
                  label={`Back to revision ${revision}`}
                />
              )}
            </>
          );
        }}
        empty={
          filtered
            ? {
                title: 'No change fits these filters',
                body: 'Take one away, or look at everything.',
                actions: (
                  <Button variant="default" size="xs" onClick={clear}>
                    Clear the filters
                  </Button>
                ),
              }
            : { title: 'No change yet', body: 'Everything that anyone changes appears here.' }
        }
      />
    </Page>
  );
}
