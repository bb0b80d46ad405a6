import { TextInput } from '@mantine/core';
import type { OwnAccount } from '@/api/types';

type Props = { own: OwnAccount; value: string; onChange: (value: string) => void };

/** Asks for what shows that it is really them: the password, or of who has none a code. */
export function Proof({ own, value, onChange }: Props) {
  return (
    <TextInput
      mt="sm"
      type={own.password ? 'password' : 'text'}
      label={own.password ? 'Your password' : 'A code of the app, or a recovery code'}
      autoComplete={own.password ? 'current-password' : 'one-time-code'}
      value={value}
      onChange={(event) => onChange(event.currentTarget.value)}
    />
  );
}

export const proofOf = (own: OwnAccount, value: string) =>
  own.password ? { password: value } : { code: value };
