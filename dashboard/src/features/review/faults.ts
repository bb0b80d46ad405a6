import type { Draft, DraftKind } from './draft-store';

/** A fault of the plan, told by the object of the draft that it is in. */
export type PlacedFault = {
  kind: DraftKind;
  object: string;
  /** Where in the object, in words: "rule 1, what it serves". */
  place: string;
  message: string;
};

const words: [RegExp, (match: RegExpExecArray) => string][] = [
  [/^environments\.[^.]+\.rules\[(\d+)\]\.serve/, (match) => `rule ${Number(match[1]) + 1}, what it serves`],
  [/^environments\.[^.]+\.rules\[(\d+)\]/, (match) => `rule ${Number(match[1]) + 1}`],
  [/^environments\.[^.]+\.prerequisites/, () => 'prerequisites'],
  [/^environments\.[^.]+\.targets/, () => 'individual targets'],
  [/^environments\.[^.]+\.default/, () => 'otherwise'],
  [/^environments\.[^.]+\.off/, () => 'when off'],
  [/^variations/, () => 'variations'],
  [/^arms/, () => 'arms'],
  [/^when/, () => 'condition'],
  [/^serve/, () => 'value'],
];

function placeOf(rest: string): string {
  for (const [pattern, say] of words) {
    const match = pattern.exec(rest);
    if (match) return say(match);
  }
  return rest;
}

/** Finds a fault's object: keys hold dots themselves, so only the draft knows where one ends. */
export function placeFault(draft: Draft, fault: { field: string; message: string }): PlacedFault | undefined {
  for (const kind of ['flags', 'targetGroups', 'experiments'] as const) {
    for (const object of Object.keys(draft[kind])) {
      const start = `${kind}.${object}`;
      if (fault.field !== start && !fault.field.startsWith(`${start}.`)) continue;
      return { kind, object, place: placeOf(fault.field.slice(start.length + 1)), message: fault.message };
    }
  }
  return undefined;
}
