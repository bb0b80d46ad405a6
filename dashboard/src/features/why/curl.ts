import type { Moment } from '@/api/evaluate';
import type { Context } from './model';

/** The same question for a shell; the token comes from its environment. */
export function curl(address: string, flag: string, context: Context, moment: Moment): string {
  const body = JSON.stringify({ flag, context, explain: true, ...moment }).replaceAll("'", "'\\''");
  return [
    `curl -X POST '${address}'`,
    `-H "Authorization: Bearer $BURGEE_TOKEN"`,
    `-H 'Content-Type: application/json'`,
    `-d '${body}'`,
  ].join(' \\\n  ');
}
