// Short names for the shapes of the management API; schema.d.ts is generated from spec/openapi.json.
import type { components } from './schema';

type Schemas = components['schemas'];

/** A JSON value as the API carries it. */
export type Json = null | boolean | number | string | Json[] | { [key: string]: Json };

export type Session = Schemas['Session'];
export type Member = Schemas['Member'];
export type Right = Schemas['Right'];
export type Token = Schemas['Token'];
export type Person = Schemas['PersonView'];
export type Role = Schemas['Role'];
export type Link = Schemas['Link'];
export type NewLink = Schemas['NewLink'];
export type OwnAccount = Schemas['OwnAccount'];
export type TOTPSetup = Schemas['TOTPSetup'];
export type SingleSignOn = Schemas['SingleSignOn'];
export type SingleSignOnView = Schemas['SSOView'];
export type SSOProvider = Schemas['SSOProvider'];
export type SignedIn = Schemas['SignedInAt'];
export type NewToken = Schemas['NewToken'];
export type TokenRequest = Schemas['CreateTokenInputBody'];

export type Project = Schemas['Project'];
export type Environment = Schemas['Environment'];
export type EnvironmentKind = Environment['kind'];
export type EnvironmentComparison = Schemas['EnvironmentComparison'];
export type FlagDifference = Schemas['FlagDifference'];
export type ChangeMark = Schemas['LastChange'];

export type Key = Schemas['Key'];
export type KeyKind = Key['kind'];
/** The answer that made a key: the only one that holds a server key. */
export type NewKey = Key & { key: string };

export type Webhook = Schemas['Webhook'];
export type WebhookSettings = Schemas['CreateWebhookInputBody'];
export type WebhookDelivery = Schemas['WebhookDelivery'];
export type WebhookAttempt = Schemas['WebhookAttempt'];

export type FlagSummary = Schemas['FlagSummary'];
export type FlagDetail = Schemas['FlagDetail'];
export type FlagType = FlagSummary['type'];
export type FlagEnvironment = Schemas['FlagEnvironment'];
export type ServingKind = FlagEnvironment['servingKind'];
export type Variation = Schemas['Variation'];
export type Declaration = Schemas['Declaration'];
export type UsedBy = Schemas['Use'];
export type NewFlag = Schemas['NewFlag'];
export type FlagPatch = Omit<Schemas['FlagPatch'], 'variations'> & { variations?: Variation[] };

export type Configuration = Schemas['Configuration'];
export type Prerequisite = Schemas['Prerequisite'];
export type Rule = Schemas['Rule'];
/** Shares in percent by variation id; `next` goes on to the next rule. */
export type Shares = Schemas['Shares'];
export type Split = Schemas['Split'];
export type Cell = Schemas['Cell'];
/** A condition of a document: each line must hold. */
export type Condition = Schemas['Condition'];

export type Evaluations = Schemas['Evaluations'];
export type EvaluationSeries = Schemas['Series'];

export type Group = Schemas['GroupView'];
export type GroupDocument = Omit<Group, 'key' | 'summary' | 'usedBy' | 'version'>;

export type Experiment = Schemas['ExperimentView'];
export type ExperimentDocument = Omit<
  Experiment,
  'key' | 'summary' | 'phase' | 'startedAt' | 'lastChange' | 'version'
>;
export type ExperimentState = Experiment['state'];
export type Arm = Schemas['Arm'];

/** A burgee/v1 document, or a part of one; the flags' form is documents.md's. */
export type Document = Omit<Schemas['Document'], 'flags' | 'targetGroups'> & {
  flags?: Record<string, FlagDocument>;
  targetGroups?: Record<string, GroupDocument>;
};
export type FlagDocument = FlagPatch & {
  type?: FlagType;
  environments?: Record<string, Configuration>;
};

export type FieldChange = Schemas['FieldChange'];
export type PlanItem = Schemas['PlanItem'];
export type ChangeAction = PlanItem['action'];
export type ApplyRequest = Omit<Schemas['Apply'], 'document'> & { document?: Document };
export type ApplyResult = Schemas['ApplyResult'];
export type ImportRequest = Schemas['ImportInputBody'];
export type Imported = Schemas['Imported'];

export type Change = Schemas['Change'];
export type ChangePage = Schemas['ChangePage'];
export type Revision = Schemas['Revision'];

export type Connections = Schemas['Connections'];
export type Connection = Schemas['ConnectedApplication'];
export type Instance = Schemas['ConnectedInstance'];
export type Receipt = Schemas['Receipt'];
export type Overridden = Schemas['Overridden'];
export type Node = Schemas['Node'];
export type RefusedAttempt = Schemas['RefusedAttempt'];
export type Attribute = Schemas['Attribute'];

/** A change that somebody proposes; the detail says what it changes beside what is live. */
export type ChangeRequest = Schemas['ChangeRequest'];
export type ChangeRequestDetail = Schemas['ChangeRequestDetail'];
export type ChangeRequestItem = Schemas['ChangeRequestItem'];
export type ChangeRequestEvent = Schemas['ChangeRequestEvent'];
export type ChangeRequestState = ChangeRequest['state'];
export type ObjectRef = Schemas['ObjectRef'];
export type Proposal = Omit<Schemas['Proposal'], 'document'> & { document?: Document };

/** A split that is raised step by step, and the plan that it follows. */
export type Rollout = Schemas['Rollout'];
export type RolloutPlan = Schemas['RolloutPlan'];
export type RolloutStep = Schemas['RolloutStep'];

/** What the live stream tells; a hint, after which the browser asks again. */
export type LiveMessage =
  | { type: 'revision'; environment: string; revision: number; actor: string; sentences: string[] }
  | { type: 'presence' | 'counts' | 'keys' | 'receipts' | 'requests' };
