import { ActionIcon, Button, Tooltip } from '@mantine/core';
import { IconCheck, IconCopy } from '@tabler/icons-react';
import { useState } from 'react';

/** Copies by the clipboard, or, where plain http forbids that, by a hidden field. */
export async function copyText(text: string): Promise<boolean> {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    const field = document.createElement('textarea');
    field.value = text;
    field.style.position = 'fixed';
    field.style.opacity = '0';
    document.body.append(field);
    field.select();
    const done = document.execCommand('copy');
    field.remove();
    return done;
  }
}

function useCopied(text: string) {
  const [copied, setCopied] = useState(false);
  const copy = async () => {
    if (!(await copyText(text))) return;
    setCopied(true);
    setTimeout(() => setCopied(false), 1500);
  };
  return { copied, copy };
}

/** A small icon that copies `text`; `label` says what it copies. */
export function CopyIcon({ text, label }: { text: string; label: string }) {
  const { copied, copy } = useCopied(text);
  return (
    <Tooltip label={copied ? 'Copied' : label}>
      <ActionIcon variant="subtle" color="gray" size="sm" aria-label={label} onClick={copy}>
        {copied ? <IconCheck size={14} aria-hidden /> : <IconCopy size={14} aria-hidden />}
      </ActionIcon>
    </Tooltip>
  );
}

/** A button that copies `text` and says so. */
export function CopyButton({
  text,
  children,
  primary,
}: {
  text: string;
  children: string;
  primary?: boolean;
}) {
  const { copied, copy } = useCopied(text);
  return (
    <Button
      size="xs"
      variant={primary ? 'filled' : 'default'}
      onClick={copy}
      leftSection={copied ? <IconCheck size={14} aria-hidden /> : <IconCopy size={14} aria-hidden />}
    >
      {copied ? 'Copied' : children}
    </Button>
  );
}
