import { useQuery } from '@tanstack/react-query';
import { useNavigate, useSearch } from '@tanstack/react-router';
import { sessionQuery } from '@/api/account';
import { EnvironmentBadge, environmentName } from '@/components/environment-badge';
import { Page } from '@/components/page';
import { useProject } from '@/components/project-context';
import { ErrorState } from '@/components/states';
import { preferred } from '@/lib/environments';
import { Choice } from './choice';
import classes from './connect.module.css';
import { LivePanel } from './live-panel';
import { keyKind, type Sdk, sdkNames, sdks } from './snippets';
import { Snippets } from './snippets-panel';
import { usePageKey } from './use-page-key';

const sdkKey = 'burgee:sdk';

/** S3: choose where and how, copy, and watch the program arrive. */
export function ConnectPage() {
  const project = useProject();
  const search = useSearch({ from: '/frame/p/$project/connect' });
  const navigate = useNavigate({ from: '/p/$project/connect' });
  const environments = project.environments;
  const environment = environments.find((item) => item.key === search.env) ?? preferred(project);
  const last = search.sdk ?? localStorage.getItem(sdkKey);
  const sdk: Sdk = sdks.find((item) => item === last) ?? 'python';
  const session = useQuery(sessionQuery());
  const { key, error, renew } = usePageKey(project.key, environment?.key ?? '', keyKind(sdk));
  const choose = (change: { env?: string; sdk?: Sdk }) => {
    if (change.sdk) localStorage.setItem(sdkKey, change.sdk);
    void navigate({ search: (before) => ({ ...before, ...change }), replace: true });
  };
  if (!environment) return null;
  const place = {
    origin: window.location.origin,
    key: key?.key ?? '…',
    environment: environmentName(environment),
    version: session.data?.version ?? '',
    downloads: session.data?.downloads ?? {},
  };
  return (
    <Page title="Connect an application" summary="Its flags appear by themselves when it starts.">
      <div className={classes.columns}>
        <div className={classes.left}>
          <Choice
            label="1. Environment"
            value={environment.key}
            onChange={(env) => choose({ env })}
            options={environments.map((item) => ({
              value: item.key,
              title: <EnvironmentBadge environment={item} />,
              about: item.kind === 'production' ? 'what your users get' : 'for trying things',
            }))}
          />
          <Choice
            label="2. How it connects"
            value={sdk}
            onChange={(next) => choose({ sdk: next as Sdk })}
            options={sdks.map((item) => ({
              value: item,
              title: sdkNames[item].name,
              about: sdkNames[item].about,
            }))}
          />
          {error !== undefined ? (
            <ErrorState what="No key could be made for the snippet" error={error} retry={renew} />
          ) : (
            <Snippets
              sdk={sdk}
              place={place}
              ready={key !== undefined && session.data !== undefined}
              hint={session.data?.downloads.hint}
            />
          )}
        </div>
        <LivePanel environment={environment} pageKey={key} place={place} onAnother={renew} />
      </div>
    </Page>
  );
}
