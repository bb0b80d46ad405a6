import { useEffect, useRef, useState } from 'react';

/** How long typing rests before the address follows; the list itself follows at once. */
const rest = 250;

/** The filter's text: what is typed, kept in step with the address in both directions. */
export function useFilterText(
  inAddress: string,
  write: (text: string | undefined) => void,
): [string, (text: string) => void] {
  const [text, setText] = useState(inAddress);
  const writer = useRef(write);
  writer.current = write;
  useEffect(() => setText(inAddress), [inAddress]);
  useEffect(() => {
    if (text === inAddress) return;
    const timer = setTimeout(() => writer.current(text || undefined), rest);
    return () => clearTimeout(timer);
  }, [text, inAddress]);
  return [text, setText];
}
