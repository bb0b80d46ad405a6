import { programs, type Remote } from './programs';

export const sdks = [
  'python',
  'go',
  'browser',
  'node',
  'java',
  'dotnet',
  'php',
  'ruby',
  'swift',
  'kotlin',
  'curl',
] as const;
export type Sdk = (typeof sdks)[number];
export const sdkNames: Record<Sdk, { name: string; about: string }> = {
  python: { name: 'Python', about: 'SDK, 3.10 and newer' },
  go: { name: 'Go', about: 'SDK, standard library only' },
  browser: { name: 'JavaScript, browser', about: 'OpenFeature, public key' },
  node: { name: 'JavaScript, Node', about: 'OpenFeature' },
  java: { name: 'Java', about: 'OpenFeature' },
  dotnet: { name: '.NET', about: 'OpenFeature' },
  php: { name: 'PHP', about: 'OpenFeature' },
  ruby: { name: 'Ruby', about: 'OpenFeature, 3.4 and newer' },
  swift: { name: 'Swift', about: 'OpenFeature, public key' },
  kotlin: { name: 'Kotlin', about: 'OpenFeature, public key' },
  curl: { name: 'curl', about: 'one request by hand' },
};

/** What runs at people's homes gets a client key: anybody can read it there. */
export const keyKind = (sdk: Sdk): 'server' | 'client' =>
  sdk === 'browser' || sdk === 'swift' || sdk === 'kotlin' ? 'client' : 'server';

/** Programs with Burgee's own SDK, and the shell, read their settings from the environment. */
export const readsEnvironment = (sdk: Sdk): boolean => sdk === 'python' || sdk === 'go' || sdk === 'curl';

export type Step = { id: 'install' | 'init' | 'flag'; title: string; code: string; note?: string };

export type Place = {
  /** This browser's origin: where the page came from is where a program on this machine finds Burgee. */
  origin: string;
  key: string;
  /** The environment's capital name. */
  environment: string;
  version: string;
  downloads: { python?: string; go?: string };
};

/** The wizard's three steps for one way to connect, with key and address filled in. */
export function steps(sdk: Sdk, place: Place): Step[] {
  return makers[sdk](place);
}

/** Everything at once, as one text to paste. */
export function allSteps(sdk: Sdk, place: Place): string {
  const comment = sdk === 'python' || sdk === 'ruby' || sdk === 'curl' ? '#' : '//';
  return steps(sdk, place)
    .map((step) => `${comment} ${step.title}\n${step.code}`)
    .join('\n\n');
}

/** The settings that both SDKs read by themselves. */
export function envFile(place: Place): string {
  return [
    `# Burgee, environment ${place.environment}`,
    `BURGEE_URL=${place.origin}`,
    `BURGEE_KEY=${place.key}`,
    'BURGEE_APPLICATION=my-app',
    '',
  ].join('\n');
}

/** One request that reaches the server with the key: it shows in the live panel. */
export function curlTest(place: Place): string {
  return `curl -s -H "Authorization: Bearer ${place.key}" \\
  -d '{"context":{"targetingKey":"alice"}}' \\
  ${place.origin}/ofrep/v1/evaluate/flags/Flags.isHoliday`;
}

const makers: Record<Sdk, (place: Place) => Step[]> = {
  python,
  go,
  browser: remote('browser'),
  node: remote('node'),
  java: remote('java'),
  dotnet: remote('dotnet'),
  php: remote('php'),
  ruby: remote('ruby'),
  swift: remote('swift'),
  kotlin: remote('kotlin'),
  curl,
};

/** The steps of a language that asks the server through OpenFeature. */
function remote(sdk: Remote): (place: Place) => Step[] {
  const { install, note, text } = programs[sdk];
  const seen =
    keyKind(sdk) === 'client'
      ? ' Its flags must be marked for client keys: this key is public, and sees no others.'
      : '';
  return (place) => [
    { id: 'install', title: 'Install', code: install, note },
    {
      id: 'init',
      title: 'Connect, and ask for the first flag',
      code: filledIn(text, place),
      note: `OpenFeature programs do not declare flags: create Flags.isHoliday in the list first.${seen}`,
    },
  ];
}

/** A program with this server's address and key in it, as the tests run it. */
function filledIn(text: string, place: Place): string {
  return text
    .replace('https://burgee.example', place.origin)
    .replace(/bg[sc]_key/, place.key)
    .replace('ENVIRONMENT', place.environment)
    .trimEnd();
}

function python(place: Place): Step[] {
  return [
    {
      id: 'install',
      title: 'Install',
      code: `pip install --no-index --no-deps ${place.origin}${place.downloads.python ?? ''}`,
      note: 'Comes from this server; no package index is asked.',
    },
    {
      id: 'init',
      title: 'Connect',
      code: `import burgee

class Flags:
    isHoliday = burgee.Flag(False)   # appears in Burgee as Flags.isHoliday

burgee.register("Flags", Flags)
burgee.setup(
    "${place.key}",   # connects to ${place.environment}
    url="${place.origin}",
    application="my-app",
)`,
    },
    {
      id: 'flag',
      title: 'First flag',
      code: `if Flags.isHoliday.is_enabled({"targetingKey": "alice"}):
    print("A special day")
else:
    print("A normal day")`,
    },
  ];
}

function go(place: Place): Step[] {
  return [
    {
      id: 'install',
      title: 'Install',
      code: `GOPROXY=${place.origin}${place.downloads.go ?? ''} GONOSUMDB=burgee.dev \\
  go get burgee.dev/burgee/sdk@v${place.version}`,
      note: 'Run it inside your module. It comes from this server and needs no other module.',
    },
    {
      id: 'init',
      title: 'Connect',
      code: `package main

import (
	"context"
	"fmt"
	"log"
	"time"

	burgee "burgee.dev/burgee/sdk"
)

var flags struct {
	IsHoliday burgee.Bool // appears in Burgee as Flags.isHoliday
}

func main() {
	client, err := burgee.New(burgee.Options{
		Key:         "${place.key}", // connects to ${place.environment}
		URL:         "${place.origin}",
		Application: "my-app",
	})
	if err != nil {
		log.Fatal(err)
	}
	defer client.Close()
	if err := client.Register("Flags", &flags); err != nil {
		log.Fatal(err)
	}
	run(client)
}`,
    },
    {
      id: 'flag',
      title: 'First flag',
      code: `func run(client *burgee.Client) {
	ctx, cancel := context.WithTimeout(context.Background(), 2*time.Second)
	defer cancel()
	if err := client.Ready(ctx); err != nil {
		log.Print(err)
	}
	fmt.Println("special day:", flags.IsHoliday.Enabled(ctx))
}`,
    },
  ];
}

function curl(place: Place): Step[] {
  return [
    { id: 'install', title: 'Install', code: 'curl --version', note: 'curl is on most machines already.' },
    {
      id: 'init',
      title: 'Connect',
      code: `export BURGEE_URL=${place.origin}
export BURGEE_KEY=${place.key}   # connects to ${place.environment}`,
    },
    {
      id: 'flag',
      title: 'First flag',
      code: `curl -s -H "Authorization: Bearer $BURGEE_KEY" \\
  -d '{"context":{"targetingKey":"alice"}}' \\
  $BURGEE_URL/ofrep/v1/evaluate/flags/Flags.isHoliday`,
      note: 'Ask for a flag that exists; an unknown one is answered with FLAG_NOT_FOUND.',
    },
  ];
}
