import type { Condition, Json, Shares, Split } from '@/api/types';
import { readCondition, whenWords } from './conditions';
import { valueText } from './names';
import { readServe, serveWords } from './shares';

const parts: Record<string, string> = {
  '': 'the whole',
  enabled: 'on or off',
  off: 'when off',
  default: 'otherwise',
  'rules order': 'order of the rules',
  when: 'condition',
  serve: 'what it serves',
  expires: 'to be removed by',
  keepUntil: 'kept until',
};

/** A part of an object as people call it: "rule r1", "alice by targetingKey". */
export function partWords(path: string): string {
  const known = parts[path];
  if (known) return known;
  const item = /^(rules|variations|prerequisites)\[(.+)\]$/.exec(path);
  if (item) return `${item[1]?.slice(0, -1)} ${item[2]}`;
  const target = /^targets\.(.+)\.([^.]+)$/.exec(path);
  if (target) return `${target[2]} by ${target[1]}`;
  return path;
}

type Rule = { name?: string; when?: Condition; serve?: string | Shares; by?: string };

function ruleWords(rule: Rule): string {
  const when = readCondition(rule.when);
  const serves = serveWords(readServe(rule.serve ?? '', rule, []));
  const name = rule.name ? `${rule.name}: ` : '';
  return rule.when === undefined
    ? `${name}everyone gets ${serves}`
    : `${name}if ${whenWords(when)} serve ${serves}`;
}

/** The value of a part on one line. */
export function partValue(path: string, value: Json | undefined): string {
  if (value === undefined) return 'not there';
  if (value === '') return 'empty';
  try {
    if (/^rules\[/.test(path)) return ruleWords(value as Rule);
    if (path === 'default') return serveWords(readServe(value as string | Split, {}, []));
    if (path === 'when') return whenWords(readCondition(value as Condition));
  } catch {
    // An older form than this page reads is shown as it is written.
  }
  if (path === 'off' && value === 'code') return "the program's own default";
  if (path === 'rules order' && Array.isArray(value)) return value.join(', ');
  return valueText(value, 400);
}
