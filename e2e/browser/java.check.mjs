// The Java program of the page "Connect an application", run as it is with the
// dependencies as they are shown. It needs a JDK and Maven, which fetches them.
import assert from 'node:assert/strict';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { test } from 'node:test';
import { dependency, program, startConnectable } from './lib/connect.mjs';
import { run, temporary } from './lib/processes.mjs';

test('Java, with the dependencies as they are shown', async (t) => {
  const server = await startConnectable();
  t.after(() => server.stop());
  const folder = temporary('connect-java');
  writeFileSync(join(folder, 'pom.xml'), `<project xmlns="http://maven.apache.org/POM/4.0.0"><modelVersion>4.0.0</modelVersion>
<groupId>example</groupId><artifactId>app</artifactId><version>1</version><dependencies>${dependency()}</dependencies></project>`);
  writeFileSync(join(folder, 'App.java'), program('App.java', server));
  mkdirSync(join(folder, 'out'));
  await run('mvn', ['-q', '-B', 'dependency:build-classpath', '-Dmdep.outputFile=classpath'], { cwd: folder });
  const classes = readFileSync(join(folder, 'classpath'), 'utf8').trim() + delimiter + 'out';
  await run('javac', ['-cp', classes, '-d', 'out', 'App.java'], { cwd: folder });
  assert.match(await run('java', ['-cp', classes, 'App'], { cwd: folder }), /^A special day$/m);
});
