import type { Receipt } from '@/api/types';
import { count } from '@/lib/names';
import { absolute } from '@/lib/time';

/** "310 ms", "4.1 s", "12 min". */
export function duration(ms: number): string {
  if (ms < 1000) return `${ms} ms`;
  if (ms < 60_000) return `${(ms / 1000).toFixed(1)} s`;
  return `${Math.floor(ms / 60_000)} min`;
}

/** "14:02" of today; "2026-11-23 14:02" of another day. */
export function since(at: number, now: number): string {
  const text = absolute(at).slice(0, -3);
  return text.slice(0, 10) === absolute(now).slice(0, 10) ? text.slice(11) : text;
}

/** A receipt in one sentence: "applied by 214 of 214 instances, slowest 310 ms". */
export function receiptWords(receipt: Receipt, now: number): string {
  if (receipt.state === 'unknown') return 'no receipt is kept of it';
  if (receipt.expected === 0) return 'no instance was connected';
  const parts = [`applied by ${receipt.applied} of ${count(receipt.expected, 'instance')}`];
  if (receipt.slowestMs !== undefined) parts.push(`slowest ${duration(receipt.slowestMs)}`);
  if (receipt.stale > 0) {
    parts.push(
      `${receipt.stale} stale${receipt.staleSince ? ` since ${since(receipt.staleSince, now)}` : ''}`,
    );
  }
  if (receipt.state === 'waiting') parts.push('waiting for the others');
  return parts.join(', ');
}
