// What the page "Connect an application" shows, and a server to run it against.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { apply, root, startServer } from './processes.mjs';

export const keys = {
  token: 'bgp_connect00000000000000000000000000000000000',
  server: 'bgs_connect00000000000000000000000000000000000',
  client: 'bgc_connect00000000000000000000000000000000000',
};

const connect = join(root, 'dashboard/src/features/connect');

export const holiday = (value) => JSON.stringify({
  apiVersion: 'burgee/v1', project: 'default',
  flags: { 'Flags.isHoliday': { type: 'boolean', client: true, environments: { production: { default: value } } } },
});

// startConnectable starts a server on which today is a holiday.
export async function startConnectable() {
  const server = await startServer({ env: { BURGEE_INIT_TOKEN: keys.token, BURGEE_INIT_SERVER_KEY: keys.server, BURGEE_INIT_CLIENT_KEY: keys.client } });
  await apply(server, keys.token, holiday(true));
  return server;
}

// program is the text of a program as the page shows it for a server.
export const program = (file, server) => readFileSync(join(connect, 'programs', file), 'utf8')
  .replace('https://burgee.example', server.origin).replace('bgs_key', keys.server).replace('bgc_key', keys.client);

// dependency is what the page says to put into pom.xml.
export const dependency = () => readFileSync(join(connect, 'programs.ts'), 'utf8').match(/install: `(<dependency>[^`]*)`/)[1];
