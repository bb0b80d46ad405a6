import { useEffect, useMemo, useRef, useState } from 'react';
import type { Configuration, FlagDetail } from '@/api/types';
import { useEnvironment, useProject } from '@/components/project-context';
import { draftConfiguration, draftFlag, dropFromDraft, getDraft, useDraft } from '@/features/review';
import { type ConfigurationEdit, readConfiguration, writeConfiguration } from './model';
import { type EditAction, edit } from './reducer';

/** Two configurations that say the same are the same text. */
const canonical = (configuration: Configuration | null | undefined, flag: FlagDetail): string =>
  JSON.stringify(
    writeConfiguration(
      readConfiguration(
        configuration,
        flag.type,
        flag.variations.map((item) => item.id),
      ),
    ),
  );

export type Editor = {
  state: ConfigurationEdit;
  dispatch: (action: EditAction) => void;
  /** True where this flag's configuration here differs from what is live. */
  edited: boolean;
  /** Takes this flag's configuration back out of the draft. */
  revert: () => void;
};

/** Edits one flag's configuration in the page's environment; every change goes into the draft at once. */
export function useEditor(flag: FlagDetail): Editor {
  const project = useProject();
  const environment = useEnvironment();
  const draft = useDraft(project.key, environment.key);
  const drafted = draft?.flags[flag.key]?.environments?.[environment.key];
  const live = flag.configurations[environment.key];
  const order = useMemo(() => flag.variations.map((item) => item.id), [flag.variations]);
  const shown = drafted ?? live;
  const text = JSON.stringify(shown ?? null);

  const open = () => readConfiguration(shown, flag.type, order);
  const [state, setState] = useState(open);
  const written = useRef(text);

  useEffect(() => {
    // Somebody else changed it, or the draft was discarded or published: show that.
    if (text === written.current) return;
    written.current = text;
    setState(readConfiguration(JSON.parse(text) as Configuration | null, flag.type, order));
  }, [text, flag.type, order]);

  const revert = () => {
    const fields = getDraft(project.key, environment.key)?.flags[flag.key];
    const { environments: _, ...own } = fields ?? {};
    if (Object.keys(own).length === 0) dropFromDraft(project.key, environment.key, 'flags', flag.key);
    else draftFlag(project, environment.key, flag.key, { environments: undefined }, flag);
  };

  const dispatch = (action: EditAction) => {
    const next = edit(state, action);
    const configuration = writeConfiguration(next);
    setState(next);
    if (JSON.stringify(configuration) === canonical(live, flag)) {
      written.current = JSON.stringify(live ?? null);
      revert();
      return;
    }
    written.current = JSON.stringify(configuration);
    draftConfiguration(project, environment.key, flag.key, configuration, live);
  };

  return { state, dispatch, edited: drafted !== undefined, revert };
}
