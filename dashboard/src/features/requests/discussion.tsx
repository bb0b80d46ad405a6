import { Button, Group, Text, Textarea } from '@mantine/core';
import { useMutation } from '@tanstack/react-query';
import { useState } from 'react';
import { commentRequest } from '@/api/requests';
import type { ChangeRequestDetail } from '@/api/types';
import { Unless } from '@/components/may';
import { useProject } from '@/components/project-context';
import { ErrorState } from '@/components/states';
import { Time } from '@/components/time';
import { useRefusals } from './refusals';
import classes from './requests.module.css';
import { useAct } from './use-act';
import { eventText } from './words';

/** Who did and said what, the oldest first, and a line to say more. */
export function Discussion({ request }: { request: ChangeRequestDetail }) {
  return (
    <section aria-labelledby="discussion" className={classes.section}>
      <h2 id="discussion">Discussion</h2>
      <ol className={classes.events}>
        {request.events.map((event) => (
          <li
            key={`${event.at} ${event.kind} ${event.actor.name} ${event.text ?? ''}`}
            className={classes.event}
          >
            <span>
              <b>{event.actor.name}</b> {eventText(event)} <Time at={event.at} />
            </span>
            {event.text && (
              <Text size="sm" component="p" className={classes.said}>
                “{event.text}”
              </Text>
            )}
          </li>
        ))}
      </ol>
      <CommentForm request={request} />
    </section>
  );
}

function CommentForm({ request }: { request: ChangeRequestDetail }) {
  const project = useProject();
  const act = useAct();
  const refusals = useRefusals(project, request);
  const [text, setText] = useState('');
  const say = useMutation({
    mutationFn: () => act(commentRequest(project.key, request.number, text.trim())),
    onSuccess: () => setText(''),
  });
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        if (refusals.comment === undefined && text.trim() !== '') say.mutate();
      }}
    >
      <Textarea
        label="Comment"
        autosize
        minRows={1}
        maxRows={8}
        maxLength={2000}
        value={text}
        onChange={(event) => setText(event.currentTarget.value)}
      />
      {say.isError && <ErrorState what="Nothing was said" error={say.error} />}
      <Group justify="flex-end" mt="xs">
        <Unless refusal={refusals.comment}>
          <Button type="submit" size="xs" variant="default" loading={say.isPending}>
            Comment
          </Button>
        </Unless>
      </Group>
    </form>
  );
}
