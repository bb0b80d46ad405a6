import { Text } from '@mantine/core';
import { useState } from 'react';
import type { Environment, Json } from '@/api/types';
import { EnvironmentBadge } from '@/components/environment-badge';
import { type Choices, type Conflict, merge, type Side } from '@/lib/merge';
import { partValue, partWords } from '@/lib/part-words';
import classes from './merge.module.css';

/** One object in its three states; undefined is not there. */
export type Triple = {
  /** Tells it from the others. */
  key: string;
  title: string;
  environment?: Environment | undefined;
  /** Who made it what it is now, and when: "ben, 3 min ago". */
  by?: React.ReactNode;
  base: unknown;
  theirs: unknown;
  mine: unknown;
};

/** The choices of a three-way screen, and what comes of them. */
export function useThreeWay(triples: Triple[]) {
  const [choices, setChoices] = useState<Record<string, Choices>>({});
  const merged = new Map<string, Json | undefined>();
  let open = 0;
  for (const triple of triples) {
    const chosen = choices[triple.key] ?? {};
    const { value, conflicts } = merge(triple.base, triple.theirs, triple.mine, chosen);
    merged.set(triple.key, value);
    open += conflicts.filter((conflict) => !(conflict.path in chosen)).length;
  }
  const choose = (key: string, path: string, side: Side) =>
    setChoices((before) => ({ ...before, [key]: { ...before[key], [path]: side } }));
  return { choices, choose, merged, open };
}

type Props = {
  triples: Triple[];
  state: ReturnType<typeof useThreeWay>;
  /** Whose edit stands against what is live: "yours", "proposed". */
  mine: string;
};

/** Base, theirs and mine of each part that two people changed, and the choice between them. */
export function ThreeWay({ triples, state, mine }: Props) {
  return (
    <ul className={classes.objects} aria-label="Changed on both sides">
      {triples.map((triple) => {
        const { conflicts } = merge(triple.base, triple.theirs, triple.mine);
        return (
          <li key={triple.key} className={classes.object}>
            <div className={classes.head}>
              <b>{triple.title}</b>
              {triple.environment && <EnvironmentBadge environment={triple.environment} />}
              {triple.by && (
                <Text size="sm" c="dimmed" component="span">
                  {triple.by}
                </Text>
              )}
            </div>
            {conflicts.length === 0 && (
              <Text size="sm">The two edits touch different parts: both are kept.</Text>
            )}
            {conflicts.map((conflict) => (
              <Choice
                key={conflict.path}
                name={`${triple.key} ${conflict.path}`}
                conflict={conflict}
                mine={mine}
                chosen={state.choices[triple.key]?.[conflict.path]}
                onChoose={(side) => state.choose(triple.key, conflict.path, side)}
              />
            ))}
          </li>
        );
      })}
    </ul>
  );
}

type ChoiceProps = {
  name: string;
  conflict: Conflict;
  mine: string;
  chosen: Side | undefined;
  onChoose: (side: Side) => void;
};

function Choice({ name, conflict, mine, chosen, onChoose }: ChoiceProps) {
  const value = (side: 'base' | Side) => partValue(conflict.path, conflict[side]);
  const option = (side: Side, label: string) => (
    <label className={classes.side} data-chosen={chosen === side}>
      <span className={classes.label}>
        <input type="radio" name={name} checked={chosen === side} onChange={() => onChoose(side)} /> {label}
      </span>{' '}
      <span className="b-mono">{value(side)}</span>
    </label>
  );
  return (
    <fieldset className={classes.choice}>
      <legend>{partWords(conflict.path)}</legend>
      <div className={classes.side}>
        <span className={classes.label}>Before</span>
        <span className="b-mono">{value('base')}</span>
      </div>
      {option('theirs', 'Theirs, live now')}
      {option('mine', mine)}
    </fieldset>
  );
}
