import { beforeEach, expect, test } from 'vitest';
import type { Configuration } from '@/api/types';
import { project } from '../../../tests/render';
import {
  discardDraft,
  draftConfiguration,
  draftCount,
  draftDocument,
  draftFlag,
  draftGroup,
  dropFromDraft,
  forgetDrafts,
  getDraft,
  rebaseDraft,
} from './draft-store';

const on: Configuration = {
  enabled: true,
  off: 'false',
  prerequisites: [],
  targets: {},
  rules: [],
  default: 'true',
};
const draft = () => {
  const found = getDraft('default', 'production');
  if (!found) throw new Error('there is no draft');
  return found;
};

beforeEach(forgetDrafts);

test('an edit begins a draft on the revisions of that moment', () => {
  draftConfiguration(project, 'production', 'Flags.isHoliday', on, null);
  expect(draft().expect).toEqual({ production: 812, development: 40 });
  expect(draftDocument(draft())).toEqual({
    apiVersion: 'burgee/v1',
    project: 'default',
    flags: { 'Flags.isHoliday': { environments: { production: on } } },
  });
});

test('later edits keep the revisions that the draft began on', () => {
  draftConfiguration(project, 'production', 'a', on, null);
  const moved = {
    ...project,
    environments: project.environments.map((item) => ({ ...item, revision: item.revision + 5 })),
  };
  draftConfiguration(moved, 'production', 'b', on, null);
  expect(draft().expect.production).toBe(812);
  rebaseDraft(moved, 'production');
  expect(draft().expect.production).toBe(817);
});

test('fields and configuration of one flag are one change', () => {
  draftConfiguration(project, 'production', 'a', on, null);
  draftFlag(project, 'production', 'a', { description: 'x' }, { description: 'before' });
  draftGroup(project, 'production', 'beta', { include: ['alice'] }, undefined);
  expect(draftCount(draft())).toBe(2);
  expect(draft().flags.a).toEqual({ description: 'x', environments: { production: on } });
});

test('environments do not share a draft', () => {
  draftConfiguration(project, 'production', 'a', on, null);
  expect(getDraft('default', 'development')).toBeNull();
});

test('a draft outlives the page and ends with its last change', () => {
  draftConfiguration(project, 'production', 'a', on, null);
  forgetDrafts();
  expect(draftCount(draft())).toBe(1);
  dropFromDraft('default', 'production', 'flags', 'a');
  expect(getDraft('default', 'production')).toBeNull();
  expect(sessionStorage.length).toBe(0);
});

test('a discarded draft is gone', () => {
  draftConfiguration(project, 'production', 'a', on, null);
  discardDraft('default', 'production');
  forgetDrafts();
  expect(getDraft('default', 'production')).toBeNull();
});

test('what was live at the first edit of a unit is kept for a merge, and goes with it', () => {
  draftConfiguration(project, 'production', 'a', on, null);
  draftConfiguration(project, 'production', 'a', { ...on, off: 'true' }, on);
  draftFlag(project, 'production', 'a', { description: 'y' }, { description: 'x', owner: 'ann' });
  draftGroup(project, 'production', 'beta', {}, { include: ['alice'] });
  expect(draft().base).toEqual({
    'configuration a production': null,
    'flag a ': { description: 'x' },
    'target_group beta ': { include: ['alice'] },
  });
  dropFromDraft('default', 'production', 'flags', 'a');
  expect(draft().base).toEqual({ 'target_group beta ': { include: ['alice'] } });
});
