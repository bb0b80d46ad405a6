import { Alert, Button, Code, Group, Skeleton, Stack, Text, Title } from '@mantine/core';
import { IconAlertTriangle, IconRefresh } from '@tabler/icons-react';
import type { UseQueryResult } from '@tanstack/react-query';
import { type ReactNode, useEffect, useState } from 'react';
import { ApiError, words } from '@/api/client';

/** What failed, whose side, the request's id, and Retry. Never shown together with an empty state. */
export function ErrorState({ what, error, retry }: { what: string; error: unknown; retry?: () => void }) {
  const fault = error instanceof ApiError ? error : undefined;
  return (
    <Alert color="red" icon={<IconAlertTriangle size={18} aria-hidden />} title={what} role="alert" my="xs">
      <Stack gap={6} align="flex-start">
        <Text size="sm">
          {words(error)} {fault && fault.status >= 500 ? 'This is a fault of the server, not yours.' : ''}
        </Text>
        {fault?.requestId && (
          <Text size="xs">
            Request <Code>{fault.requestId}</Code>
          </Text>
        )}
        {retry && (
          <Button
            size="xs"
            variant="default"
            leftSection={<IconRefresh size={14} aria-hidden />}
            onClick={retry}
          >
            Retry
          </Button>
        )}
      </Stack>
    </Alert>
  );
}

type EmptyProps = { title: string; children?: ReactNode; actions?: ReactNode };

/** One sentence that says why nothing is here, and the way on. */
export function EmptyState({ title, children, actions }: EmptyProps) {
  return (
    <Stack align="center" gap="xs" py={48} px="md" ta="center">
      <Title order={2} size="h2">
        {title}
      </Title>
      {children && (
        <Text c="dimmed" maw={560} component="div">
          {children}
        </Text>
      )}
      {actions && (
        <Group gap="xs" justify="center" mt="xs">
          {actions}
        </Group>
      )}
    </Stack>
  );
}

/** Rows of the true height, after 150 ms: what answers faster never flickers. */
export function SkeletonRows({ rows = 8, height = 'var(--b-row)' }: { rows?: number; height?: string }) {
  const [shown, setShown] = useState(false);
  useEffect(() => {
    const timer = setTimeout(() => setShown(true), 150);
    return () => clearTimeout(timer);
  }, []);
  if (!shown) return <div aria-busy="true" style={{ minHeight: 200 }} />;
  return (
    <div aria-busy="true" role="status">
      <span className="b-hidden">Loading</span>
      {Array.from({ length: rows }, (_, row) => `row-${row}`).map((row) => (
        <div key={row} style={{ height, display: 'flex', alignItems: 'center', padding: '0 8px' }}>
          <Skeleton height={12} radius="sm" />
        </div>
      ))}
    </div>
  );
}

type QueryStateProps<T> = {
  query: UseQueryResult<T, unknown>;
  /** What could not be loaded, as a title: "The flags could not be loaded". */
  what: string;
  loading?: ReactNode;
  children: (data: T) => ReactNode;
};

/** Loading, error or data of one query; data already there stays while it refreshes or when that fails. */
export function QueryState<T>({ query, what, loading, children }: QueryStateProps<T>) {
  if (query.data !== undefined) {
    return (
      <>
        {query.isError && <ErrorState what={what} error={query.error} retry={() => query.refetch()} />}
        {children(query.data)}
      </>
    );
  }
  if (query.isError) return <ErrorState what={what} error={query.error} retry={() => query.refetch()} />;
  return loading ?? <SkeletonRows />;
}
