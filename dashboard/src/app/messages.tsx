import { Notifications } from '@mantine/notifications';

/** The messages over every page. Loaded after the page: nobody waits for them to sign in. */
export function Messages() {
  return <Notifications position="bottom-right" autoClose={8000} />;
}
