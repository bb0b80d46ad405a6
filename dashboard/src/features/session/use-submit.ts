import { type FormEvent, useState } from 'react';
import { words } from '@/api/client';

/** Runs `action` once per submit; says whether it runs and what went wrong last. */
export function useSubmit<T>(action: () => Promise<T>, onDone: (result: T) => void) {
  const [busy, setBusy] = useState(false);
  const [fault, setFault] = useState<unknown>();
  const submit = async (event: FormEvent) => {
    event.preventDefault();
    if (busy) return;
    setBusy(true);
    setFault(undefined);
    try {
      onDone(await action());
    } catch (error) {
      setFault(error);
    } finally {
      setBusy(false);
    }
  };
  return { submit, busy, fault, message: fault === undefined ? undefined : words(fault) };
}
