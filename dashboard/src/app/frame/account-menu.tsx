import { ActionIcon, Menu } from '@mantine/core';
import { IconKeyboard, IconLogout, IconSettings, IconUser } from '@tabler/icons-react';
import { useMutation, useQuery } from '@tanstack/react-query';
import { sessionQuery } from '@/api/account';
import { signOut } from '@/api/session';
import { MenuItemLink } from '@/components/links';

/** Who is signed in, and the way out. Stands inside a Menu. */
export function AccountMenu({ onKeys }: { onKeys: () => void }) {
  const session = useQuery(sessionQuery());
  const leave = useMutation({
    mutationFn: signOut,
    onSuccess: () => {
      sessionStorage.clear();
      window.location.assign('/');
    },
  });
  const email = session.data?.member?.email ?? '';
  return (
    <>
      <Menu.Target>
        <ActionIcon variant="light" color="gray" size="lg" radius="xl" aria-label={`Account of ${email}`}>
          {email ? (
            <span aria-hidden style={{ fontSize: 12, fontWeight: 600 }}>
              {email.slice(0, 2).toUpperCase()}
            </span>
          ) : (
            <IconUser size={16} aria-hidden />
          )}
        </ActionIcon>
      </Menu.Target>
      <Menu.Dropdown>
        <Menu.Label>{email}</Menu.Label>
        <MenuItemLink to="/settings" leftSection={<IconSettings size={16} aria-hidden />}>
          Settings
        </MenuItemLink>
        <Menu.Item leftSection={<IconKeyboard size={16} aria-hidden />} onClick={onKeys}>
          Keyboard shortcuts
        </Menu.Item>
        <Menu.Divider />
        <Menu.Item leftSection={<IconLogout size={16} aria-hidden />} onClick={() => leave.mutate()}>
          Sign out
        </Menu.Item>
      </Menu.Dropdown>
    </>
  );
}
