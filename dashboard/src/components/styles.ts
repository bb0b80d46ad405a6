// Everything the signed-in dashboard draws with, in the order in which the rules must cascade.
import '@mantine/core/styles.css';
import '@mantine/notifications/styles.css';
import '@mantine/spotlight/styles.css';
import './base.css';
