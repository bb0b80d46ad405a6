/**
 * How long a test waits for what has to come, in milliseconds. A busy machine is slow, not wrong: on one the
 * first page of a file took more than twenty seconds to be put together.
 */
export const patience = 60_000;
