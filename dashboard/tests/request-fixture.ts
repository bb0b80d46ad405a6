import type { ChangeRequestDetail, ChangeRequestItem } from '@/api/types';

const block = (serve: string) => ({
  enabled: true,
  off: 'false',
  prerequisites: [],
  targets: {},
  rules: [],
  default: serve,
});

export const item = (over: Partial<ChangeRequestItem> = {}): ChangeRequestItem => ({
  kind: 'configuration',
  object: 'Flags.isHoliday',
  environment: 'production',
  action: 'update',
  sentences: ['Flags.isHoliday in production: default false → true'],
  diff: [{ path: 'default', before: 'false', after: 'true' }],
  moves: [],
  done: false,
  base: block('false'),
  live: block('false'),
  proposed: block('true'),
  ...over,
});

/** One that ben changed meanwhile, otherwise than proposed. */
export const conflict = (): ChangeRequestItem => {
  const { base: _, live: __, proposed: ___, done: ____, ...yours } = item();
  return item({
    live: { ...block('code'), off: 'true' },
    theirs: {
      ...yours,
      sentences: ['Flags.isHoliday in production: default false → code'],
      by: { actor: 'ben@corp.example', at: Date.now() - 60_000, revision: 813 },
    },
    yours,
  });
};

/** Ann's change request 12, which one of two people has approved. */
export const request = (over: Partial<ChangeRequestDetail> = {}): ChangeRequestDetail => ({
  number: 12,
  title: 'Everything red',
  state: 'open',
  version: 1,
  author: { kind: 'member', name: 'ann@corp.example' },
  createdAt: Date.now() - 120_000,
  updatedAt: Date.now() - 60_000,
  url: 'http://127.0.0.1:7878/p/default/change-requests/12',
  base: { production: 812 },
  environments: ['production'],
  objects: 1,
  approved: false,
  approvals: [{ environment: 'production', needed: 2, by: ['ben@corp.example'] }],
  revisions: {},
  items: [item()],
  conflicts: 0,
  events: [
    {
      kind: 'submitted',
      version: 1,
      at: Date.now() - 120_000,
      actor: { kind: 'member', name: 'ann@corp.example' },
      text: 'the holiday is near',
    },
  ],
  ...over,
});
