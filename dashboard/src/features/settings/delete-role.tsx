import { useQuery, useQueryClient } from '@tanstack/react-query';
import { tokensQuery } from '@/api/account';
import { deleteRole, linksQuery, membersQuery, rolesQuery } from '@/api/people';
import { Confirm } from '@/components/confirm';
import { ErrorState } from '@/components/states';
import { roleWords } from './roles';

/** Deletes a role that nobody has; else says who has it. */
export function DeleteRole({ name, onClose }: { name: string; onClose: () => void }) {
  const client = useQueryClient();
  const queries = [useQuery(membersQuery()), useQuery(linksQuery()), useQuery(tokensQuery())] as const;
  const [members, links, tokens] = queries;
  const failed = queries.find((query) => query.isError);
  const holders = [
    ...(members.data ?? []).flatMap(({ email, roles }) => held(roles, name, email)),
    ...(links.data ?? []).flatMap(({ email, roles }) => held(roles, name, `the invitation of ${email}`)),
    ...(tokens.data ?? []).filter((token) => token.scope === name).map((token) => `the token ${token.name}`),
  ];
  const known = queries.every((query) => query.data !== undefined);
  return (
    <Confirm
      opened
      onClose={onClose}
      title={`Delete the role ${name}?`}
      verb="Delete role"
      danger
      disabled={!known || holders.length > 0}
      action={async () => {
        await deleteRole(name);
        await client.invalidateQueries({ queryKey: rolesQuery().queryKey });
      }}
    >
      {failed && <ErrorState what="Who has it could not be loaded" error={failed.error} />}
      {known && holders.length === 0 && 'Nobody has it.'}
      {holders.length > 0 && (
        <>
          It can be deleted once nobody has it. Who has it:
          <ul>
            {holders.map((holder) => (
              <li key={holder}>{holder}</li>
            ))}
          </ul>
        </>
      )}
    </Confirm>
  );
}

/** "ben@example.com, in default/production", for each place where somebody has the role. */
function held(roles: string[], name: string, who: string): string[] {
  return roles
    .filter((role) => role === name || role.startsWith(`${name}@`))
    .map((role) => `${who}: ${roleWords(role)}`);
}
