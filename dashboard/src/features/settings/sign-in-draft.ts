import type { SingleSignOn } from '@/api/types';

/** What the form of single sign-on holds. */
export type Draft = {
  name: string;
  issuer: string;
  clientId: string;
  clientSecret: string;
  noSecret: boolean;
  scopes: string;
  claim: string;
  /** The id is for React alone. */
  mapping: { id: number; value: string; roles: string[] }[];
  create: boolean;
  domains: string;
  passwords: 'owners' | 'everybody';
};

/** The draft of settings that there are, or of none. */
export function draftOf(settings?: SingleSignOn): Draft {
  return {
    name: settings?.name ?? '',
    issuer: settings?.issuer ?? '',
    clientId: settings?.clientId ?? '',
    clientSecret: '',
    noSecret: false,
    scopes: (settings?.scopes ?? []).join(', '),
    claim: settings?.claim ?? '',
    mapping: (settings?.mapping ?? []).map((item, id) => ({
      id,
      value: item.value,
      roles: item.roles ?? [],
    })),
    create: settings?.create ?? false,
    domains: (settings?.domains ?? []).join(', '),
    // Who turns it on first has people link their accounts, and then says owners.
    passwords: settings?.passwords === 'owners' ? 'owners' : 'everybody',
  };
}

/** A list as people write it: with commas, spaces or both. */
const words = (text: string) => text.split(/[\s,]+/).filter((word) => word !== '');

/** What the server is told. An absent client secret keeps the one that it has. */
export function settingsOf(draft: Draft): SingleSignOn & { clientSecret?: string } {
  const secret = draft.noSecret ? '' : draft.clientSecret || undefined;
  return {
    name: draft.name.trim(),
    issuer: draft.issuer.trim(),
    clientId: draft.clientId.trim(),
    scopes: words(draft.scopes),
    claim: draft.claim.trim(),
    mapping: draft.mapping.map((item) => ({ value: item.value.trim(), roles: item.roles })),
    create: draft.create,
    domains: words(draft.domains),
    passwords: draft.passwords,
    ...(secret === undefined ? {} : { clientSecret: secret }),
  };
}
