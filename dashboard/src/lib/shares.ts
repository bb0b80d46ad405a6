import type { Cell, Shares, Split } from '@/api/types';

/** A share as it is typed: percent, as text. */
export type ShareText = { to: string; text: string };

/** What is served, as it is edited. */
export type ServeEdit =
  | { kind: 'variation'; id: string }
  | {
      kind: 'split';
      shares: ShareText[];
      by: string;
      seed?: string;
      /** Kept as long as the shares are those it was laid out for. */
      table?: Cell[];
    };

const percent = /^\d{1,3}(\.\d{1,4})?$/;
const whole = 1_000_000;

/** Percent as decimal text → parts per million, never through binary floats; undefined when it is none. */
export function ppm(text: string): number | undefined {
  const trimmed = text.trim();
  if (!percent.test(trimmed)) return undefined;
  const [int = '0', fraction = ''] = trimmed.split('.');
  const parts = Number(int) * 10_000 + Number(fraction.padEnd(4, '0'));
  return parts <= whole ? parts : undefined;
}

/** Parts per million as percent text: 250000 → "25", 333333 → "33.3333". */
export function percentText(parts: number): string {
  const int = Math.floor(parts / 10_000);
  const fraction = String(parts % 10_000)
    .padStart(4, '0')
    .replace(/0+$/, '');
  return fraction === '' ? String(int) : `${int}.${fraction}`;
}

/** Why shares cannot stand, or undefined. */
export function sharesFault(shares: ShareText[]): string | undefined {
  let sum = 0;
  for (const share of shares) {
    const parts = share.text.trim() === '' ? 0 : ppm(share.text);
    if (parts === undefined) return `${share.text} is not a percentage with up to 4 decimals.`;
    sum += parts;
  }
  if (sum === whole) return undefined;
  const gap = percentText(Math.abs(whole - sum));
  return `The shares sum to ${percentText(sum)} %, not 100 %: ${sum < whole ? 'give' : 'take'} ${gap} % ${sum < whole ? 'more' : 'away'}.`;
}

/** The share that is left, put where `to` is: the other shares stay. */
export function fillRest(shares: ShareText[], to: string): ShareText[] {
  const others = shares.filter((share) => share.to !== to);
  const sum = others.reduce((total, share) => total + (ppm(share.text) ?? 0), 0);
  if (sum > whole) return shares;
  return shares.map((share) => (share.to === to ? { ...share, text: percentText(whole - sum) } : share));
}

/** One share typed anew. Where the shares were whole, what goes on to the next rule gives or takes. */
export function typeShare(shares: ShareText[], to: string, text: string): ShareText[] {
  const typed = shares.map((share) => (share.to === to ? { ...share, text } : share));
  const passing = shares.find((share) => share.to === 'next');
  const absorbs = to !== 'next' && passing !== undefined && passing.text !== '' && !sharesFault(shares);
  return absorbs ? fillRest(typed, 'next') : typed;
}

/** When typing ends: the one empty party gets what is left; of several, the next rule does. */
export function settleShares(shares: ShareText[], withNext: boolean): ShareText[] {
  if (!sharesFault(shares) || shares.every((share) => share.text.trim() === '')) return shares;
  const empty = shares.filter((share) => share.text.trim() === '' && (withNext || share.to !== 'next'));
  const heir = empty.find((share) => share.to === 'next') ?? (empty.length === 1 ? empty[0] : undefined);
  return heir ? fillRest(shares, heir.to) : shares;
}

/** Equal shares for n parties that sum to exactly 100. */
export function equalShares(n: number): string[] {
  const base = Math.floor(whole / n);
  return Array.from({ length: n }, (_, i) => percentText(i === n - 1 ? whole - base * (n - 1) : base));
}

type Beside = { by?: string; seed?: string; table?: Cell[] };

/** A document's `serve` or `default`, opened for editing; `order` is that of the flag's variations. */
export function readServe(serve: string | Shares | Split, beside: Beside, order: string[]): ServeEdit {
  if (typeof serve === 'string') return { kind: 'variation', id: serve };
  const nested = 'serve' in serve && typeof serve.serve === 'object';
  const shares = (nested ? (serve as Split).serve : serve) as Shares;
  const more = nested ? (serve as Split) : beside;
  const parties = [...order.filter((id) => id in shares || order.length <= 6), 'next'];
  const extra = Object.keys(shares).filter((id) => !parties.includes(id));
  return {
    kind: 'split',
    shares: [...parties, ...extra].map((to) => ({ to, text: to in shares ? String(shares[to]) : '' })),
    by: more.by ?? 'targetingKey',
    seed: more.seed,
    table: more.table,
  };
}

/** The parts of a rule that say what it serves. */
export function writeServe(serve: ServeEdit): { serve: string | Shares } & Beside {
  if (serve.kind === 'variation') return { serve: serve.id };
  const shares: Shares = {};
  for (const share of serve.shares) {
    const text = share.text.trim();
    // What is no percentage is sent as it is: the server refuses it and says why.
    if (text !== '' && ppm(text) !== 0)
      shares[share.to] = ppm(text) === undefined ? Number.NaN : Number(text);
  }
  const made: { serve: string | Shares } & Beside = { serve: shares };
  if (serve.by && serve.by !== 'targetingKey') made.by = serve.by;
  if (serve.seed !== undefined) made.seed = serve.seed;
  if (serve.table) made.table = serve.table;
  return made;
}

/** A default: a variation's id, `code`, or a split with what belongs to it. */
export function writeDefault(serve: ServeEdit): string | Split {
  const made = writeServe(serve);
  return typeof made.serve === 'string' ? made.serve : { ...made, serve: made.serve };
}

/** "true", "25 % true, 75 % false by organization.key" */
export function serveWords(serve: ServeEdit): string {
  if (serve.kind === 'variation') return serve.id === 'code' ? "the program's own default" : serve.id;
  const parts = serve.shares
    .filter((share) => share.text.trim() !== '' && ppm(share.text) !== 0)
    .map((share) => `${share.text} % ${share.to === 'next' ? 'go on' : share.to}`);
  return `${parts.join(', ')} by ${serve.by}`;
}
