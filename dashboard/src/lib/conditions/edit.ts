import { type Block, block, type Line, type When } from './model';
import { operatorOf } from './operators';

/** What the condition editor can do; pure, so that every editor and its tests share it. */
export type WhenAction =
  | { type: 'add'; line: Line }
  | { type: 'or'; block: string; line: Line }
  | { type: 'change'; line: Line }
  | { type: 'remove'; uid: string }
  | { type: 'text'; text: string; fault?: string }
  | { type: 'replace'; when: When };

const mapLines = (blocks: Block[], change: (line: Line) => Line[]): Block[] =>
  blocks
    .map((item) => ({ ...item, lines: item.lines.flatMap(change) }))
    .filter((item) => item.lines.length > 0);

export function editWhen(when: When, action: WhenAction): When {
  if (action.type === 'replace') return action.when;
  if (action.type === 'text') return { kind: 'document', text: action.text, fault: action.fault };
  if (when.kind === 'document') return when;
  const { blocks } = when;
  switch (action.type) {
    case 'add':
      return { kind: 'blocks', blocks: [...blocks, block(action.line)] };
    case 'or':
      return {
        kind: 'blocks',
        blocks: blocks.map((item) =>
          item.uid === action.block ? { ...item, lines: [...item.lines, action.line] } : item,
        ),
      };
    case 'change':
      return {
        kind: 'blocks',
        blocks: mapLines(blocks, (line) => [line.uid === action.line.uid ? action.line : line]),
      };
    case 'remove':
      return { kind: 'blocks', blocks: mapLines(blocks, (line) => (line.uid === action.uid ? [] : [line])) };
  }
}

/** What is still missing in a line, in words, or undefined. */
export function lineFault(line: Line, takes: (op: string) => string | undefined): string | undefined {
  if (line.kind === 'group') return line.groups.length === 0 ? 'Choose a target group.' : undefined;
  if (line.kind === 'flag') {
    if (line.flag === '') return 'Choose a flag.';
    return line.variations.length === 0 ? 'Choose what it must serve.' : undefined;
  }
  if (line.path === '') return 'Name an attribute.';
  const wanted = takes(line.op);
  if (wanted === 'none') return undefined;
  if (line.values.length === 0) return 'Give a value.';
  if (wanted === 'one' && line.values.length > 1) return 'Give one value only.';
  if (wanted === 'two' && line.values.length !== 2) return 'Give two values: from and to.';
  return undefined;
}

/** True when no line is half typed. */
export const whenComplete = (when: When): boolean =>
  when.kind === 'document'
    ? when.fault === undefined
    : when.blocks.every((block) =>
        block.lines.every((line) => lineFault(line, (op) => operatorOf(op)?.takes) === undefined),
      );
