/**
 * How well `query` fits `text`: lower is better, undefined is no fit. A word that is contained beats letters
 * that only come in order; every word of the query must fit.
 */
export function score(text: string, query: string): number | undefined {
  const hay = text.toLowerCase();
  let sum = 0;
  for (const word of query.toLowerCase().split(/\s+/)) {
    if (word === '') continue;
    const one = scoreWord(hay, word);
    if (one === undefined) return undefined;
    sum += one;
  }
  return sum;
}

function scoreWord(hay: string, word: string): number | undefined {
  const at = hay.indexOf(word);
  if (at >= 0) return (at === 0 ? 0 : 1) + at / 1000 + hay.length / 10_000;
  let from = 0;
  let gaps = 0;
  for (const letter of word) {
    const next = hay.indexOf(letter, from);
    if (next < 0) return undefined;
    gaps += next - from;
    from = next + 1;
  }
  // Letters scattered over a long text say nothing.
  if (gaps > 3 * word.length + 4) return undefined;
  return 10 + gaps;
}

/** The items that fit, best first; all of them, in their order, for an empty query. */
export function rank<T>(items: T[], query: string, text: (item: T) => string): T[] {
  if (query.trim() === '') return items;
  const found: { item: T; score: number }[] = [];
  for (const item of items) {
    const value = score(text(item), query);
    if (value !== undefined) found.push({ item, score: value });
  }
  return found.sort((a, b) => a.score - b.score).map((entry) => entry.item);
}
