const minute = 60_000;
const hour = 60 * minute;
const day = 24 * hour;

/** "0.4 s ago", "3 min ago", "2 h ago", "5 d ago"; older than 30 days the date. */
export function ago(at: number, now: number): string {
  const gone = Math.max(0, now - at);
  if (gone < 10_000) return `${(gone / 1000).toFixed(1)} s ago`;
  if (gone < minute) return `${Math.floor(gone / 1000)} s ago`;
  if (gone < hour) return `${Math.floor(gone / minute)} min ago`;
  if (gone < day) return `${Math.floor(gone / hour)} h ago`;
  if (gone < 30 * day) return `${Math.floor(gone / day)} d ago`;
  return absolute(at).slice(0, 10);
}

/** How long something waits, as it was set: "30 min", "2 h", "1 d"; "1 h 30 min" where one unit is not enough. */
export function span(ms: number): string {
  const units: [number, string][] = [
    [day, 'd'],
    [hour, 'h'],
    [minute, 'min'],
    [1000, 's'],
  ];
  let left = Math.round(ms / 1000) * 1000;
  const parts: string[] = [];
  for (const [unit, name] of units) {
    const n = Math.floor(left / unit);
    left -= n * unit;
    if (n > 0) parts.push(`${n} ${name}`);
  }
  return parts.join(' ') || '0 s';
}

/** How long something still waits, roughly: "40 s", "12 min", "3 h", "2 d". */
export function about(left: number): string {
  if (left < minute) return `${Math.ceil(left / 1000)} s`;
  if (left < hour) return `${Math.ceil(left / minute)} min`;
  if (left < 2 * day) return `${Math.round(left / hour)} h`;
  return `${Math.round(left / day)} d`;
}

/** When something is due: "in 40 s", "in 12 min"; "now" once it is. */
export const until = (at: number, now: number) => (at <= now ? 'now' : `in ${about(at - now)}`);

const two = (n: number) => String(n).padStart(2, '0');

/** Local time as "2026-11-23 14:02:07". */
export function absolute(at: number): string {
  const t = new Date(at);
  const date = `${t.getFullYear()}-${two(t.getMonth() + 1)}-${two(t.getDate())}`;
  return `${date} ${clock(at)}`;
}

/** Local time of day as "14:02:07". */
export function clock(at: number): string {
  const t = new Date(at);
  return `${two(t.getHours())}:${two(t.getMinutes())}:${two(t.getSeconds())}`;
}
