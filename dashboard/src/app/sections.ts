import {
  IconFlag2,
  IconFlask2,
  IconGitPullRequest,
  IconHistory,
  IconPlugConnected,
  IconQuestionMark,
  IconUsersGroup,
} from '@tabler/icons-react';

/** The rail's pages of one environment, in its order; `g` and the letter goes there. */
export const sections = [
  { id: 'flags', name: 'Flags', letter: 'f', icon: IconFlag2 },
  { id: 'groups', name: 'Target groups', letter: 't', icon: IconUsersGroup },
  { id: 'experiments', name: 'Experiments', letter: 'e', icon: IconFlask2 },
  { id: 'requests', name: 'Change requests', letter: 'r', icon: IconGitPullRequest },
  { id: 'why', name: 'Why', letter: 'w', icon: IconQuestionMark },
  { id: 'live', name: 'Live', letter: 'l', icon: IconPlugConnected },
  { id: 'audit', name: 'Audit log', letter: 'a', icon: IconHistory },
] as const;

export type SectionId = (typeof sections)[number]['id'];

/** Typed addresses of the pages of one environment. */
export const sectionRoute = {
  flags: '/p/$project/e/$environment/flags',
  groups: '/p/$project/e/$environment/groups',
  experiments: '/p/$project/e/$environment/experiments',
  requests: '/p/$project/change-requests',
  why: '/p/$project/e/$environment/why',
  live: '/p/$project/e/$environment/live',
  audit: '/p/$project/e/$environment/audit',
} as const;
