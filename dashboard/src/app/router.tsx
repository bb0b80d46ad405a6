import { createRootRoute, createRoute, createRouter, lazyRouteComponent } from '@tanstack/react-router';
import { EnvironmentLayout } from './environment-layout';
import { Frame } from './frame/frame';
import { Home } from './home';
import { NotFound } from './not-found';
import { PageFault } from './page-fault';
import { ProjectHome, ProjectLayout } from './project-layout';
import { Root } from './root';

type Search = Record<string, unknown>;

/** Search parameters that are texts; each may be missing, and anything else is dropped. */
const texts =
  <Name extends string>(...names: Name[]) =>
  (search: Search): { [key in Name]?: string } => {
    const found: { [key in Name]?: string } = {};
    for (const name of names) {
      const value = search[name];
      if (value !== undefined && value !== '') found[name] = String(value);
    }
    return found;
  };
type FlagsSearch = {
  tab?: string;
  q?: string;
  type?: string;
  tag?: string;
  serving?: string;
  flat?: true;
  create?: true;
};
const yes = (value: unknown) => (value === true || value === 'true' ? true : undefined);

const root = createRootRoute({ component: Root, notFoundComponent: NotFound });
const home = createRoute({ getParentRoute: () => root, path: '/', component: Home });
const start = createRoute({ getParentRoute: () => root, path: '/start', component: Home });
const frame = createRoute({ getParentRoute: () => root, id: 'frame', component: Frame });

const projects = createRoute({
  getParentRoute: () => frame,
  path: '/projects',
  component: lazyRouteComponent(() => import('@/features/projects/projects-page'), 'ProjectsPage'),
});
const settings = createRoute({
  getParentRoute: () => frame,
  path: '/settings',
  component: lazyRouteComponent(() => import('@/features/settings/settings-page'), 'SettingsPage'),
  validateSearch: texts('tab'),
});

const cliLogin = createRoute({
  getParentRoute: () => frame,
  path: '/cli-login',
  component: lazyRouteComponent(() => import('@/features/login/cli-login-page'), 'CliLoginPage'),
});

const project = createRoute({ getParentRoute: () => frame, path: '/p/$project', component: ProjectLayout });
const projectHome = createRoute({ getParentRoute: () => project, path: '/', component: ProjectHome });
const connect = createRoute({
  getParentRoute: () => project,
  path: '/connect',
  component: lazyRouteComponent(() => import('@/features/connect/connect-page'), 'ConnectPage'),
  validateSearch: texts('env', 'sdk'),
});
const projectSettings = createRoute({
  getParentRoute: () => project,
  path: '/settings',
  component: lazyRouteComponent(() => import('@/features/projects/project-page'), 'ProjectPage'),
  validateSearch: texts('tab'),
});
const compare = createRoute({
  getParentRoute: () => project,
  path: '/compare',
  component: lazyRouteComponent(() => import('@/features/projects/compare-page'), 'ComparePage'),
  validateSearch: texts('from', 'to'),
});

const requests = createRoute({
  getParentRoute: () => project,
  path: '/change-requests',
  component: lazyRouteComponent(() => import('@/features/requests/requests-page'), 'RequestsPage'),
  validateSearch: texts('tab', 'who', 'env'),
});
const request = createRoute({
  getParentRoute: () => project,
  path: '/change-requests/$number',
  component: lazyRouteComponent(() => import('@/features/requests/request-page'), 'RequestPage'),
});

const rollout = createRoute({
  getParentRoute: () => project,
  path: '/rollouts/$number',
  component: lazyRouteComponent(() => import('@/features/rollouts/rollout-page'), 'RolloutPage'),
});

const environment = createRoute({
  getParentRoute: () => project,
  path: '/e/$environment',
  validateSearch: (search: Search): { review?: true } => ({ review: yes(search.review) }),
  component: EnvironmentLayout,
});
const flags = createRoute({
  getParentRoute: () => environment,
  path: '/flags',
  component: lazyRouteComponent(() => import('@/features/flags/flags-page'), 'FlagsPage'),
  validateSearch: (search: Search): FlagsSearch => ({
    ...texts('tab', 'q', 'type', 'tag', 'serving')(search),
    flat: yes(search.flat),
    create: yes(search.create),
  }),
});
const flagPage = createRoute({
  getParentRoute: () => environment,
  path: '/flags/$flag',
  validateSearch: texts('tab'),
  component: lazyRouteComponent(() => import('@/features/flag/flag-page'), 'FlagPage'),
});
const experiments = createRoute({
  getParentRoute: () => environment,
  path: '/experiments',
  validateSearch: texts('new', 'flag', 'state'),
  component: lazyRouteComponent(() => import('@/features/experiments/experiments-page'), 'ExperimentsPage'),
});
const experiment = createRoute({
  getParentRoute: () => environment,
  path: '/experiments/$key',
  validateSearch: texts('tab'),
  component: lazyRouteComponent(() => import('@/features/experiments/experiment-page'), 'ExperimentPage'),
});
const groups = createRoute({
  getParentRoute: () => environment,
  path: '/groups',
  validateSearch: texts('new', 'q'),
  component: lazyRouteComponent(() => import('@/features/groups/groups-page'), 'GroupsPage'),
});
const group = createRoute({
  getParentRoute: () => environment,
  path: '/groups/$key',
  validateSearch: texts('tab'),
  component: lazyRouteComponent(() => import('@/features/groups/group-page'), 'GroupPage'),
});
const why = createRoute({
  getParentRoute: () => environment,
  path: '/why',
  // The context is an object here and JSON in the address; a text is a targeting key.
  validateSearch: (
    search: Search,
  ): { flag?: string; at?: string; revision?: string; context?: Search | string } => ({
    ...texts('flag', 'at', 'revision')(search),
    context:
      typeof search.context === 'object' && search.context !== null
        ? (search.context as Search)
        : texts('context')(search).context,
  }),
  component: lazyRouteComponent(() => import('@/features/why/why-page'), 'WhyPage'),
});
const live = createRoute({
  getParentRoute: () => environment,
  path: '/live',
  validateSearch: texts('tab'),
  component: lazyRouteComponent(() => import('@/features/live/live-page'), 'LivePage'),
});
const audit = createRoute({
  getParentRoute: () => environment,
  path: '/audit',
  validateSearch: texts('who', 'object', 'kind', 'env'),
  component: lazyRouteComponent(() => import('@/features/audit/audit-page'), 'AuditPage'),
});

const tree = root.addChildren([
  home,
  start,
  frame.addChildren([
    projects,
    settings,
    cliLogin,
    project.addChildren([
      projectHome,
      connect,
      projectSettings,
      compare,
      requests,
      request,
      rollout,
      environment.addChildren([flags, flagPage, experiments, experiment, groups, group, why, live, audit]),
    ]),
  ]),
]);

export const createAppRouter = () =>
  createRouter({
    routeTree: tree,
    defaultPreload: 'intent',
    scrollRestoration: true,
    defaultErrorComponent: PageFault,
  });

declare module '@tanstack/react-router' {
  interface Register {
    router: ReturnType<typeof createAppRouter>;
  }
}
