import { Group, List, Text } from '@mantine/core';
import { CopyButton } from '@/components/copy';
import classes from './connect.module.css';
import { curlTest, type Place } from './snippets';

const local = (origin: string) => /\/\/(localhost|127\.|\[::1\])/.test(origin);

/** What to look at when nothing has come for half a minute. */
export function Checklist({ place }: { place: Place }) {
  return (
    <section aria-label="Nothing yet" className={classes.checklist}>
      <Text fw={600} size="sm" mt="md" mb={4}>
        Nothing yet? Look at these
      </Text>
      <List size="sm" spacing={4}>
        <List.Item>The program is started, and was restarted since the snippet went in.</List.Item>
        <List.Item>
          With Burgee’s SDK it prints a line that begins with “burgee”: that says what went wrong, if anything
          did.
        </List.Item>
        <List.Item>
          It can reach <span className="b-mono">{place.origin}</span> from where it runs.
          {local(place.origin) &&
            ' In a container that address is the container itself: use the host’s name, and start Burgee with --addr 0.0.0.0:7878.'}
        </List.Item>
        <List.Item>A proxy or firewall between them lets it through.</List.Item>
      </List>
      <Group gap="xs" mt="sm">
        <CopyButton text={curlTest(place)}>Copy a test with curl</CopyButton>
        <CopyButton text={window.location.href}>Copy a link to this page</CopyButton>
      </Group>
    </section>
  );
}
