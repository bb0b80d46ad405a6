import type { QueryClient } from '@tanstack/react-query';
import type { FlagSummary } from '@/api/types';
import { Partly } from '@/components/confirm';
import { count } from '@/lib/names';

/** Changes flags of a project one after the other, up to the first that is refused. */
export async function oneByOne(
  client: QueryClient,
  project: string,
  flags: FlagSummary[],
  change: (flag: FlagSummary) => Promise<unknown>,
) {
  let done = 0;
  try {
    for (const flag of flags) {
      await change(flag);
      done++;
    }
  } catch (error) {
    if (done === 0) throw error;
    const how = `Changed ${done} of ${count(flags.length, 'flag')}, then stopped at ${flags[done]?.key}`;
    throw new Partly(how, { cause: error });
  } finally {
    // Also after a fault: the flags before it were changed.
    await client.invalidateQueries({ queryKey: ['project', project] });
  }
}
