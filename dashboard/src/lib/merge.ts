import type { Json } from '@/api/types';

/** A part of an object that two people made different things of; undefined is absent. */
export type Conflict = {
  path: string;
  base: Json | undefined;
  theirs: Json | undefined;
  mine: Json | undefined;
};
export type Side = 'theirs' | 'mine';
export type Choices = Record<string, Side>;

type Value = Json | undefined;
type Fields = Record<string, Value>;

/** How lists are compared whose items have a name: by the field that holds it. */
const names: Record<string, string> = { rules: 'id', variations: 'id', prerequisites: 'flag' };
/** Fields that are merged key by key; every other object is one value, such as what a rule serves. */
const maps = /^(targets(\..+)?|serve)$/;

/**
 * Merges what two people made of one object. Where only one of them touched a part, theirs or mine is taken;
 * lists of texts lose and gain what either took out and put in. What both touched is a conflict: it has to be
 * chosen, and until then the merged value holds mine.
 */
export function merge(
  base: unknown,
  theirs: unknown,
  mine: unknown,
  choices: Choices = {},
): { value: Value; conflicts: Conflict[] } {
  const conflicts: Conflict[] = [];
  const merger = new Merger(choices, conflicts);
  const [from, other, own] = [base, theirs, mine].map((side) => pack(side as Value));
  return { value: unpack(merger.at('', from, other, own)), conflicts };
}

class Merger {
  constructor(
    private readonly choices: Choices,
    private readonly conflicts: Conflict[],
  ) {}

  at(path: string, base: Value, theirs: Value, mine: Value): Value {
    if (same(theirs, mine) || same(base, mine)) return theirs;
    if (same(base, theirs)) return mine;
    const name = names[path];
    if (name && lists(base, theirs, mine)) return this.named(path, name, base, theirs, mine);
    if (texts(theirs) && texts(mine) && (base === undefined || texts(base))) {
      return mergeTexts((base ?? []) as string[], theirs, mine);
    }
    if ((path === '' || maps.test(path)) && isMap(theirs) && isMap(mine)) {
      return this.fields(path, isMap(base) ? base : {}, theirs, mine);
    }
    return this.choose(path, base, theirs, mine);
  }

  private fields(path: string, base: Fields, theirs: Fields, mine: Fields): Value {
    const out: Record<string, Json> = {};
    for (const key of new Set([...Object.keys(theirs), ...Object.keys(mine)])) {
      const value = this.at(path === '' ? key : `${path}.${key}`, base[key], theirs[key], mine[key]);
      if (value !== undefined) out[key] = value;
    }
    return out;
  }

  private choose(path: string, base: Value, theirs: Value, mine: Value): Value {
    this.conflicts.push({ path, base, theirs, mine });
    return this.choices[path] === 'theirs' ? theirs : mine;
  }

  /** A list whose items have a name: item by item, then the order. */
  private named(path: string, name: string, base: Value, theirs: Value, mine: Value): Value {
    const before = keyed(base, name);
    const other = keyed(theirs, name);
    const own = path === 'rules' ? apart(keyed(mine, name), before, other) : keyed(mine, name);
    const items = new Map<string, Json>();
    for (const key of new Set([...other.keys(), ...own.keys()])) {
      const value = this.at(`${path}[${key}]`, before.get(key), other.get(key), own.get(key));
      if (value !== undefined) items.set(key, value);
    }
    const order = this.order(path, [...before.keys()], [...other.keys()], [...own.keys()]);
    return order.filter((key) => items.has(key)).map((key) => items.get(key) as Json);
  }

  private order(path: string, base: string[], theirs: string[], mine: string[]): string[] {
    const common = (list: string[], of: string[]) => list.filter((key) => of.includes(key));
    const moved = (list: string[]) => !same(common(base, list), common(list, base));
    if (!moved(mine)) return interleave(theirs, mine);
    if (!moved(theirs)) return interleave(mine, theirs);
    const both = common(theirs, mine);
    if (same(both, common(mine, theirs))) return interleave(theirs, mine);
    const chosen = this.choose(`${path} order`, base, theirs, mine);
    return chosen === theirs ? interleave(theirs, mine) : interleave(mine, theirs);
  }
}

export const same = (a: unknown, b: unknown): boolean => stable(a) === stable(b);

/** JSON with its keys in order, so that two texts compare. */
function stable(value: unknown): string {
  return (
    JSON.stringify(value, (_, part) =>
      isMap(part) ? Object.fromEntries(Object.entries(part).sort(([a], [b]) => (a < b ? -1 : 1))) : part,
    ) ?? ''
  );
}

const isMap = (value: unknown): value is Fields =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
const texts = (value: Value): value is string[] =>
  Array.isArray(value) && value.every((item) => typeof item === 'string');
const lists = (base: Value, theirs: Value, mine: Value) =>
  (base === undefined || Array.isArray(base)) && Array.isArray(theirs) && Array.isArray(mine);

function mergeTexts(base: string[], theirs: string[], mine: string[]): string[] {
  const kept = theirs.filter((item) => mine.includes(item) || !base.includes(item));
  return [...kept, ...mine.filter((item) => !base.includes(item) && !theirs.includes(item))];
}

/** Items by their name; one without a name is by its place. */
function keyed(list: Value, name: string): Map<string, Json> {
  const out = new Map<string, Json>();
  for (const [index, item] of (Array.isArray(list) ? list : []).entries()) {
    const key = isMap(item) ? item[name] : undefined;
    out.set(typeof key === 'string' ? key : `new ${index + 1}`, item);
  }
  return out;
}

/** Rules that both added under one id are two rules: mine gets another id from the server. */
function apart(own: Map<string, Json>, before: Map<string, Json>, other: Map<string, Json>) {
  const out = new Map<string, Json>();
  for (const [key, item] of own) {
    const theirs = other.get(key);
    if (before.has(key) || theirs === undefined || same(theirs, item) || !isMap(item)) {
      out.set(key, item);
      continue;
    }
    const { id: _, ...rest } = item;
    out.set(`${key} (yours)`, rest as Json);
  }
  return out;
}

/** `first`, with what only `second` has behind what it stood behind there. */
function interleave(first: string[], second: string[]): string[] {
  const out = [...first];
  for (const [index, key] of second.entries()) {
    if (out.includes(key)) continue;
    const behind = second.slice(0, index).findLast((other) => out.includes(other));
    out.splice(behind === undefined ? 0 : out.indexOf(behind) + 1, 0, key);
  }
  return out;
}

/** An experiment's arms and what lays them out are one value: half of each fits nothing. */
const joined = ['arms', 'table', 'by', 'seed'];

function pack(value: Value): Value {
  if (!isMap(value) || !('arms' in value)) return value;
  const together = Object.fromEntries(joined.filter((key) => key in value).map((key) => [key, value[key]]));
  const rest = Object.fromEntries(Object.entries(value).filter(([key]) => !joined.includes(key)));
  return { ...rest, arms: together } as Json;
}

function unpack(value: Value): Value {
  if (!isMap(value) || !isMap(value.arms)) return value;
  const { arms, ...rest } = value;
  return { ...rest, ...arms } as Json;
}
