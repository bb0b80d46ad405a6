import { Alert, Group, Skeleton, Stack, Text } from '@mantine/core';
import { IconPackageOff } from '@tabler/icons-react';
import { CodeBlock } from '@/components/code-block';
import { CopyButton } from '@/components/copy';
import classes from './connect.module.css';
import { allSteps, envFile, type Place, readsEnvironment, type Sdk, steps } from './snippets';

type Props = { sdk: Sdk; place: Place; ready: boolean; hint?: string };

/** The three texts to copy, with the real key and this browser's origin in them. */
export function Snippets({ sdk, place, ready, hint }: Props) {
  const missing = (sdk === 'python' && !place.downloads.python) || (sdk === 'go' && !place.downloads.go);
  if (!ready) return <Skeleton height={360} radius="sm" aria-busy="true" />;
  return (
    <section aria-label="3. Copy">
      <Group justify="space-between" mb={6}>
        <h2 className={classes.legend}>3. Copy</h2>
        <Group gap="xs">
          {readsEnvironment(sdk) && <CopyButton text={envFile(place)}>Copy as env file</CopyButton>}
          <CopyButton text={allSteps(sdk, place)} primary>
            Copy snippet
          </CopyButton>
        </Group>
      </Group>
      <Stack gap="md">
        {steps(sdk, place).map((step) => (
          <div key={step.id} data-step={step.id}>
            <Text fw={600} size="sm" mb={4}>
              {step.title}
            </Text>
            {step.id === 'install' && missing ? (
              <Alert
                color="yellow"
                icon={<IconPackageOff size={18} aria-hidden />}
                title="This server carries no SDKs"
              >
                {hint}
              </Alert>
            ) : (
              <CodeBlock code={step.code} label={step.title} />
            )}
            {step.note && !(step.id === 'install' && missing) && (
              <Text size="xs" c="dimmed" mt={4}>
                {step.note}
              </Text>
            )}
          </div>
        ))}
      </Stack>
      <Text size="sm" c="dimmed" mt="md">
        The key is new and works in {place.environment}. It is shown only here: keep this page open until your
        program has connected. A key that no program has used is removed when you leave.
      </Text>
    </section>
  );
}
