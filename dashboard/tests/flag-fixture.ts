import type {
  ApplyRequest,
  ApplyResult,
  Change,
  Configuration,
  Experiment,
  FlagDetail,
  Group,
  Receipt,
} from '@/api/types';
import { type Handler, on } from './render';

const environment = (serving: string) => ({
  configured: false,
  enabled: true,
  serving,
  servingKind: 'code' as const,
  rollingOut: false,
  hourly: [],
});

/** A flag as a program registered it. */
export const isHoliday: FlagDetail = {
  key: 'Flags.isHoliday',
  type: 'boolean',
  description: 'Serve the special day',
  tags: ['calendar'],
  owner: '',
  kind: 'release',
  client: false,
  source: 'code',
  codeDefault: false,
  createdAt: 1,
  drift: [],
  stale: [],
  variations: [
    { id: 'true', value: true },
    { id: 'false', value: false },
  ],
  environments: {
    production: environment('code default false'),
    development: environment('code default false'),
  },
  version: 7,
  seed: 's',
  configurations: { production: null, development: null },
  experiments: [],
  declarations: [
    {
      application: 'calendar',
      version: '1.4.0',
      sdk: 'python/0.1.0',
      environment: 'production',
      type: 'boolean',
      default: false,
      firstSeenAt: 1,
      lastSeenAt: 2,
    },
  ],
  usedBy: [],
  overridden: {},
};

export const beta: Group = {
  key: 'beta-testers',
  include: ['alice'],
  when: { plan: { in: ['pro'] } },
  summary: 'plan is pro',
  version: 5,
  usedBy: [{ kind: 'configuration', key: 'Flags.isHoliday', environment: 'production' }],
};

export const launch: Experiment = {
  key: 'holiday-launch',
  environment: 'production',
  state: 'running',
  order: 100,
  serve: { 'Flags.isHoliday': 'true' },
  summary: 'Flags.isHoliday: true for everyone',
  version: 6,
  phase: 1,
  startedAt: Date.now() - 1000,
};

export const change = (over: Partial<Change> = {}): Change => ({
  id: 7,
  at: Date.now() - 60_000,
  actor: { kind: 'member', name: 'ben@corp.example' },
  kind: 'configuration',
  object: 'Flags.isHoliday',
  environment: 'production',
  action: 'update',
  sentences: ['Flags.isHoliday in production: default code → false'],
  diff: [{ path: 'default', before: 'code', after: 'false' }],
  revisions: { production: 813 },
  requestId: 'r7',
  ...over,
});

/** Two of two instances have applied revision 813. */
export const receipt: Receipt = {
  revision: 813,
  state: 'applied',
  committedAt: Date.now(),
  expected: 2,
  applied: 2,
  slowestMs: 96,
  stale: 0,
  staleInstances: [],
};

export type Apply = (request: ApplyRequest) => ApplyResult | Response;

const plan: ApplyResult = {
  changed: true,
  plan: [
    {
      kind: 'configuration',
      object: 'Flags.isHoliday',
      environment: 'production',
      action: 'update',
      sentences: ['Flags.isHoliday in production: a new rule'],
      diff: [{ path: 'rules[0]', after: { serve: 'true' } }],
      moves: [],
    },
  ],
  revisions: { production: 813 },
  warnings: [],
};

/** A server that holds the flag above, and keeps what was published to production. */
export function flagServer(apply: Apply = () => plan): { handlers: Handler[]; applied: ApplyRequest[] } {
  const applied: ApplyRequest[] = [];
  let published: Configuration | null = null;
  const handlers = [
    on('GET', '/projects/default/flags', { items: [isHoliday] }),
    on('GET', '/projects/default/flags/Flags.isHoliday', () => ({
      ...isHoliday,
      configurations: { ...isHoliday.configurations, production: published },
    })),
    on('GET', '/projects/default/attributes', { items: [{ path: 'plan', type: 'string', values: ['pro'] }] }),
    on('GET', '/projects/default/groups', { items: [beta] }),
    on('GET', '/projects/default/experiments', { items: [] }),
    on('GET', '/projects/default/environments/production/revisions/813/receipts', receipt),
    on('POST', '/projects/default/apply', async (request: Request) => {
      const body = (await request.json()) as ApplyRequest;
      applied.push(body);
      const answer = apply(body);
      if (!(answer instanceof Response) && !body.dryRun) {
        published = body.document?.flags?.['Flags.isHoliday']?.environments?.production ?? published;
      }
      return answer;
    }),
  ];
  return { handlers, applied };
}

export { plan };
