import { useNavigate } from '@tanstack/react-router';
import { useEffect, useRef, useState } from 'react';
import { type Context, contextOfRows, type Row, rowsOf } from './model';

/** How long typing rests before the address, and with it the answer, follows. */
const rest = 150;

/** The rows of the form, kept in step with the address in both directions. */
export function useContextRows(inAddress: Context) {
  const navigate = useNavigate();
  const [rows, setRows] = useState(() => rowsOf(inAddress));
  const address = JSON.stringify(inAddress);
  const written = useRef(address);
  const latest = useRef(inAddress);
  latest.current = inAddress;
  // Only an address that somebody else wrote (a link, Back) replaces what is being typed.
  useEffect(() => {
    if (address === written.current) return;
    written.current = address;
    setRows(rowsOf(latest.current));
  }, [address]);
  useEffect(() => {
    const context = contextOfRows(rows);
    const text = JSON.stringify(context);
    if (text === written.current) return;
    const timer = setTimeout(() => {
      written.current = text;
      const given = Object.keys(context).length > 0 ? context : undefined;
      void navigate({ to: '.', search: (before) => ({ ...before, context: given }), replace: true });
    }, rest);
    return () => clearTimeout(timer);
  }, [rows, navigate]);
  const change = (row: Row) => setRows((all) => all.map((item) => (item.uid === row.uid ? row : item)));
  return { rows, setRows, change };
}
