import { Button, Group, SegmentedControl, Select, Text, Textarea } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useRef, useState } from 'react';
import { ApiError, fieldFault } from '@/api/client';
import { createFlag } from '@/api/flags';
import type { FlagType } from '@/api/types';
import { EnvironmentBadge, environmentName } from '@/components/environment-badge';
import { May, useRefusal } from '@/components/may';
import { useEnvironment, useProject } from '@/components/project-context';
import { ErrorState } from '@/components/states';
import { count } from '@/lib/names';
import classes from './flags.module.css';
import { readKeys, readNewFlags, readVariations } from './new-flags';

const types: FlagType[] = ['boolean', 'string', 'integer', 'double', 'json'];

/** Name, type, and what it serves here. Twenty pasted lines make twenty flags. */
export function NewFlagForm({ initial, onClose }: { initial: string; onClose: () => void }) {
  const project = useProject();
  const environment = useEnvironment();
  const client = useQueryClient();
  const [text, setText] = useState(initial);
  const [type, setType] = useState<FlagType>('boolean');
  const [values, setValues] = useState('');
  const [serve, setServe] = useState('code');
  const [tried, setTried] = useState(false);
  const read = readNewFlags(text, type, values, serve, environment.key);
  const refused = useRef('');
  const create = useMutation({
    mutationFn: async (forced?: string) => {
      // Those before the one that was refused are there already.
      const from = Math.max(
        0,
        read.flags.findIndex((flag) => flag.key === forced),
      );
      for (const flag of read.flags.slice(from)) {
        refused.current = flag.key;
        await createFlag(project.key, flag, flag.key === forced || undefined);
      }
    },
    onSuccess: () => {
      notifications.show({
        message:
          read.flags.length === 1
            ? `${read.flags[0]?.key} is there.`
            : `${read.flags.length} flags are there.`,
      });
      onClose();
    },
    onSettled: () => client.invalidateQueries({ queryKey: ['project', project.key] }),
  });
  const needs = { to: 'edit_flags', at: project.key } as const;
  const refusal = useRefusal(needs);
  const keys = readKeys(text);
  const fault = tried ? read.fault : undefined;
  const keyServer = fieldFault(create.error, 'key');
  return (
    <form
      className={`b-panel ${classes.form}`}
      aria-label="New flag"
      onSubmit={(event) => {
        event.preventDefault();
        setTried(true);
        if (!read.fault && refusal === undefined) create.mutate(undefined);
      }}
      onKeyDown={(event) => {
        if (event.key === 'Escape') onClose();
      }}
    >
      <Group align="flex-start" gap="md">
        <Textarea
          label="Name"
          description="Flags.isHoliday; paste several lines to make several"
          value={text}
          onChange={(event) => setText(event.currentTarget.value)}
          onKeyDown={(event) => {
            if (event.key !== 'Enter' || event.shiftKey || keys.length > 1) return;
            event.preventDefault();
            event.currentTarget.form?.requestSubmit();
          }}
          error={fault?.field === 'key' ? fault.message : keyServer}
          autosize
          minRows={1}
          maxRows={10}
          spellCheck={false}
          autoFocus
          style={{ flex: '1 1 260px' }}
        />
        <Select
          label="Type"
          description="stays as it is"
          data={types}
          value={type}
          onChange={(next) => {
            setType((next as FlagType) ?? 'boolean');
            setServe('code');
          }}
          allowDeselect={false}
          w={130}
        />
        {type !== 'boolean' && (
          <Textarea
            label="Values"
            description="one per line"
            value={values}
            onChange={(event) => setValues(event.currentTarget.value)}
            error={fault?.field === 'values' ? fault.message : undefined}
            autosize
            minRows={2}
            maxRows={8}
            spellCheck={false}
            style={{ flex: '1 1 220px' }}
          />
        )}
        <Serves type={type} values={values} serve={serve} setServe={setServe} />
      </Group>
      {create.error instanceof ApiError && create.error.code === 'looks_like' && (
        <Group gap="xs" mt="xs" role="alert">
          <Text size="sm">
            {refused.current} {keyServer}, and programs tell the two apart.
          </Text>
          <Button size="compact-sm" variant="default" onClick={() => create.mutate(refused.current)}>
            Create {refused.current} all the same
          </Button>
        </Group>
      )}
      {create.isError && !keyServer && <ErrorState what="Not every flag was made" error={create.error} />}
      <Group justify="flex-end" gap="xs" mt="sm">
        <Button variant="default" size="xs" onClick={onClose}>
          Cancel
        </Button>
        <May {...needs}>
          <Button type="submit" size="xs" loading={create.isPending}>
            {serve === 'code' ? 'Create' : `Create, live in ${environmentName(environment)}`}{' '}
            {keys.length > 1 && count(keys.length, 'flag')}
          </Button>
        </May>
      </Group>
    </form>
  );
}

type ServesProps = { type: FlagType; values: string; serve: string; setServe: (id: string) => void };

/** What everyone gets in the page's environment from the start. */
function Serves({ type, values, serve, setServe }: ServesProps) {
  const environment = useEnvironment();
  const ids =
    type === 'boolean' ? ['true', 'false'] : readVariations(type, values).variations.map((item) => item.id);
  const data = [
    { value: 'code', label: "the program's default" },
    ...ids.map((id) => ({ value: id, label: id })),
  ];
  return (
    <div>
      <Text size="sm" fw={500} mb={2}>
        Serves in <EnvironmentBadge environment={environment} />
      </Text>
      <Text size="xs" c="dimmed" mb={5}>
        elsewhere the program's default
      </Text>
      {data.length <= 4 ? (
        <SegmentedControl size="xs" data={data} value={serve} onChange={setServe} aria-label="Serves" />
      ) : (
        <Select
          aria-label="Serves"
          data={data}
          value={serve}
          onChange={(next) => setServe(next ?? 'code')}
          allowDeselect={false}
        />
      )}
    </div>
  );
}
