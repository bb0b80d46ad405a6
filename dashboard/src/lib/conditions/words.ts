import type { Condition } from '@/api/types';
import type { ClauseLine, Line, When } from './model';
import { operatorOf } from './operators';
import { readCondition } from './read';

const most = 6;

function list(values: string[]): string {
  if (values.length === 0) return '…';
  if (values.length <= most) return values.join(', ');
  return `${values.slice(0, most).join(', ')} and ${values.length - most} more`;
}

/** "app.version is version 2.0 or newer" */
function clauseWords(line: ClauseLine): string {
  const known = operatorOf(line.op);
  const path = line.path || '…';
  if (!known) return `${path} ${line.op} ${list(line.values)}`;
  if (line.op === 'in' && line.values.length === 1) {
    return `${path} ${line.not ? 'is not' : 'is'} ${line.values[0]}`;
  }
  const words = line.not ? known.negated : known.words;
  if (known.takes === 'none') return `${path} ${words}`;
  if (words.includes('…')) return `${path} ${words.replace('…', list(line.values))}`;
  if (known.takes === 'two') return `${path} ${words} ${line.values.join(' and ') || '…'}`;
  return `${path} ${words} ${list(line.values)}`;
}

export function lineWords(line: Line): string {
  if (line.kind === 'group') return `${line.not ? 'not in' : 'in'} the target group ${list(line.groups)}`;
  if (line.kind === 'flag') {
    return `${line.flag || '…'} ${line.not ? 'does not serve' : 'serves'} ${list(line.variations)}`;
  }
  return clauseWords(line);
}

/** Any tree in words; brackets where it goes deeper. */
function treeWords(condition: unknown): string {
  if (typeof condition !== 'object' || condition === null || Array.isArray(condition)) return '…';
  const parts = Object.entries(condition).map(([key, value]) => {
    const inner = Array.isArray(value) ? value : [value];
    if (key === 'all') return `(${inner.map(treeWords).join(' and ')})`;
    if (key === 'any') return `(${inner.map(treeWords).join(' or ')})`;
    if (key === 'not') return `not (${treeWords(value)})`;
    const leaf = readCondition({ [key]: value });
    // What the editor has no words for stands as it is written; it must not be read as a tree again.
    return leaf.kind === 'document' ? `${key} ${JSON.stringify(value)}` : whenWords(leaf);
  });
  return parts.join(' and ');
}

/** What a condition says, as a sentence without its capital; undefined is everyone. */
export function conditionWords(condition: Condition | undefined): string {
  return whenWords(readCondition(condition));
}

export function whenWords(when: When): string {
  if (when.kind === 'document') {
    try {
      return treeWords(JSON.parse(when.text) as unknown);
    } catch {
      return 'a condition that cannot be read';
    }
  }
  if (when.blocks.length === 0) return 'everyone';
  return when.blocks.map((item) => item.lines.map(lineWords).join(' or ')).join(', and ');
}
