import java from './programs/App.java?raw';
import browser from './programs/browser.js?raw';
import kotlin from './programs/Main.kt?raw';
import php from './programs/main.php?raw';
import ruby from './programs/main.rb?raw';
import swift from './programs/main.swift?raw';
import node from './programs/node.mjs?raw';
import dotnet from './programs/Program.cs?raw';

export type Remote = 'browser' | 'node' | 'java' | 'dotnet' | 'php' | 'ruby' | 'swift' | 'kotlin';

type Program = { install: string; note?: string; text: string };

/**
 * Programs that ask over OFREP. Each text is a file of its own, which e2e/browser/connect.test.mjs runs as it
 * is where the language is at hand.
 */
export const programs: Record<Remote, Program> = {
  browser: {
    install: 'npm install @openfeature/web-sdk @openfeature/core @openfeature/ofrep-web-provider',
    text: browser,
  },
  node: {
    install: 'npm install @openfeature/server-sdk @openfeature/core @openfeature/ofrep-provider',
    text: node,
  },
  java: {
    install: `<dependency>
  <groupId>dev.openfeature</groupId>
  <artifactId>sdk</artifactId>
  <version>1.22.0</version>
</dependency>
<dependency>
  <groupId>dev.openfeature.contrib.providers</groupId>
  <artifactId>ofrep</artifactId>
  <version>0.0.2</version>
</dependency>`,
    note: 'For pom.xml; Gradle takes the same names.',
    text: java,
  },
  dotnet: { install: 'dotnet add package OpenFeature.Providers.Ofrep', text: dotnet },
  php: {
    install: 'composer require open-feature/sdk open-feature/go-feature-flag-provider',
    note: 'PHP has no provider that is named OFREP; this one speaks it, to any server.',
    text: php,
  },
  ruby: { install: 'gem install openfeature-sdk openfeature-ofrep-provider', text: ruby },
  swift: {
    install: `.package(url: "https://github.com/open-feature/ofrep-swift-client-provider", from: "0.1.0")`,
    note: 'In Package.swift, with the product OFREPClientProvider. It asks every 30 seconds.',
    text: swift,
  },
  kotlin: {
    install: 'implementation("dev.openfeature.kotlin.contrib.providers:ofrep:0.1.0")',
    note: 'In build.gradle.kts, for Android and the JVM. It asks every five minutes unless pollingInterval says otherwise.',
    text: kotlin,
  },
};
