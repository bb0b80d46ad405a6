// The shapes of the management API, as its document (spec/openapi.json) names them.

/** A JSON value as the API carries it. */
export type Json = null | boolean | number | string | Json[] | { [key: string]: Json };

export type FlagType = 'boolean' | 'string' | 'integer' | 'double' | 'json';
export type EnvironmentKind = 'production' | 'development' | 'other';

export type Member = { id: string; email: string; role: string };

export type Session = {
  ownerExists: boolean;
  signedIn: boolean;
  member?: Member;
  encrypted: boolean;
  loopback: boolean;
  version: string;
  publicUrl: string;
  downloads: { python?: string; go?: string; hint?: string };
};

export type Token = {
  id: string;
  name: string;
  prefix: string;
  createdAt: number;
  lastUsedAt?: number;
  expiresAt?: number;
};
export type NewToken = Token & { token: string };

export type ChangeMark = { actor: string; at: number; revision?: number };

export type Environment = {
  key: string;
  name: string;
  kind: EnvironmentKind;
  revision: number;
  connectedInstances: number;
  lastChange?: ChangeMark;
};
export type Project = { key: string; name: string; environments: Environment[]; flagCount: number };

export type KeyKind = 'server' | 'client';
export type Key = {
  id: string;
  kind: KeyKind;
  name: string;
  masked: string;
  key?: string;
  createdAt: number;
  lastUsedAt?: number;
  uses: number;
  lastSdk?: string;
  expiresAt?: number;
  revokedAt?: number;
};
export type NewKey = Key & { key: string };

export type Variation = { id: string; value: Json; name?: string };

export type ServingKind = 'code' | 'variation' | 'split' | 'rules' | 'experiment' | 'off';
export type FlagEnvironment = {
  configured: boolean;
  enabled: boolean;
  serving: string;
  servingKind: ServingKind;
  rollingOut: boolean;
  experiment?: string;
  lastEvaluatedAt?: number;
  hourly: number[];
  lastChange?: ChangeMark;
};
export type FlagSummary = {
  key: string;
  type: FlagType;
  description: string;
  tags: string[];
  owner: string;
  kind: string;
  client: boolean;
  source: 'code' | 'person';
  codeDefault?: Json;
  createdAt: number;
  archivedAt?: number;
  drift?: string[];
  variations: Variation[];
  environments: Record<string, FlagEnvironment>;
};

/** Shares in percent by variation id; `next` goes on to the next rule. */
export type Shares = Record<string, number>;
export type Split = { serve: Shares; by?: string; seed?: string; table?: [number, string][] };
/** A condition of a document: each line must hold. */
export type Condition = { [line: string]: Json };
export type Rule = {
  id?: string;
  name?: string;
  when?: Condition;
  serve: string | Shares;
  by?: string;
  seed?: string;
  table?: [number, string][];
};
export type Prerequisite = { flag: string; variations: string[] };
export type Configuration = {
  enabled?: boolean;
  off?: string;
  prerequisites?: Prerequisite[];
  targets?: Record<string, Record<string, string>>;
  rules?: Rule[];
  default?: string | Split;
};

export type Declaration = {
  application: string;
  version: string;
  platform?: string;
  sdk: string;
  environment: string;
  type: FlagType;
  default: Json;
  firstSeenAt: number;
  lastSeenAt: number;
};
export type UsedBy = { kind: string; key: string; environment?: string };
export type FlagDetail = FlagSummary & {
  seed: string;
  expires?: string;
  configurations: Record<string, Configuration | null>;
  experiments: Experiment[];
  declarations: Declaration[];
  usedBy: UsedBy[];
};
export type NewFlag = {
  key: string;
  type: FlagType;
  description?: string;
  tags?: string[];
  owner?: string;
  kind?: string;
  client?: boolean;
  variations?: Variation[];
  environments?: Record<string, Configuration>;
};
export type FlagPatch = Partial<
  Pick<FlagDetail, 'description' | 'tags' | 'owner' | 'kind' | 'expires' | 'client' | 'variations'>
>;

export type EvaluationSeries = {
  variation: string | null;
  reason?: string;
  label: string;
  points: { at: number; count: number }[];
};
export type Evaluations = {
  from: number;
  to: number;
  stepMs: number;
  series: EvaluationSeries[];
  total: number;
  byApplication: { application: string; version: string; sdk: string; count: number }[];
};

export type GroupDocument = {
  description?: string;
  by?: string;
  include?: string[];
  exclude?: string[];
  when?: Condition;
};
export type Group = GroupDocument & { key: string; usedBy: UsedBy[]; summary: string };

export type Arm = { name?: string; share?: number; flags?: Record<string, string>; next?: number };
export type ExperimentState = 'draft' | 'running' | 'stopped';
export type ExperimentDocument = {
  environment: string;
  description?: string;
  state?: ExperimentState;
  order?: number;
  when?: Condition;
  by?: string;
  seed?: string;
  table?: [number, string][];
  arms?: Arm[];
  serve?: Record<string, string>;
};
export type Experiment = ExperimentDocument & {
  key: string;
  summary: string;
  phase: number;
  startedAt?: number;
  lastChange?: ChangeMark;
};

/** A burgee/v1 document, or a part of one. */
export type Document = {
  apiVersion: 'burgee/v1';
  project: string;
  attributes?: Record<string, { type: string; values?: Json[]; privacy?: string }>;
  targetGroups?: Record<string, GroupDocument>;
  flags?: Record<string, FlagDocument>;
  experiments?: Record<string, ExperimentDocument>;
};
export type FlagDocument = {
  type?: FlagType;
  description?: string;
  tags?: string[];
  owner?: string;
  kind?: string;
  expires?: string;
  client?: boolean;
  variations?: Variation[];
  environments?: Record<string, Configuration>;
};

export type FieldChange = { path: string; before?: Json; after?: Json };
export type ChangeAction = 'create' | 'update' | 'delete';
export type PlanItem = {
  kind: string;
  object: string;
  environment?: string;
  action: ChangeAction;
  sentences: string[];
  diff: FieldChange[];
};
export type ApplyRequest = {
  document?: Document;
  text?: string;
  file?: string;
  comment?: string;
  dryRun?: boolean;
  force?: boolean;
  expect?: Record<string, number>;
};
export type ApplyResult = {
  changed: boolean;
  plan: PlanItem[];
  revisions: Record<string, number>;
  warnings: { path: string; message: string }[];
};

export type Change = {
  id: number;
  at: number;
  actor: { kind: string; name: string };
  kind: string;
  object: string;
  environment?: string;
  action: ChangeAction;
  sentences: string[];
  diff: FieldChange[];
  comment?: string;
  revisions: Record<string, number>;
  requestId: string;
};

export type Instance = {
  instance: string;
  address: string;
  transport: 'stream' | 'poll' | 'ofrep';
  revision: number;
  since: number;
  lastSeenAt: number;
};
export type Connection = {
  application: string;
  version: string;
  platform: string;
  sdk: string;
  environment: string;
  instances: Instance[];
  hosts: number;
  processes: number;
};
export type RefusedAttempt = {
  at: number;
  address: string;
  key: string;
  cause: string;
  message: string;
  origin?: string;
};
export type Connections = { items: Connection[]; refused: RefusedAttempt[] };

export type Attribute = { path: string; type: string; values?: Json[]; privacy?: string };

/** What the live stream tells; a hint, after which the browser asks again. */
export type LiveMessage =
  | { type: 'revision'; environment: string; revision: number; actor: string; sentences: string[] }
  | { type: 'presence' }
  | { type: 'counts' }
  | { type: 'keys' };
