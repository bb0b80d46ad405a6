import { keepPreviousData, queryOptions } from '@tanstack/react-query';
import { answer, api } from './client';
import type { components } from './schema';
import type { Json } from './types';

/** Whether a condition holds; "unknown" where what it asks for is missing. */
export type Answer = 'yes' | 'no' | 'unknown';

/** One part of a condition and, for a clause, the value that it saw. */
export type ConditionTrace = {
  is: 'clause' | 'target_group' | 'flag' | 'all' | 'any' | 'not';
  answer: Answer;
  clause?: { attr: string; op: string; values?: unknown[]; ignoreCase?: boolean };
  name?: string;
  needs?: string[];
  saw?: unknown;
  note?: string;
  parts?: ConditionTrace[];
};
/** Where a unit stands among shares, in parts per million. */
export type SplitTrace = { unit: string; position: number; cell: [number, number] };
/** One place where the evaluation could have ended. */
export type StepTrace = {
  kind: 'prerequisite' | 'targets' | 'experiment' | 'rule' | 'default';
  name?: string;
  answer: Answer;
  served?: boolean;
  note?: string;
  when?: ConditionTrace;
  split?: SplitTrace;
  saw?: unknown;
  prerequisite?: { needs: string[]; variation?: string; reason: string; steps?: StepTrace[] };
};
export type Explained = Omit<components['schemas']['Evaluation'], 'explanation' | 'split'> & {
  split?: SplitTrace;
  explanation: { steps: StepTrace[] };
};

/** A point in the past: a time in milliseconds since 1970, or a revision; without either the present. */
export type Moment = { at?: number; revision?: number };

export const evaluatePath = (project: string, environment: string) =>
  `/api/v1/projects/${project}/environments/${environment}/evaluate`;

/** What a flag serves to a context, and every step that led there. */
export const explainQuery = (
  project: string,
  environment: string,
  flag: string,
  context: Record<string, Json>,
  moment: Moment = {},
) =>
  queryOptions({
    queryKey: ['project', project, 'explain', environment, flag, context, moment],
    queryFn: ({ signal }) =>
      answer(
        api.POST('/api/v1/projects/{project}/environments/{environment}/evaluate', {
          params: { path: { project, environment } },
          body: { flag, context, explain: true, ...moment },
          signal,
        }),
      ) as Promise<Explained>,
    placeholderData: keepPreviousData,
  });
