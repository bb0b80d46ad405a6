import { Autocomplete, Button, Group as Row, Stack, Text, Textarea, TextInput } from '@mantine/core';
import { useDebouncedValue } from '@mantine/hooks';
import { useEffect, useRef, useState } from 'react';
import type { Group, GroupDocument } from '@/api/types';
import { EnvironmentBadge } from '@/components/environment-badge';
import { useEnvironment, useProject } from '@/components/project-context';
import { ConditionEditor } from '@/components/rules/condition-editor';
import { usePaths } from '@/components/rules/names';
import { draftGroup, dropFromDraft, faultsBelow, useDraft, useOpenReview, usePlan } from '@/features/review';
import { editWhen, splitValues, whenComplete } from '@/lib/conditions';
import { count } from '@/lib/names';
import classes from './groups.module.css';
import { type GroupEdit, inBoth, readGroup, writeGroup } from './model';

type Props = { name: string; group: Group | undefined };

/** Edits a group in place; each change goes into the draft. */
function useMembers({ name, group }: Props) {
  const project = useProject();
  const environment = useEnvironment();
  const draft = useDraft(project.key, environment.key);
  const drafted = draft?.targetGroups[name];
  const shown: GroupDocument = drafted ?? group ?? {};
  const text = JSON.stringify(shown);
  const [edit, setEdit] = useState<GroupEdit>(() => readGroup(shown));
  const written = useRef(text);
  useEffect(() => {
    if (written.current === text) return;
    written.current = text;
    setEdit(readGroup(JSON.parse(text) as GroupDocument));
  }, [text]);
  const put = (next: GroupEdit) => {
    const document = writeGroup(next);
    setEdit(next);
    if (group && JSON.stringify(document) === JSON.stringify(writeGroup(readGroup(group)))) {
      written.current = JSON.stringify(group);
      dropFromDraft(project.key, environment.key, 'targetGroups', name);
      return;
    }
    written.current = JSON.stringify(document);
    draftGroup(project, environment.key, name, document, group);
  };
  const [settled] = useDebouncedValue(draft, 400);
  const plan = usePlan(settled, drafted !== undefined && settled === draft && whenComplete(edit.when));
  const faults = plan.isError ? faultsBelow(plan.error, `targetGroups.${name}`) : [];
  return { edit, put, edited: drafted !== undefined, faults };
}

/** Who is in the group: excluded first, then included, then by condition. */
export function MembersTab(props: Props) {
  const environment = useEnvironment();
  const openReview = useOpenReview();
  const { edit, put, edited, faults } = useMembers(props);
  return (
    <Stack maw={900}>
      <TextInput
        label="Description (optional)"
        value={edit.description}
        onChange={(event) => put({ ...edit, description: event.currentTarget.value })}
      />
      <Lists edit={edit} onChange={put} />
      <fieldset className={classes.part}>
        <legend>And whoever fits</legend>
        <ConditionEditor
          word="who"
          everyone="No condition: only those included."
          when={edit.when}
          onAction={(action) => put({ ...edit, when: editWhen(edit.when, action) })}
        />
      </fieldset>
      {faults.length > 0 && (
        <Text size="sm" c="var(--mantine-color-error)" role="alert" component="div">
          {faults.map((fault) => (
            <div key={`${fault.field} ${fault.message}`}>{fault.message}</div>
          ))}
        </Text>
      )}
      {edited && (
        <Row justify="flex-end" gap="xs">
          <EnvironmentBadge environment={environment} />
          <Text size="sm">A group counts in every environment.</Text>
          <Button onClick={openReview}>Review change</Button>
        </Row>
      )}
    </Stack>
  );
}

function Lists({ edit, onChange }: { edit: GroupEdit; onChange: (edit: GroupEdit) => void }) {
  const paths = usePaths();
  const both = inBoth(edit);
  const list = (name: 'include' | 'exclude', label: string, about: string) => (
    <Textarea
      label={`${label} (${splitValues(edit[name]).length.toLocaleString('en')})`}
      description={about}
      placeholder={'alice\nbob'}
      autosize
      minRows={4}
      maxRows={16}
      value={edit[name]}
      onChange={(event) => onChange({ ...edit, [name]: event.currentTarget.value })}
      classNames={{ input: 'b-mono' }}
    />
  );
  return (
    <>
      <Autocomplete
        label="The lists hold values of"
        data={paths}
        value={edit.by}
        onChange={(by) => onChange({ ...edit, by: by.trim() })}
        maw={280}
      />
      <div className={classes.lists}>
        {list('include', 'Always in', 'One a line, or a pasted list with commas.')}
        {list('exclude', 'Never in', 'Goes before everything else.')}
      </div>
      {both.length > 0 && (
        <Text size="sm" role="status">
          {count(both.length, 'entry is', 'entries are')} in both lists and therefore never in the group:{' '}
          {both.slice(0, 5).join(', ')}
          {both.length > 5 && ' …'}
        </Text>
      )}
    </>
  );
}
