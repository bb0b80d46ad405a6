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
