import { Radio, Stack, Switch, useMantineColorScheme } from '@mantine/core';
import { type Preferences, prefer, usePreferences } from '@/lib/preferences';

/** Theme, density and keys, kept in this browser. */
export function Appearance() {
  const { colorScheme, setColorScheme } = useMantineColorScheme();
  const { density, shortcuts } = usePreferences();
  return (
    <Stack gap="lg" maw={480}>
      <Radio.Group
        label="Theme"
        value={colorScheme}
        onChange={(value) => setColorScheme(value as 'light' | 'dark' | 'auto')}
      >
        <Stack gap={6} mt={6}>
          <Radio value="light" label="Light" />
          <Radio value="dark" label="Dark" />
          <Radio value="auto" label="As the system" />
        </Stack>
      </Radio.Group>
      <Radio.Group
        label="Rows"
        value={density}
        onChange={(value) => prefer({ density: value as Preferences['density'] })}
      >
        <Stack gap={6} mt={6}>
          <Radio value="compact" label="Compact" />
          <Radio value="comfortable" label="Comfortable" />
        </Stack>
      </Radio.Group>
      <Switch
        label="Single-key shortcuts"
        description="? lists them"
        checked={shortcuts}
        onChange={(event) => prefer({ shortcuts: event.currentTarget.checked })}
      />
    </Stack>
  );
}
