import type { FlagSummary } from '@/api/types';
import { splitKey } from '@/lib/names';

export type Row =
  | { kind: 'namespace'; path: string; name: string; depth: number; flags: number; open: boolean }
  | { kind: 'flag'; flag: FlagSummary; depth: number; name: string; namespace: string };

const byKey = (a: FlagSummary, b: FlagSummary) => (a.key < b.key ? -1 : a.key > b.key ? 1 : 0);

/** One row per flag, with its namespace before the name. */
export function flatRows(flags: FlagSummary[]): Row[] {
  return flags.map((flag) => {
    const { namespaces, leaf } = splitKey(flag.key);
    return { kind: 'flag', flag, depth: 0, name: leaf, namespace: namespaces.join('.') };
  });
}

type Node = { path: string; name: string; flags: FlagSummary[]; children: Map<string, Node>; total: number };
const node = (path: string, name: string): Node => ({ path, name, flags: [], children: new Map(), total: 0 });

function plant(flags: FlagSummary[]): Node {
  const root = node('', '');
  for (const flag of flags) {
    let at = root;
    at.total += 1;
    for (const part of splitKey(flag.key).namespaces) {
      const path = at.path ? `${at.path}.${part}` : part;
      let next = at.children.get(part);
      if (!next) {
        next = node(path, part);
        at.children.set(part, next);
      }
      next.total += 1;
      at = next;
    }
    at.flags.push(flag);
  }
  return root;
}

/** Namespaces as rows of their own, their flags below; a namespace in `closed` hides what it holds. */
export function treeRows(flags: FlagSummary[], closed: ReadonlySet<string>): Row[] {
  const rows: Row[] = [];
  const walk = (at: Node, depth: number) => {
    for (const child of [...at.children.values()].sort((a, b) => (a.path < b.path ? -1 : 1))) {
      const open = !closed.has(child.path);
      rows.push({
        kind: 'namespace',
        path: child.path,
        name: child.name,
        depth,
        flags: child.total,
        open,
      });
      if (open) walk(child, depth + 1);
    }
    for (const flag of [...at.flags].sort(byKey)) {
      rows.push({ kind: 'flag', flag, depth, name: splitKey(flag.key).leaf, namespace: '' });
    }
  };
  walk(plant(flags), 0);
  return rows;
}
